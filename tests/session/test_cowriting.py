"""Writing together: where the writer's line goes, and who speaks it."""

import re
from itertools import pairwise

import pytest
from driver import Driver

from bardtui import paths
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role, speakers
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.passage import Passage
from bardtui.session.events import TakesShown
from bardtui.session.manuscript import Manuscript
from bardtui.session.passage_writing import ENOUGH, rules_for
from bardtui.settings import TEMPERATURE, Remembered, Settings

pytestmark = pytest.mark.usefixtures("installed")

PAIR = Cast((Role("ANN", "writer"), Role("BEN")))


def written(driver: Driver, text: str) -> str:
    """Put a text into the scene as the model's, and return it."""
    manuscript = driver.session.manuscript
    passage = manuscript.begin("tiny", "", {}, 1)
    manuscript.extend(passage, text)
    manuscript.scene.end(passage, "length")
    driver.session.show_scene()
    return text


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize("at", ["My", "My lamp is "])
def test_after_a_cut_in_mid_row_the_line_goes_on_there(cast: Cast, at: str) -> None:
    with Driver() as driver:
        session = driver.session
        session.keep_cast(cast)
        text = written(driver, "BEN:\nMy lamp is low, the house asleep.\n")
        before = text[: text.index(at) + len(at)]
        session.cut(len(before))
        assert session.cut_row == at
        driver.send("yself.")
        assert session.text.startswith(before + "yself.\n")
        assert session.cut_row == ""
        session.undo()
        assert session.text == before
        assert session.cut_row == at


@pytest.mark.parametrize("cast", [Cast(), PAIR])
def test_a_name_before_the_words_speaks_them_where_no_cast_has_it(cast: Cast) -> None:
    with Driver() as driver:
        driver.session.keep_cast(cast)
        driver.send("BOY: The river is up")
        assert driver.session.text.startswith("BOY:\nThe river is up\n")
        before = driver.session.text.rstrip("\n")
        driver.send("GIRL: It is up")
        assert driver.session.text.startswith(f"{before}\n\nGIRL:\nIt is up\n")


TRIO = Cast((Role("ANN"), Role("BEN", temperature=0.3), Role("CAL", model="other")))
WITH_THE_WRITER = Cast((Role("ANN", "writer"), Role("BEN"), Role("CAL")))


def reply(driver: Driver) -> list[Passage]:
    """The passages of the reply at the end."""
    scene = driver.session.manuscript.scene
    first = scene.first_of_reply(scene.head or 0)
    path = [passage for passage, _ in scene.path()]
    return path[path.index(first) :]


@pytest.fixture
def other(installed: ModelBundle) -> None:
    """Another model, for a role of its own."""
    installed.save(paths.models_dir() / "other", installed.weights())


@pytest.mark.usefixtures("other")
def test_a_reply_goes_on_among_the_roles_of_the_model_as_long_as_the_length_says() -> None:
    with Driver(length=1_500) as driver:
        driver.session.keep_cast(TRIO)
        driver.send()
        passages = reply(driver)
        assert 1_500 * ENOUGH <= len(driver.session.text) <= 1_500 * 1.25
        names = list(speakers(driver.session.text))
        assert all(one != other for one, other in pairwise(names))
        assert {"ANN", "BEN"} <= set(names) <= {"ANN", "BEN", "CAL"}
        for name, passage in zip(names, passages, strict=True):
            assert passage.text.lstrip("\n").startswith(f"{name}:\n")
            assert passage.model == ("other" if name == "CAL" else "tiny")
            assert passage.settings["temperature"] == (0.3 if name == "BEN" else TEMPERATURE)
            assert passage.settings["stop"] == "speech"
        assert len({passage.random_seed for passage in passages}) == 1
        assert driver.shown == driver.session.text


@pytest.mark.usefixtures("other")
def test_a_reply_is_undone_retried_and_found_again_as_one() -> None:
    with Driver(length=1_500, temperature=2.0) as driver:
        session = driver.session
        session.keep_cast(TRIO)
        driver.send("[A door is heard.]")
        line, first = "[A door is heard.]\n", session.text
        assert len(reply(driver)) > 1
        session.retry()
        driver.idle()
        second = session.text
        assert second.startswith(line)
        assert second != first
        assert len(session.manuscript.takes()) == 2
        session.next_take()
        assert session.text == first
        session.next_take()
        assert session.text == second
        session.undo()
        assert session.text == ""
        session.redo()
        assert session.text == second
        path = session.manuscript.path
        assert path is not None
    manuscript, notice = Manuscript.open(path)
    assert not notice
    with Driver(manuscript) as driver:
        assert len(driver.session.manuscript.takes()) == 2
        driver.session.undo()
        assert driver.session.text == ""


def test_the_word_is_given_to_the_writers_role_when_its_turn_comes() -> None:
    with Driver(length=2_000) as driver:
        session = driver.session
        session.keep_cast(WITH_THE_WRITER)
        for _ in range(3):
            driver.send("The lamp is low.")
            last = list(speakers(session.text))[-1]
            assert last != "ANN"
            assert session.your_role == Role("ANN", "writer")
            assert len(session.text) < 1_500
        assert list(speakers(session.text)).count("ANN") == 3


@pytest.mark.parametrize("rule", ["speech", "line"])
def test_with_another_stop_rule_one_role_speaks(rule: str) -> None:
    with Driver(length=400, rule=rule) as driver:
        driver.session.keep_cast(TRIO.without("CAL"))
        driver.send()
        (passage,) = reply(driver)
        assert passage.reason == rule
        assert passage.text.count("\n") >= 2
        if rule == "line":
            assert passage.text.rstrip("\n").count("\n") == 1


def test_stopping_a_reply_keeps_what_shows_and_the_next_one_goes_on() -> None:
    with Driver(length=2_000, pace=400.0) as driver:
        session = driver.session
        session.keep_cast(TRIO.without("CAL"))
        session.send("")
        driver.until(lambda: len(list(speakers(driver.shown))) > 2)
        shown = driver.shown
        session.stop()
        assert session.text == shown
        assert [passage.reason for passage in reply(driver)] == ["speech", "speech", "stopped"]
        session.retry()
        session.stop()
        assert session.text == shown
        session.choose(length=50)
        driver.send()
        assert session.text.startswith(shown)
        session.undo()
        assert session.text == shown


def test_the_rest_of_a_reply_is_shown_at_once_to_its_end() -> None:
    with Driver(length=1_000, pace=10.0) as driver:
        driver.session.keep_cast(TRIO.without("CAL"))
        driver.session.send("")
        driver.until(lambda: bool(driver.shown))
        driver.session.show_rest()
        driver.idle()
        assert len(driver.shown) >= 750


def test_an_edited_passage_of_a_reply_is_another_take_of_all_of_it() -> None:
    with Driver(length=200) as driver:
        session = driver.session
        session.keep_cast(TRIO.without("CAL"))
        driver.send()
        before, passages = session.text, reply(driver)
        session.editing.edit(passages[1].id, "\nBEN:\nNo.\n")
        assert session.text == before.replace(passages[1].text, "\nBEN:\nNo.\n", 1)
        assert len(session.manuscript.takes()) == 2
        edited = session.text
        session.next_take()
        assert session.text == before
        session.next_take()
        session.retry()
        session.stop()
        assert session.text == edited
        session.undo()
        assert session.text == before


def test_takes_are_written_instead_of_the_reply_just_read_or_after_it() -> None:
    with Driver(length=150, temperature=2.0) as driver:
        session = driver.session
        session.keep_cast(TRIO.without("CAL"))
        driver.send("[A door is heard.]")
        before, line = session.text, "[A door is heard.]\n"
        assert session.takes.can_replace
        assert session.takes.write(3, instead=True)
        assert session.takes.before == line
        driver.takes()
        texts = [event.texts for event in driver.events if isinstance(event, TakesShown)][-1]
        assert session.text == before
        session.takes.pick(2)
        assert session.text == line + texts[2] == driver.shown
        assert len(session.manuscript.takes()) == 4
        session.undo()
        assert session.text == before
        driver.events.clear()
        assert session.takes.write(2)
        driver.takes()
        session.takes.pick(1)
        assert session.text.startswith(before)
        assert len(session.manuscript.takes()) == 2


def test_after_the_writers_own_line_there_is_no_reply_to_replace() -> None:
    with Driver() as driver:
        driver.session.send("ANN:")
        driver.session.stop()
        assert not driver.session.takes.can_replace
        assert driver.session.takes.write(1, instead=True)
        assert driver.session.takes.before == "ANN:\n"
        driver.takes()


def test_takes_that_are_stopped_keep_what_shows() -> None:
    with Driver(length=3_000) as driver:
        session = driver.session
        driver.send("ANN:")
        before = session.text
        driver.events.clear()
        assert session.takes.write(3, instead=True)
        driver.until(lambda: any(isinstance(e, TakesShown) for e in driver.events))
        shown = [event.texts for event in driver.events if isinstance(event, TakesShown)][-1]
        session.takes.pick(None)
        assert session.text == before
        scene = session.manuscript.scene
        kept = [take.text for take in scene.takes(scene.head or 0)]
        assert kept == [before.removeprefix("ANN:\n"), *filter(None, shown)]
        assert scene.passages[max(scene.passages)].reason == "stopped"


def test_what_is_banned_in_a_scene_is_never_written_there_and_kept_with_it() -> None:
    with Driver(length=500, settings=Settings(suggestions=False, banned=("stair",))) as driver:
        session = driver.session
        driver.send("ANN:")
        session.editing.ban(["the lamp", "keep"])
        assert rules_for(session, "length").banned == ("stair", "the lamp", "keep")
        before = len(session.text)
        driver.send()
        written = " ".join(session.text[before:].lower().split())
        assert written
        assert not re.search(r"\b(?:the lamp|keep)\b", written)
        path = session.manuscript.path
        assert path is not None
    manuscript, _ = Manuscript.open(path)
    with Driver(manuscript) as driver:
        assert rules_for(driver.session, "length").banned == ("the lamp", "keep")
        driver.session.new()
        assert rules_for(driver.session, "length").banned == ()


def test_the_form_is_kept_with_the_passage_and_remembered() -> None:
    with Driver() as driver:
        driver.session.choose(form="prose")
        driver.send("The lamp was low.")
        assert driver.session.manuscript.scene.path()[-1][0].settings["form"] == "prose"
    assert Remembered.load(paths.remembered_file()).form == "prose"


def test_the_cast_of_a_play_joins_the_roles_of_the_scene() -> None:
    with Driver() as driver:
        driver.session.editing.add_roles(["HAMLET", "a ghost", "HORATIO", "First Player"])
        assert driver.session.cast == Cast(
            (Role("HAMLET", "writer"), Role("HORATIO"), Role("First Player"))
        )
        driver.session.editing.add_roles(["OPHELIA", "HAMLET"])
        assert [role.name for role in driver.session.cast.roles][3:] == ["OPHELIA"]
        assert driver.notices() == ["roles_added"] * 2


@pytest.mark.parametrize("action", ["send", "retry", "edit", "undo", "cut", "takes"])
def test_nothing_that_shows_is_taken_back_or_lost_while_guards_are_at_work(action: str) -> None:
    """At this temperature, hardly a word is known: the guards redraw all the time."""
    with Driver(length=2_000, pace=300.0, temperature=2.0, form="prose") as driver:
        session, scene = driver.session, driver.session.manuscript.scene
        session.manuscript.add_line("The lamp was low, and all the house was asleep by then.\n")
        session.show_scene()
        session.send("")
        seen: list[str] = []
        while len(driver.shown) < 200:
            driver.until(lambda: len(driver.shown) != len(seen[-1] if seen else ""))
            assert not seen or driver.shown.startswith(seen[-1])
            seen.append(driver.shown)
        shown = driver.shown
        match action:
            case "send":
                session.send("Who is there?")
                assert session.text.startswith(shown)
            case "retry":
                session.retry()
            case "edit":
                session.editing.edit(scene.path()[0][0].id, "The lamp was out.\n")
                assert session.text.endswith(shown[-100:])
            case "undo":
                session.undo()
            case "cut":
                session.cut(100)
            case "takes":
                session.takes.write(2, instead=True)
        written = scene.passages[2]
        assert scene.passages[1].text + written.text == shown
        assert written.reason == "stopped"
        driver.session.stop()
        path = session.manuscript.path
        assert path is not None
    assert read_scene(path)[0].passages[2].text == written.text


def test_a_reply_whose_next_speaker_has_no_model_keeps_what_shows() -> None:
    with Driver(length=2_000) as driver:
        session = driver.session
        session.keep_cast(Cast((Role("ANN"), Role("BEN", model="missing"))))
        driver.send()
        assert "writing_failed" in driver.notices()
        (passage,) = reply(driver)
        assert passage.text.startswith("ANN:\n")
        assert passage.reason == "speech"
        assert session.text == driver.shown == passage.text


@pytest.mark.parametrize("reason", ["muted", "yours", "removed"])
def test_a_cast_that_changes_while_a_role_speaks_decides_who_follows(reason: str) -> None:
    with Driver(length=2_000, pace=500.0) as driver:
        session = driver.session
        session.keep_cast(TRIO.without("CAL"))
        session.send("")
        driver.until(lambda: len(driver.shown) > 8)
        first = session.passage.speaker
        other = next(role for role in session.cast.roles if role.name != first)
        changed = {
            "muted": session.cast.with_role(Role(other.name, muted=True), other.name),
            "yours": session.cast.with_role(Role(other.name, "writer"), other.name),
            "removed": session.cast.without(other.name),
        }
        session.keep_cast(changed[reason])
        driver.idle()
        assert set(speakers(session.text)) == {first}
        assert len(reply(driver)) == 1


def test_in_a_scene_without_speakers_there_is_nobody_to_add_to_the_cast() -> None:
    with Driver() as driver:
        driver.session.editing.add_speakers()
        assert driver.notices() == ["no_speakers"]
        assert not driver.session.cast.roles
