"""From an encoded text to batches of windows."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.training.windows import TooLittleText, Windows


def text(length: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """A text in which every index is its position."""
    return np.arange(length, dtype=np.int32)


def epoch(windows: Windows, number: int, seed: int = 1, skip: int = 0) -> list[np.ndarray]:
    batches = windows.epoch(number, seed, skip=skip)
    return [np.stack([inputs, targets]) for inputs, targets in batches]


def test_the_target_is_the_input_shifted_by_one() -> None:
    windows = Windows.of(text(1_000), seq_len=9, batch_size=8)
    batches = epoch(windows, 0)
    assert len(batches) == windows.batches == 99 // 8
    for inputs, targets in batches:
        assert inputs.shape == targets.shape == (8, 9)
        assert inputs.dtype == targets.dtype == np.int32
        assert (targets == inputs + 1).all()
        assert (np.diff(inputs) == 1).all()


@given(
    length=st.integers(2, 2_000),
    seq_len=st.integers(1, 40),
    batch_size=st.integers(1, 64),
    number=st.integers(0, 5),
    seed=st.integers(0, 2**31 - 1),
)
def test_windows_are_whole_distinct_and_inside_the_text(
    length: int, seq_len: int, batch_size: int, number: int, seed: int
) -> None:
    if length < seq_len + 1:
        with pytest.raises(TooLittleText, match=f"at least {seq_len + 1:,}"):
            Windows.of(text(length), seq_len, batch_size)
        return
    windows = Windows.of(text(length), seq_len, batch_size)
    starts = np.sort(windows.starts(number, seed))
    assert len(starts) == windows.count
    assert starts[0] >= 0
    assert starts[-1] + windows.stretch <= length
    assert (np.diff(starts) == windows.stretch).all()  # side by side, so nothing is read twice
    assert windows.batch_size == min(batch_size, windows.count)
    assert windows.batches >= 1
    assert windows.batches * windows.batch_size > windows.count - windows.batch_size


def test_the_same_seed_gives_the_same_order() -> None:
    windows = Windows.of(text(700), seq_len=6, batch_size=5)
    assert np.array_equal(epoch(windows, 2), epoch(windows, 2))


def test_every_epoch_and_seed_has_another_order() -> None:
    windows = Windows.of(text(700), seq_len=6, batch_size=5)
    orders = [(0, 1), (1, 1), (2, 1), (0, 2)]
    first = {tuple(epoch(windows, number, seed)[0][0].ravel()) for number, seed in orders}
    assert len(first) == len(orders)


def test_the_grid_is_shifted_from_epoch_to_epoch() -> None:
    windows = Windows.of(text(700), seq_len=6, batch_size=5)
    shifts = {int(windows.starts(number, 1).min()) for number in range(30)}
    assert len(shifts) > 4
    assert max(shifts) <= windows.stretch


def test_an_epoch_continues_after_skipped_batches() -> None:
    windows = Windows.of(text(700), seq_len=6, batch_size=5)
    assert np.array_equal(epoch(windows, 3, skip=4), epoch(windows, 3)[4:])
    assert epoch(windows, 3, skip=windows.batches) == []


def test_a_small_text_gets_a_smaller_batch() -> None:
    windows = Windows.of(text(121 * 5), seq_len=120, batch_size=128)
    assert (windows.batch_size, windows.batches) == (4, 1)
    assert len(epoch(windows, 0)) == 1


def test_one_window_is_enough() -> None:
    windows = Windows.of(text(121), seq_len=120, batch_size=128)
    assert (windows.batch_size, windows.batches, windows.count) == (1, 1, 1)
    (batch,) = epoch(windows, 0)
    assert batch[0].ravel().tolist() == list(range(120))


def test_a_text_that_is_too_short_is_refused_with_the_length_it_needs() -> None:
    with pytest.raises(TooLittleText, match=r"^120 characters are too few .* at least 121$"):
        Windows.of(text(120), seq_len=120, batch_size=128)


def test_windows_of_a_stretch_follow_each_other_in_the_batches() -> None:
    windows = Windows.of(text(1_000), seq_len=6, batch_size=5, carry=4)
    batches = epoch(windows, 0)
    assert windows.carry == 4
    assert len(batches) == windows.batches == (1_000 // 25 - 1) // 5 * 4
    for number, (before, after) in enumerate(pairwise(batches)):
        follows = (after[0, :, 0] == before[1, :, -1]).all()
        assert follows == (not windows.begins_stretch(number + 1))


@given(length=st.integers(30, 2_000), batch_size=st.integers(1, 64), carry=st.integers(1, 9))
def test_stretches_are_as_long_as_a_full_batch_allows(
    length: int, batch_size: int, carry: int
) -> None:
    windows = Windows.of(text(length), 9, batch_size, carry)
    assert windows.batch_size == Windows.of(text(length), 9, batch_size).batch_size
    assert windows.batches >= windows.carry
    seen = np.concatenate([batch[0].ravel() for batch in epoch(windows, 0)])
    assert len(set(seen)) == len(seen)
    assert seen.max() < length - 1
    longer = Windows(text(length), 9, windows.batch_size, windows.carry + 1)
    too_long = longer.stretch > length or longer.count < windows.batch_size
    assert windows.carry == carry or too_long
