"""What the last reply copies from the model's corpus, in a session."""

import pytest
from driver import Driver

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import Cast, Role
from bardtui.session.events import StateChanged
from bardtui.settings import Settings
from tests.conftest import VERSE


def add_index(model: ModelBundle, text: str) -> CorpusIndex:
    index = CorpusIndex.of([("A Play", [text])])
    assert index is not None
    model.add_index(index)
    return index


def known(driver: Driver) -> str:
    """Wait until it is known what the last reply copies."""
    driver.until(lambda: driver.session.copies.words != "")
    return driver.session.copies.words


def test_a_reply_is_a_copy_or_original(installed: ModelBundle) -> None:
    add_index(installed, VERSE * 2)
    with Driver(length=120, temperature=0.3) as driver:
        driver.send("ANN:")
        found = known(driver)
        assert found.startswith("copies about ")
        assert found.split(" characters ")[1].startswith("of A Play")
        assert isinstance(driver.events[-1], StateChanged)
        driver.session.send("BEN:")
        assert driver.session.copies.words == ""  # nothing is known of what is being written
        driver.idle()
        known(driver)
        driver.session.undo()
        assert driver.session.copies.words == ""
        assert known(driver) == found
        driver.session.undo()
        assert driver.session.copies.words == ""
    add_index(installed, "Nothing of this was ever written by anybody in any play.")
    with Driver(length=120) as driver:
        driver.send("ANN:")
        assert known(driver) == "original"


def test_a_stopped_reply_is_looked_at_as_far_as_it_shows(installed: ModelBundle) -> None:
    add_index(installed, VERSE * 2)
    with Driver(length=5_000, pace=400.0, temperature=0.3) as driver:
        driver.session.send("ANN:")
        driver.until(lambda: len(driver.shown) > 150)
        driver.session.stop()
        assert known(driver).startswith("copies about ")


def test_all_speeches_of_a_reply_are_looked_at(installed: ModelBundle) -> None:
    text = "The lamp is low, the house asleep; the stair has counted every tread."
    add_index(installed, text)
    with Driver() as driver:
        scene = driver.session.manuscript
        driver.session.keep_cast(Cast((Role("ANN", "writer"),)))
        first = scene.begin("tiny", "", {}, 1, None)
        scene.extend(first, f"BEN:\n{text[:35]}")
        second = scene.begin("tiny", "", {}, 1, first)
        scene.extend(second, f"{text[35:]}\n")
        scene.add_line("ANN:\nWhat is it?\n")
        driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
        driver.session.show_scene()
        assert known(driver) == "copies about 70 characters of A Play"


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
