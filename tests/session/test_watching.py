"""The state of the layers at a place in the scene, and while a passage is written."""

import numpy as np
import pytest

from bardtui.memory import TooLittleMemory
from bardtui.model.cell_names import NamedCell, save_names
from bardtui.model.decoder import Decoder
from bardtui.model.layers import CELL, HIDDEN
from bardtui.model.store import ModelBundle
from bardtui.session import loaded_model, passage_writing
from bardtui.session.events import StateRead
from tests.session.driver import Driver

TEXT = "ANN:\nThe lamp is low, the house asleep;\nthe stair has counted every tread.\n"


@pytest.fixture
def driver(installed: ModelBundle) -> Driver:
    driver = Driver()
    driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
    return driver


def assert_is_the_state_after(text: str, state: StateRead, decoder: Decoder) -> None:
    """Read the text from its beginning and compare."""
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(text).indices)
    arrays = decoder.snapshot().arrays
    for n, layer in enumerate(state.layers):
        np.testing.assert_allclose(layer[HIDDEN], arrays[2 * n][0], atol=1e-4)
        np.testing.assert_allclose(layer[CELL], arrays[2 * n + 1][0], atol=1e-4)


def test_the_state_is_that_after_the_character_looked_at(
    driver: Driver, decoder: Decoder, installed: ModelBundle
) -> None:
    with driver:
        driver.session.manuscript.add_line(TEXT)
        driver.watching.switch()
        for offset in (len(TEXT), 40, 41, 0):
            driver.watching.look(offset)
            driver.until(lambda: bool(driver.seen))
            _, state = driver.seen.pop()
            assert TEXT[: offset + 1].endswith(state.ending)
            assert len(state.layers) == 2
            assert state.fingerprint == installed.sha256
            assert_is_the_state_after(TEXT[: offset + 1], state, decoder)


def test_a_live_state_is_that_after_the_text_that_shows(driver: Driver, decoder: Decoder) -> None:
    with driver:
        driver.session.choose(length=300, pace=400)
        driver.watching.switch()
        driver.send("ANN:")
        assert driver.seen
        for text, state in driver.seen:
            assert text.endswith(state.ending)
        text, state = driver.seen[-1]
        assert_is_the_state_after(text, state, decoder)
        driver.seen.clear()
        driver.watching.look(len(driver.session.text))  # it goes on where the passage has ended
        driver.until(lambda: bool(driver.seen))


def test_watching_does_not_change_what_is_written(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage_writing, "new_random_seed", lambda: 7)
    texts = []
    for on in (False, True):
        with Driver(length=400) as driver:
            if on:
                driver.watching.switch()
            driver.send("ANN:")
            texts.append(driver.session.text)
            assert bool(driver.seen) == on
    assert texts[0] == texts[1]


def test_a_state_that_was_asked_for_before_the_last_one_is_not_shown(driver: Driver) -> None:
    with driver:
        driver.session.manuscript.add_line(TEXT)
        driver.watching.switch()
        for offset in range(30):
            driver.watching.look(offset)
        driver.until(lambda: bool(driver.seen))
        assert [state.ending[-1] for _, state in driver.seen] == [TEXT[29]]


def test_a_character_that_the_model_does_not_know_has_no_state(driver: Driver) -> None:
    with driver:
        driver.session.manuscript.add_line("\u4e2d\n")
        driver.watching.switch()
        driver.watching.look(0)
        driver.until(lambda: bool(driver.seen))
        assert driver.seen[0][1].layers == ()


def test_without_memory_for_it_the_passage_is_still_written(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def need(size: float, what: str) -> None:
        if "cells" in what:
            raise TooLittleMemory(f"{what} needs more")

    monkeypatch.setattr(loaded_model, "need_memory", need)
    with driver:
        driver.watching.switch()
        driver.send("ANN:")
        assert len(driver.session.text) > 20
        assert driver.notices() == ["failed"]


def test_names_are_those_of_the_model_that_is_watched(
    driver: Driver, installed: ModelBundle
) -> None:
    names = (NamedCell(1, 3, "cue", True),)
    with driver:
        driver.session.manuscript.add_line(TEXT)
        driver.watching.switch()
        assert driver.watching.names == ()
        save_names(installed.sha256, names)
        driver.watching.look(3)
        driver.until(lambda: bool(driver.seen))
        assert driver.watching.names == names
