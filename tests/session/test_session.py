"""A writing session without a terminal: every action, its events, and what is on disk."""

from pathlib import Path

import pytest
from driver import Driver

from bardtui import paths
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.scene.journal_reader import read_scene
from bardtui.session.events import Notice, StateChanged, SuggestionsFound, TakesShown
from bardtui.session.manuscript import Manuscript
from bardtui.session.passage_writing import next_passage, rules_for
from bardtui.settings import TEMPERATURE, TOP_P, Remembered, Settings
from bardtui.writing.passage import write_passage

pytestmark = pytest.mark.usefixtures("installed")


def on_disk() -> str:
    """The text of the only saved scene."""
    (path,) = paths.scenes_dir().glob("*.jsonl")
    return read_scene(path)[0].text


def test_a_scene_is_written_from_the_first_line_to_the_saved_file(tmp_path: Path) -> None:
    with Driver() as driver:
        session = driver.session
        driver.send("ANN:")
        first = session.text
        assert first.startswith("ANN:\n")
        assert 45 <= len(first) - len("ANN:\n") <= 75
        driver.send()  # the model goes on
        assert session.text.startswith(first)
        session.retry()
        driver.idle()
        assert len(session.manuscript.takes()) == 2
        session.next_take()
        session.undo()
        session.redo()
        session.cut(len(first))
        assert session.text == first
        session.undo()
        assert 45 <= len(session.text) - len(first) <= 75
        passage = session.manuscript.scene.path()[0][0]
        session.editing.edit(passage.id, "BEN:\n")
        assert session.text.startswith("BEN:\n")
        session.editing.add_speakers()
        assert session.cast.roles[0].name == "BEN"
        driver.send("What is it, then?")
        session.export(tmp_path / "scene.txt")
        assert driver.shown == session.text
        text = session.text
    assert on_disk() == text
    assert (tmp_path / "scene.txt").read_text().startswith("BEN:\n")


def test_stopping_keeps_what_shows_and_nothing_beyond_it() -> None:
    with Driver(length=5_000, pace=200.0) as driver:
        driver.session.send("ANN:")
        driver.until(lambda: len(driver.shown) > 20)
        shown = driver.shown
        driver.session.stop()
        driver.session.send("BEN:")
        assert driver.shown == shown + "\n" * (2 - (shown.endswith("\n"))) + "BEN:\n"
        assert driver.session.manuscript.scene.path()[1][0].reason == "stopped"


def test_a_line_sent_while_the_model_writes_stops_it_and_says_so() -> None:
    with Driver(length=5_000, pace=200.0) as driver:
        driver.session.send("ANN:")
        driver.until(lambda: len(driver.shown) > 20)
        driver.session.send("BEN:")
        assert driver.notices() == ["interrupted"]


def test_takes_are_saved_and_the_picked_one_shows() -> None:
    with Driver(temperature=2.0) as driver:
        driver.send("ANN:")
        before = driver.session.text
        assert driver.session.takes.write(3)
        driver.takes()
        texts = [event.texts for event in driver.events if isinstance(event, TakesShown)][-1]
        assert all(45 <= len(text) <= 75 for text in texts)
        driver.session.takes.pick(1)
        assert driver.session.text == before + texts[1] == driver.shown
        assert len(driver.session.manuscript.takes()) == 3


def test_takes_and_passages_are_written_alike(installed: ModelBundle) -> None:
    text = "TEA:\nThe lamp is low.\n\nWEB:\nThe house asleep.\n\n"
    context = Context(Decoder(installed.spec, installed.vocabulary, installed.weights()))
    for newcomers in ("seldom", "free"):
        with Driver(settings=Settings(suggestions=False, newcomers=newcomers)) as driver:
            driver.session.manuscript.add_line(text)
            assert driver.session.takes.write(3)
            driver.takes()
            driver.session.takes.pick(0)
            context.seek(text)
            seed = driver.session.manuscript.scene.path()[-1][0].random_seed
            assert seed is not None
            sampling = Sampling(TEMPERATURE, top_p=TOP_P, random_seed=seed)
            rules = rules_for(driver.session, "length")
            assert rules.newcomers == newcomers
            alone = write_passage(context, text, 60, sampling, rules)
            assert driver.session.text == text + "".join(alone)


def test_a_cast_decides_by_itself_who_speaks() -> None:
    with Driver() as driver:
        free = next_passage(driver.session, "", 1)
        driver.session.keep_cast(Cast((Role("ANN", "model"),)))
        cast = next_passage(driver.session, "", 1)
        assert free is not None
        assert cast is not None
        assert (free.rules.newcomers, cast.rules.newcomers) == ("seldom", "free")


def test_a_retry_that_is_stopped_at_once_shows_the_earlier_take_again() -> None:
    with Driver() as driver:
        driver.send("ANN:")
        before = driver.session.text
        driver.session.retry()
        driver.session.stop()
        assert driver.session.text == before == driver.shown


@pytest.mark.parametrize(
    ("action", "notice"),
    [("undo", "nothing_to_undo"), ("redo", "nothing_to_redo"), ("retry", "nothing_to_retry")],
)
def test_an_action_with_nothing_to_act_on_says_so(action: str, notice: str) -> None:
    with Driver() as driver:
        getattr(driver.session, action)()
        assert driver.notices() == [notice]


def test_the_model_of_a_role_writes_its_speech_and_the_writer_speaks_as_a_role() -> None:
    with Driver() as driver:
        roles = (Role("ANN", "writer"), Role("BEN", "model", temperature=0.3))
        driver.session.keep_cast(Cast(roles))
        assert driver.session.your_role == roles[0]
        driver.send("The lamp is low.")
        assert driver.session.text.startswith("ANN:\nThe lamp is low.\n\nBEN:\n")
        passage = driver.session.manuscript.scene.path()[-1][0]
        assert (passage.settings["temperature"], passage.settings["stop"]) == (0.3, "speech")


def test_where_no_role_of_the_models_may_speak_the_line_is_kept_and_the_writer_told() -> None:
    with Driver() as driver:
        driver.session.keep_cast(Cast((Role("ANN", "writer"),)))
        driver.session.send("The lamp is low.")
        assert not driver.session.writing
        assert driver.session.text == "ANN:\nThe lamp is low.\n"
        assert driver.notices() == ["nobody_speaks"]


def test_a_role_may_not_name_a_model_by_its_path(installed: ModelBundle) -> None:
    with Driver() as driver:
        driver.send("ANN:")
        driver.session.set_model(str(installed.folder))
        driver.until(lambda: "model_unusable" in driver.notices())


def test_settings_are_remembered_and_used_from_the_next_passage_on() -> None:
    with Driver() as driver:
        driver.session.choose(length=25, temperature=0.3)
        driver.send("ANN:")
        passage = driver.session.manuscript.scene.path()[-1][0]
        assert passage.settings["length"] == 25
        assert passage.settings["temperature"] == 0.3
    remembered = Remembered.load(paths.remembered_file())
    assert (remembered.length, remembered.temperature) == (25, 0.3)


def test_another_model_reads_the_scene_and_writes_on(installed: ModelBundle) -> None:
    installed.save(paths.models_dir() / "other", installed.weights())
    with Driver() as driver:
        driver.send("ANN:")
        driver.session.set_model("other")
        driver.send()
        assert driver.session.manuscript.scene.path()[-1][0].model == "other"


def test_a_model_that_is_loaded_stays_in_use_when_its_files_are_deleted() -> None:
    with Driver() as driver:
        driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
        driver.session.models_listed(["shakespeare"])
        assert driver.session.model == "tiny"


def test_a_model_that_is_missing_at_the_start_is_replaced() -> None:
    with Driver(model="missing") as driver:
        driver.until(lambda: driver.session.model_states.get("missing") == "unusable")
        driver.session.models_listed(["tiny"])
        assert driver.session.model == "tiny"
        assert driver.notices() == ["model_unusable", "model_missing"]


def test_an_engine_fault_is_logged_and_the_next_request_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("the network is gone")

    with Driver() as driver:
        driver.send("ANN:")
        with monkeypatch.context() as patch:
            patch.setattr(Context, "seek", fail)
            driver.send("BEN:")
        assert driver.notices() == ["writing_failed"]
        assert "the network is gone" in paths.bug_log_file().read_text()
        driver.send()
        assert len(driver.session.text) > len("ANN:\nBEN:\n") + 60


def test_suggestions_go_on_from_the_unfinished_line_and_are_no_part_of_the_scene() -> None:
    with Driver(settings=Settings(suggestions=True)) as driver:
        driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
        driver.session.suggestions.ask("The lamp is")
        driver.until(lambda: any(isinstance(e, SuggestionsFound) for e in driver.events))
        assert driver.session.text == ""
        driver.session.suggestions.switch()
        assert driver.notices() == ["suggestions_off"]


def test_a_disk_that_refuses_the_scene_is_reported_and_tried_again() -> None:
    paths.scenes_dir().write_text("a file in the folder's place")
    with Driver() as driver:
        driver.send("ANN:")
        driver.session.tick()
        assert driver.notices() == ["not_saved"]
        driver.session.new()  # would lose the scene
        assert driver.session.text.startswith("ANN:")
        paths.scenes_dir().unlink()
        driver.session.tick()
        assert not driver.session.manuscript.problem
    assert on_disk().startswith("ANN:")


def test_a_scene_whose_file_is_deleted_is_saved_again_and_the_writer_told() -> None:
    with Driver() as driver:
        driver.send("ANN:")
        path = driver.session.manuscript.path
        assert path is not None
        path.unlink()
        driver.send("BEN:")
        driver.session.tick()
        assert driver.notices() == ["file_moved"]
    assert on_disk() == driver.session.text


def test_opening_another_scene_saves_this_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("BEN:\nI thought the last of it was said.\n")
    with Driver() as driver:
        driver.send("ANN:")
        text = driver.session.text
        assert driver.session.manuscript.path is not None
        saved = driver.session.manuscript.path
        driver.session.open(file)
        assert driver.shown == file.read_text()
        driver.session.open(tmp_path / "missing.scene.jsonl")
        assert isinstance(driver.events[-1], Notice | StateChanged)
        assert driver.notices() == ["failed"]
    assert read_scene(saved)[0].text == text


def test_the_unsent_line_comes_back_and_a_sent_one_does_not() -> None:
    with Driver() as driver:
        driver.session.draft.keep("The lamp is")
    with Driver() as driver:
        assert driver.session.draft.text == "The lamp is"
        driver.send("The lamp is low.")
    with Driver(Manuscript()) as driver:
        assert driver.session.draft.text == ""
