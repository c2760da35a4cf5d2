"""A decoder that follows a text while people change it."""

from itertools import chain, islice, repeat
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bardtui.model.context import Context, Snapshots, context_length, start_of_context
from bardtui.model.decoder import Decoder, Snapshot
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from tests.conftest import VERSE

CALL = 150  # characters read or written by one call of the network


class CountingDecoder(Decoder):
    """Counts the characters that it reads, and makes calls of one size on any machine."""

    at_once = property(lambda self: CALL, lambda self, value: None)  # type: ignore[assignment]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._count = 0
        super().__init__(*arguments, **options)

    def read(self, indices: np.ndarray) -> np.ndarray:
        self._count += len(indices)
        return super().read(indices)

    def count(self) -> int:
        """How many characters were read since the last call of this method."""
        count, self._count = self._count, 0
        return count


@pytest.fixture(scope="module")
def counting(tiny_model: ModelBundle) -> CountingDecoder:
    model = tiny_model
    return CountingDecoder(model.spec, model.vocabulary, model.weights(), jit=False)


@pytest.fixture
def context(counting: CountingDecoder) -> Context:
    """A context of 2,000 characters that knows no text."""
    counting.count()
    return Context(counting, 1_000)


def read_afresh(decoder: Decoder, text: str) -> Snapshot:
    """The state after all of `text`; the decoder's own state stays."""
    here = decoder.snapshot()
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(text).indices)
    snapshot = decoder.snapshot()
    decoder.restore(here)
    return snapshot


def assert_follows(context: Context, text: str) -> None:
    """The state is that after `text`: exactly for a short text, else within rounding."""
    state, expected = context.snapshot(), read_afresh(context.decoder, text)
    assert state.position == expected.position
    rounding = 0 if len(text) <= context_length(1_000) else 1e-5
    for array, other in zip(state.arrays, expected.arrays, strict=True):
        np.testing.assert_allclose(array, other, rtol=0, atol=rounding)


# --- where reading begins


@pytest.mark.parametrize(
    ("memory_length", "length"), [(1, 2_000), (1_000, 2_000), (4_000, 6_000), (20_000, 20_000)]
)
def test_the_context_is_longer_than_the_memory_length_within_limits(
    memory_length: int, length: int
) -> None:
    assert context_length(memory_length) == length
    assert start_of_context("x" * length, memory_length) == 0
    assert start_of_context("x" * (length + 7), memory_length) == 7


def test_the_context_begins_at_a_paragraph_or_else_at_a_line() -> None:
    start = len("before\n\n")
    assert start_of_context("before\n\n" + "x" * 2_000, 1) == start
    assert start_of_context("before" + "y" * 99 + "\n\n" + "x" * 1_999, 1) == len("before") + 101
    assert start_of_context("before" + "y\nz" * 33 + "\n\n" + "x" * 1_950, 1) == 107
    assert start_of_context("before" + "y" * 99 + "\n" + "x" * 1_999, 1) == len("before") + 100


@given(st.text("ab\n", max_size=60).map(lambda text: text * 99), st.integers(1, 3_000))
def test_at_least_two_thirds_of_the_context_are_read(text: str, memory_length: int) -> None:
    length = context_length(memory_length)
    read = len(text) - start_of_context(text, memory_length)
    assert min(len(text), length * 2 // 3) <= read <= length


# --- the state follows the text


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_state_is_always_that_after_the_text(
    counting: CountingDecoder, data: st.DataObject
) -> None:
    context, text = Context(counting, 1_000, Snapshots(max_bytes=20_000)), ""
    snippets = st.text("ab \n\t\u2019\u00e9中", max_size=40) | st.sampled_from(
        [VERSE[:n] for n in (1, 16, 17, 100, 130)] + [VERSE * 12 + "中\t"]
    )
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(["write", "append", "cut", "edit", "other", "stop"])):
            case "write":
                sampling = Sampling(1.0, random_seed=data.draw(st.integers(0, 99)))
                pieces = context.write(data.draw(st.integers(0, 500)), sampling)
                text += "".join(islice(pieces, data.draw(st.integers(1, 4))))
                continue
            case "append":
                text += data.draw(snippets)
            case "cut":
                text = text[: data.draw(st.integers(0, len(text)))]
            case "edit":
                at = data.draw(st.integers(0, len(text)))
                text = text[:at] + data.draw(snippets) + text[at:]
            case "other":
                text = data.draw(snippets) * data.draw(st.integers(1, 8))
            case "stop":
                asked = chain(repeat(False, data.draw(st.integers(0, 9))), repeat(True))
                context.seek(text + VERSE, stopped=asked.__next__)
        context.seek(text)
    assert_follows(context, text)


def test_the_same_text_goes_on_the_same_after_any_way_there(context: Context) -> None:
    sampling = Sampling(random_seed=5)
    context.seek("ANN:\n")
    first = "".join(context.write(200, sampling))
    context.seek("ANN:\nThe door")
    context.seek("")
    context.seek("ANN:\n")
    assert "".join(context.write(200, sampling)) == first
    context.seek("ANN:\n" + first[:77])
    assert "".join(context.write(123, sampling)) == first[77:]


def test_a_long_text_read_again_goes_on_as_it_did(counting: CountingDecoder) -> None:
    text, sampling = VERSE * 20, Sampling(0.5, random_seed=8)
    context = Context(counting, 1_000)
    context.seek("")
    for piece in [text[at : at + 500] for at in range(0, len(text), 500)]:
        context.seek(text[: text.index(piece) + len(piece)])
    live = "".join(context.write(300, sampling))
    again = Context(counting, 1_000)
    again.seek(text)
    assert "".join(again.write(300, sampling)) == live


def test_a_new_context_starts_a_new_text(context: Context) -> None:
    context.seek(VERSE)
    other = Context(context.decoder)
    assert other.decoder.position == 0
    other.seek("ANN:")
    assert_follows(other, "ANN:")


# --- what is read


def test_of_any_long_text_only_the_context_is_read(
    context: Context, counting: CountingDecoder
) -> None:
    for repetitions in (20, 100, 1_000):
        context.seek(VERSE * repetitions + "e" * repetitions)
        assert 1_000 <= counting.count() <= 2_000
        assert context.decoder.position == len(VERSE) * repetitions + repetitions


def test_of_a_known_text_only_what_is_new_is_read(
    context: Context, counting: CountingDecoder
) -> None:
    text = VERSE * 9
    context.seek(text)
    assert counting.count() == len(text)
    context.seek(text)
    context.seek(text + "more")
    assert counting.count() == 4
    written = "".join(context.write(100, Sampling()))
    context.seek(text + "more" + written + "a")
    assert counting.count() == 1
    for cut in (len(text) - 1, 1_000, 321, 3):
        context.seek(text[:cut] + "e")
        assert counting.count() <= min(cut, CALL) + 1


def test_retrying_reads_nothing(context: Context, counting: CountingDecoder) -> None:
    text = VERSE * 40
    context.seek(text)
    counting.count()
    takes = set()
    for seed in range(4):
        context.seek(text)
        takes.add("".join(context.write(50, Sampling(2.0, random_seed=seed))))
    assert counting.count() == 0
    assert len(takes) == 4


def test_other_branches_are_known(context: Context, counting: CountingDecoder) -> None:
    common, one, other = VERSE * 3, VERSE * 4 + "one", "e" + VERSE * 5
    context.seek(common + one)
    context.seek(common + other)
    counting.count()
    for branch in (one, other, one):
        context.seek(common + branch)
        assert counting.count() == 0
        assert_follows(context, common + branch)
        counting.count()
    context.seek(common + one[:300] + "e")
    assert counting.count() <= CALL
    assert_follows(context, common + one[:300] + "e")


def test_what_was_written_and_taken_back_is_known(
    context: Context, counting: CountingDecoder
) -> None:
    context.seek("ANN:\n")
    written = "".join(context.write(203, Sampling(random_seed=3)))
    context.seek("ANN:\n" + written + "A line of the writer's.\n")
    counting.count()
    context.seek("ANN:\n" + written)
    context.seek("ANN:\n")
    assert counting.count() == 0
    context.seek("ANN:\n" + written[:202])
    assert counting.count() <= CALL


@pytest.mark.parametrize(
    ("length", "back", "read"), [(50, 0, 0), (50, 49, 0), (CALL, 20, CALL - 20)]
)
def test_a_place_on_the_way_to_another_is_read_only_if_the_call_was_long(
    context: Context, counting: CountingDecoder, length: int, back: int, read: int
) -> None:
    context.seek("ANN:\n")
    start = context.here
    text = next(context.write(length, Sampling(random_seed=3)))
    end = context.here
    "".join(context.write(30, Sampling(random_seed=3)))
    counting.count()
    context.return_to(start)
    context.go_towards(end, text[: length - back])
    assert counting.count() == read
    assert_follows(context, "ANN:\n" + text[: length - back])


def test_a_place_on_the_way_knows_the_states_before_it_and_no_others(
    context: Context, counting: CountingDecoder
) -> None:
    context.seek("ANN:\n")
    start = context.here
    text = next(context.write(50, Sampling(2.0, random_seed=3)))
    end = context.here
    context.return_to(start)
    other = next(context.write(50, Sampling(2.0, random_seed=4)))  # with states of its own
    assert other[:20] != text[:20]
    context.return_to(start)
    context.go_towards(end, text[:40])
    middle = context.here
    context.return_to(start)
    counting.count()
    context.go_towards(middle, text[:20])
    assert counting.count() == 0
    assert_follows(context, "ANN:\n" + text[:20])


def test_a_state_that_is_not_yet_settled_is_not_kept(
    context: Context, counting: CountingDecoder
) -> None:
    text = VERSE * 40
    context.seek(text)
    counting.count()
    start = start_of_context(text, 1_000)
    context.seek(text[: start + 2 * CALL])
    assert counting.count() >= 1_000


def test_a_short_text_is_read_exactly_after_a_longer_one(context: Context) -> None:
    text = VERSE * 12  # 2,184 characters: the first 184 or more are not read
    context.seek(text)
    for length in (1_500, 1_900, 2_000):
        context.seek(text[:length])
        assert_follows(context, text[:length])


def test_a_stop_ends_reading(context: Context, counting: CountingDecoder) -> None:
    asked = iter([False, False, False, True])
    context.seek(VERSE * 5, stopped=lambda: next(asked))
    assert counting.count() == context.decoder.position == 3 * CALL
    context.seek(VERSE * 5)
    assert counting.count() == 5 * len(VERSE) - 3 * CALL
    assert_follows(context, VERSE * 5)


def test_unknown_characters_are_returned_and_left_out(context: Context) -> None:
    assert context.seek("ANN 😀: 中\u00e9 文😀\n") == ("😀", "中", "文")
    assert_follows(context, "ANN : e \n")
    assert context.seek("") == ()
    assert context.decoder.position == 0


def test_unknown_characters_are_those_of_the_whole_text(context: Context) -> None:
    long = VERSE * 20
    assert context.seek(long + "中" + long + "文中") == ("中", "文")
    assert context.seek(long + "中" + long) == ("中",)
    assert context.seek(long + "a文" + long + "中") == ("文", "中")
    assert context.seek(long) == ()
    assert context.seek(long + "中" + long + "文中") == ("中", "文")
