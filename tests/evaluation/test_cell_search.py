"""Finding columns that follow labels: planted ones are found, noise is not."""

import numpy as np
import pytest

from bardtui.evaluation.cell_search import CellSearch, Floats
from bardtui.evaluation.text_properties import Property

CHARACTERS, CELLS = 8_000, 40


def labels(rng: np.random.Generator, length: int = CHARACTERS) -> Floats:
    """Runs of zeros and ones of about 80 characters, as of speeches and cues."""
    changes = rng.random(length) < 1 / 80
    return (np.cumsum(changes) % 2).astype(np.float32)


def slow_noise(rng: np.random.Generator, length: int = CHARACTERS) -> Floats:
    """Cells that hold what they held before, for the most part."""
    shocks = rng.normal(0, 1, (length, CELLS)).astype(np.float32)
    held = np.empty_like(shocks)
    held[0] = shocks[0]
    for t in range(1, length):
        held[t] = 0.98 * held[t - 1] + 0.2 * shocks[t]
    return held


def inside(values: Floats, known: "np.ndarray | None" = None) -> Property:
    everywhere = np.ones(len(values), bool)
    return Property("inside", values, everywhere if known is None else known)


def test_planted_cells_are_found_with_their_sign_layer_and_correlation() -> None:
    rng = np.random.default_rng(1)
    values = labels(rng)
    layers = [slow_noise(rng), slow_noise(rng)]
    layers[0][:, 7] = 2 * values - 1 + rng.normal(0, 0.5, CHARACTERS)
    layers[1][:, 31] = -values + rng.normal(0, 0.5, CHARACTERS)
    search = CellSearch([inside(values)])
    for held in layers:
        search.add(held)
    found = {(match.layer, match.cell): match for match in search.matches()}
    assert found.keys() == {(0, 7), (1, 31)}
    for match in found.values():
        held = layers[match.layer][:, match.cell]
        halves = slice(None, CHARACTERS // 2), slice(CHARACTERS // 2, None)
        expected = [np.corrcoef(held[half], values[half])[0, 1] for half in halves]
        assert [match.correlation, match.unseen] == pytest.approx(expected, abs=1e-4)
        np.testing.assert_array_equal(match.held, held[halves[1]])
    assert found[0, 7].strength > found[1, 31].strength


@pytest.mark.parametrize("seed", range(20))
def test_noise_gives_no_cell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    search = CellSearch([inside(labels(rng))], seed)
    search.add(slow_noise(rng))
    search.add(rng.normal(0, 1, (CHARACTERS, CELLS)).astype(np.float32))
    assert search.matches() == []


def test_a_cell_that_fails_on_the_unseen_part_is_not_found() -> None:
    rng = np.random.default_rng(2)
    values, held = labels(rng), slow_noise(rng)
    half = CHARACTERS // 2
    held[:half, 0] = values[:half]
    held[:, 1] = np.where(np.arange(CHARACTERS) < half, values, -values)
    search = CellSearch([inside(values)])
    search.add(held)
    assert search.matches() == []


def test_a_cell_is_named_by_what_it_follows_best() -> None:
    rng = np.random.default_rng(3)
    values = labels(rng)
    nearly = np.where(rng.random(CHARACTERS) < 0.1, 1 - values, values)
    held = slow_noise(rng)
    held[:, 5] = values
    everywhere = np.ones(CHARACTERS, bool)
    search = CellSearch([Property("nearly", nearly, everywhere), inside(values)])
    search.add(held)
    assert [(match.cell, match.follows) for match in search.matches()] == [(5, "inside")]


def test_only_characters_count_for_which_a_property_is_defined() -> None:
    rng = np.random.default_rng(4)
    values, held = labels(rng), slow_noise(rng)
    known = rng.random(CHARACTERS) < 0.9
    held[:, 3] = np.where(known, values, 1 - values)
    search = CellSearch([inside(values, known)])
    search.add(held)
    (match,) = search.matches()
    assert (match.cell, round(match.unseen, 4)) == (3, 1.0)


def test_what_the_text_lacks_is_not_looked_for() -> None:
    rare = np.zeros(CHARACTERS, np.float32)
    rare[::200] = 1
    everywhere = np.ones(CHARACTERS, bool)
    nowhere = Property("nowhere", np.zeros(CHARACTERS, np.float32), everywhere)
    search = CellSearch([nowhere, Property("rare", rare, everywhere)])
    search.add(np.ones((CHARACTERS, 3), np.float32))
    assert search.missing.keys() == {"nowhere", "rare"}
    assert search.missing["nowhere"] == "not in the text"
    assert search.matches() == []
