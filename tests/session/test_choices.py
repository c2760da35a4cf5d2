"""What the model might write at a place, and going on with a choice as another take."""

from driver import Driver
from test_reply_copies import written_by_the_model

from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.writing.alternatives import Alternatives

REPLY = "ANN:\nThe lamp is low, the house asleep;\nthe stair has counted every tread.\n"


def choices(driver: Driver, offset: int) -> Alternatives:
    found: list[Alternatives] = []
    assert driver.session.choices.look(offset, found.append) == "tiny"
    driver.until(lambda: bool(found))
    return found[0]


def test_the_words_at_a_place_are_found(installed: ModelBundle) -> None:
    with Driver() as driver:
        written_by_the_model(driver, REPLY)
        found = choices(driver, REPLY.index("amp"))
        assert found.words[0].text == "amp"
        assert found.characters[0].text == "a"


def test_the_model_goes_on_with_a_choice_as_another_take_of_the_reply(
    installed: ModelBundle,
) -> None:
    with Driver() as driver:
        session = driver.session
        session.manuscript.add_line("BEN:\nWhat is it?\n\n")
        written_by_the_model(driver, REPLY)
        whole = session.text
        place = whole.index("lamp")
        session.choices.go_on_with(place, "stair ")
        driver.idle()
        assert session.text.startswith(whole[:place] + "stair ")
        assert len(session.text) > place + len("stair ") + 10
        assert driver.shown == session.text
        assert len(session.manuscript.takes()) == 2
        session.next_take()
        assert session.text == whole
        assert session.manuscript.writers_share < 0.5


def test_undo_brings_back_what_stood_after_an_earlier_reply(installed: ModelBundle) -> None:
    with Driver() as driver:
        session = driver.session
        written_by_the_model(driver, REPLY)
        session.manuscript.add_line("BEN:\nWhat is it?\n\n")
        written_by_the_model(driver, REPLY)
        whole = session.text
        session.choices.go_on_with(whole.index("stair"), "house ")
        driver.idle()
        while session.text != whole:
            before = session.text
            session.undo()
            assert session.text != before
        assert session.text == whole


def test_the_writers_text_is_cut_at_the_place_and_goes_on_with_the_choice(
    installed: ModelBundle,
) -> None:
    with Driver() as driver:
        session = driver.session
        written_by_the_model(driver, REPLY)
        session.manuscript.add_line("\nBEN:\nWhat is it, then?\n")
        whole = session.text
        place = whole.index("it, then")
        session.choices.go_on_with(place, "the lamp")
        driver.idle()
        assert session.text.startswith(whole[:place] + "the lamp")
        session.undo()
        session.undo()
        assert session.text == whole


def test_a_choice_at_the_end_goes_on_there(installed: ModelBundle) -> None:
    with Driver() as driver:
        written_by_the_model(driver, REPLY)
        driver.session.choices.go_on_with(len(REPLY), "\nBEN:\n")
        driver.idle()
        assert driver.session.text.startswith(REPLY + "\nBEN:\n")
        driver.session.undo()
        assert driver.session.text == REPLY


def test_where_no_role_may_speak_nothing_changes(installed: ModelBundle) -> None:
    with Driver() as driver:
        written_by_the_model(driver, REPLY)
        driver.session.keep_cast(Cast((Role("ANN", "writer"),)))
        driver.session.choices.go_on_with(len(REPLY), "\n")
        assert driver.session.text == REPLY
        assert driver.notices() == ["nobody_speaks"]


def test_nothing_is_told_once_the_writer_has_left(installed: ModelBundle) -> None:
    with Driver() as driver:
        written_by_the_model(driver, REPLY)
        found: list[Alternatives] = []
        driver.session.choices.look(9, found.append)
        driver.session.choices.leave()
        driver.send("BEN:")
        assert found == []
