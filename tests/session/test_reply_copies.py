"""What the last reply copies from the model's corpus, in a session."""

import pytest
from driver import Driver

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.store import ModelBundle
from bardtui.session.events import StateChanged
from bardtui.settings import Settings
from tests.conftest import VERSE

# In letters that the tiny model knows, and words that it does not write in this order.
TEXT = "The stair is low, the lamp asleep; the house has counted every thread."


def add_index(model: ModelBundle, text: str) -> CorpusIndex:
    index = CorpusIndex.of([("A Play", [text])])
    assert index is not None
    model.add_index(index)
    return index


def known(driver: Driver) -> str:
    """Wait until it is known what the last reply copies."""
    driver.until(lambda: driver.session.copies.words != "")
    return driver.session.copies.words


def written_by_the_model(driver: Driver, *passages: str) -> None:
    """Add a reply of these passages to the scene, once the model is ready."""
    driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
    manuscript, reply = driver.session.manuscript, None
    for text in passages:
        passage = manuscript.begin("tiny", "", {}, 1, reply)
        manuscript.extend(passage, text)
        reply = reply or passage
    driver.session.show_scene()


def test_all_speeches_of_a_reply_are_looked_at(installed: ModelBundle) -> None:
    add_index(installed, TEXT)
    with Driver() as driver:
        driver.session.manuscript.add_line("ANN:\nWhat is it?\n\n")
        written_by_the_model(driver, f"BEN:\n{TEXT[:35]}", f"{TEXT[35:]}\n")
        driver.session.manuscript.add_line("ANN:\nWhat is it?\n")
        assert known(driver) == "copies about 70 characters of A Play"
        assert isinstance(driver.events[-1], StateChanged)
        ((start, end),) = driver.session.copies.spans
        assert driver.session.text[start:end] == TEXT


def test_a_reply_is_looked_at_when_it_ends_and_when_it_shows_again(installed: ModelBundle) -> None:
    add_index(installed, TEXT)
    with Driver() as driver:
        written_by_the_model(driver, TEXT)
        found = known(driver), driver.session.copies.spans
        driver.session.send("BEN:")
        assert driver.session.copies.words == ""  # nothing is known of what is being written
        driver.idle()
        assert known(driver) == "original"
        driver.session.undo()
        assert (driver.session.copies.words, driver.session.copies.spans) == ("", ())
        assert (known(driver), driver.session.copies.spans) == found


def test_a_stopped_reply_is_looked_at(installed: ModelBundle) -> None:
    add_index(installed, TEXT)
    with Driver(length=5_000, pace=400.0) as driver:
        driver.session.send("ANN:")
        driver.until(lambda: len(driver.shown) > 50)
        driver.session.stop()
        assert known(driver) == "original"


def test_a_reply_is_looked_at_after_takes_that_are_not_picked(installed: ModelBundle) -> None:
    add_index(installed, TEXT)
    with Driver() as driver:
        written_by_the_model(driver, TEXT)
        assert driver.session.takes.write(2)
        driver.takes()
        assert known(driver).startswith("copies about 70 characters")


def test_without_an_index_copies_are_not_known_and_the_writer_is_told_once(
    installed: ModelBundle,
) -> None:
    with Driver(settings=Settings(suggestions=False, max_copy=40)) as driver:
        driver.send("ANN:")
        driver.send("BEN:")
        assert driver.session.copies.words == ""
        assert driver.notices() == ["copies_unchecked"]


def test_copies_are_kept_short(installed: ModelBundle) -> None:
    index = add_index(installed, VERSE * 2)
    settings = Settings(suggestions=False, max_copy=40, avoid_loops=False)
    with Driver(settings=settings, length=300, temperature=0.3) as driver:
        driver.send("ANN:")
        assert driver.notices() == []
        assert all(run.length <= 50 for run in index.find(driver.session.text))
        assert len(driver.session.text) > 200


@pytest.mark.parametrize("damage", [b"", b"x" * 1_000])
def test_a_damaged_index_counts_as_none(installed: ModelBundle, damage: bytes) -> None:
    add_index(installed, VERSE)
    assert installed.folder is not None
    (installed.folder / "corpus-index.bin").write_bytes(damage)
    with Driver(settings=Settings(suggestions=False, max_copy=40)) as driver:
        driver.send("ANN:")
        assert driver.notices() == ["copies_unchecked"]
