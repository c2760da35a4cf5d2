"""Surprise in a session: what the model thought of the visible text, scored as it is looked at."""

import math

import numpy as np
import pytest
from driver import Driver

from bardtui.evaluation.loss import evaluate
from bardtui.model.store import ModelBundle
from bardtui.scene.certainty import PARTS, entropy_in
from bardtui.session.requests import SCORED_PAGE
from bardtui.session.takes import Scores
from bardtui.text.corpus import Corpus, Document
from tests.conftest import VERSE

TEXT = VERSE * 30


def ready(driver: Driver, text: str = TEXT) -> Driver:
    driver.until(lambda: driver.session.model_states.get("tiny") == "ready")
    driver.session.manuscript.add_line(text)
    return driver


def scored(driver: Driver, start: int, end: int) -> list[float]:
    """Look at a part of the text, and wait until it is scored."""

    def known() -> bool:
        driver.session.surprise.look(start, end)
        return not any(map(math.isnan, driver.session.surprise.of(start, end)[0]))

    driver.until(known)
    return driver.session.surprise.of(start, end)[0]


def mean_loss(model: ModelBundle, text: str) -> float:
    """What `evaluate` reports, with the cue memory."""
    loss = evaluate(model, Corpus("a", "A", "", (Document("a", text),)), 0, 1).with_cue_memory
    assert loss is not None
    return loss


def test_a_part_of_the_text_is_scored_as_the_whole_text_would_be(
    installed: ModelBundle,
) -> None:
    with ready(Driver()) as driver:
        whole = scored(driver, 0, len(TEXT))
    assert np.mean(whole) == pytest.approx(mean_loss(installed, TEXT), abs=1e-4)
    with ready(Driver()) as driver:
        for start, end in ((5_000, 5_400), (0, 40), (len(TEXT) - 30, len(TEXT))):
            found = scored(driver, start, end)
            assert np.abs(np.subtract(found, whole[start:end])).max() < 1e-4
        entropy = driver.session.surprise.of(5_000, 5_400)[1]
        assert 0 < min(entropy) < max(entropy) < math.log(len(installed.vocabulary))
        nothing = driver.session.surprise.of(3_000, 3_010)
        assert all(map(math.isnan, (*nothing[0], *nothing[1])))


def test_a_change_of_the_text_changes_the_figures_after_it_alone(installed: ModelBundle) -> None:
    with ready(Driver(), VERSE * 10) as driver:
        before = scored(driver, 0, 4 * SCORED_PAGE)
        driver.session.editing.substitute([(2 * SCORED_PAGE, 2 * SCORED_PAGE + 1, "ANN")])
        after = driver.session.surprise.of(0, 4 * SCORED_PAGE)[0]
        assert after[: 2 * SCORED_PAGE] == before[: 2 * SCORED_PAGE]
        assert all(map(math.isnan, after[2 * SCORED_PAGE :]))
        driver.session.undo()
        assert driver.session.surprise.of(0, 4 * SCORED_PAGE)[0] == before


def test_writing_comes_first_and_what_was_asked_for_is_scored_after_it(
    installed: ModelBundle,
) -> None:
    with ready(Driver()) as driver:
        driver.session.surprise.look(0, len(TEXT))
        driver.send("ANN:")
        driver.session.surprise.look(0, 10)
        assert len(scored(driver, 0, 10)) == 10


def test_what_is_asked_for_besides_scoring_is_not_kept_waiting(installed: ModelBundle) -> None:
    with ready(Driver()) as driver:
        driver.session.surprise.look(0, len(TEXT))
        driver.session.engine.load("no-such-model")
        driver.until(lambda: driver.session.model_states.get("no-such-model") == "unusable")
        assert len(scored(driver, 0, 2_000)) == 2_000


def test_nothing_is_asked_of_a_model_that_is_not_ready(installed: ModelBundle) -> None:
    with Driver() as driver:
        driver.session.manuscript.add_line(VERSE)
        driver.session.surprise.look(0, 10)
        assert math.isnan(driver.session.surprise.of(0, 1)[0][0])
        assert len(scored(driver, 0, 10)) == 10


def test_unknown_characters_have_no_figure(installed: ModelBundle) -> None:
    with ready(Driver(), "ANN:\nA \u4e16 B\n") as driver:
        driver.session.surprise.look(0, 12)
        driver.until(lambda: not math.isnan(driver.session.surprise.of(0, 1)[0][0]))
        assert [*map(math.isnan, driver.session.surprise.of(5, 10)[0])] == [
            *(False, False, True, False, False)
        ]


def test_with_too_little_memory_it_is_turned_off_and_the_writer_is_told_once(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ready(Driver()) as driver:
        monkeypatch.setattr("bardtui.memory.free_memory", lambda *root: 1_000_000)
        driver.session.surprise.switch()
        driver.session.surprise.look(0, 10)
        driver.until(lambda: not driver.session.surprise.on)
        assert driver.notices() == ["surprise_on", "failed"]
        driver.session.surprise.look(0, 10)  # not asked for again
        assert driver.notices() == ["surprise_on", "failed"]


def test_takes_are_scored_as_the_text_that_they_make_would_be(installed: ModelBundle) -> None:
    found: list[Scores] = []
    with ready(Driver(), VERSE) as driver:
        takes = driver.session.takes
        assert takes.write(2)
        takes.score((0, 1), found.append)  # not before they have ended
        driver.takes()
        takes.score((0, 1), found.append)
        driver.until(lambda: bool(found))
        takes.pick(1)
        assert len(found) == 1
        assert found[0][1] == pytest.approx(
            scored(driver, len(VERSE), len(driver.session.text)), abs=1e-4
        )


def test_how_sure_the_model_was_is_kept_with_a_scene_that_is_left(installed: ModelBundle) -> None:
    with ready(Driver(), VERSE * 4) as driver:
        scene = driver.session.manuscript.scene
        driver.session.surprise.keep()
        assert entropy_in(scene) == []  # nothing is known
        scored(driver, 0, 2 * SCORED_PAGE)
        driver.session.new()
    known = [not math.isnan(nats) for nats in entropy_in(scene)]
    assert known == sorted(known, reverse=True)
    assert 0 < sum(known) < PARTS
