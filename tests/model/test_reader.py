"""A generator in step with a text that people change."""

from collections.abc import Callable
from itertools import chain, islice, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bardtui.model import marks
from bardtui.model.decoder import Stepper
from bardtui.model.generator import Generator, Sampling, Snapshot
from bardtui.model.reader import BLOCK, Reader
from tests.conftest import VERSE

AT_ONCE = 150  # characters: what a call takes here, on any machine


@pytest.fixture
def reader(shared_generator: Generator, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(Stepper, "_learn_pace", lambda *_: None)
    monkeypatch.setattr(shared_generator.stepper, "at_once", AT_ONCE)
    return Reader(shared_generator)


def replayed(generator: Generator, text: str) -> Snapshot:
    """The state of having read `text` afresh; the generator is left as it was."""
    here = generator.snapshot()
    generator.reset()
    generator.prime(generator.vocabulary.encode(text).indices)
    snapshot = generator.snapshot()
    generator.restore(here)
    return snapshot


def assert_in_step(reader: Reader, text: str) -> None:
    now, fresh = reader.generator.snapshot(), replayed(reader.generator, text)
    assert now.position == fresh.position
    assert all(np.array_equal(a, b) for a, b in zip(now.arrays, fresh.arrays, strict=True))


def counted(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many characters were read since it was last asked."""
    genuine, read = generator.prime, [0]

    def prime(indices: np.ndarray) -> np.ndarray:
        read[0] += len(indices)
        return genuine(indices)

    def asked() -> int:
        count, read[0] = read[0], 0
        return count

    monkeypatch.setattr(generator, "prime", prime)
    return asked


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_it_is_always_in_step_with_the_text(
    shared_generator: Generator, data: st.DataObject
) -> None:
    reader, text = Reader(shared_generator), ""
    snippets = st.text(st.sampled_from("ab \n\u2019\u00e9中"), max_size=40) | st.sampled_from(
        [VERSE[:n] for n in (1, 16, 17, 100, 130)]
    )
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(["write", "append", "cut", "edit", "other", "stop"])):
            case "write":
                sampling = Sampling(1.0, random_seed=data.draw(st.integers(0, 99)))
                shown = data.draw(st.integers(1, 20))  # of the pieces; more are not asked for
                pieces = reader.write(data.draw(st.integers(0, 300)), sampling)
                text = text_read(reader, text) + "".join(islice(pieces, shown))
                assert_in_step(reader, text)
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
                text += VERSE
                asked = chain(repeat(False, data.draw(st.integers(0, 9))), repeat(True))
                reader.seek(text, stopped=asked.__next__)
                assert_in_step(reader, text_read(reader, text))
        reader.seek(text)
        assert_in_step(reader, text)


def text_read(reader: Reader, text: str) -> str:
    """What the reader knows of `text`, as far as it has read it."""
    vocabulary = reader.generator.vocabulary
    return vocabulary.decode(vocabulary.encode(text).indices[: reader.generator.position])


def test_what_is_written_is_the_same_after_any_way_there(reader: Reader) -> None:
    sampling = Sampling(random_seed=5)
    reader.seek("ANN:\n")
    first = "".join(reader.write(200, sampling))
    reader.seek("ANN:\nThe door")
    reader.seek("")
    reader.seek("ANN:\n")
    assert "".join(reader.write(200, sampling)) == first
    reader.seek("ANN:\n" + first[:77])
    assert "".join(reader.write(123, sampling)) == first[77:]


def test_only_what_is_new_is_read(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    text = VERSE * 12
    read = counted(reader.generator, monkeypatch)
    reader.seek(text)
    assert read() == len(text)
    reader.seek(text)
    assert read() == 0
    reader.seek(text + "more")
    assert read() == 4
    written = "".join(reader.write(100, Sampling()))
    reader.seek(text + "more" + written + "a")
    assert read() == 1
    for cut in (len(text) - 1, 1_000, 5 * BLOCK + 1, 3):
        reader.seek(text[:cut] + "x")
        assert read() <= min(cut, AT_ONCE) + 1


def test_retrying_costs_nothing(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    text = VERSE[:113]
    reader.seek(text)
    read = counted(reader.generator, monkeypatch)
    takes = set()
    for seed in range(4):
        reader.seek(text)
        takes.add("".join(reader.write(50, Sampling(2.0, random_seed=seed))))
    assert read() == 0
    assert len(takes) == 4


def test_unknown_characters_are_reported_and_left_out(reader: Reader) -> None:
    assert reader.seek("ANN 😀: 中\u00e9 文😀\n") == ("😀", "中", "文")
    assert_in_step(reader, "ANN : e \n")
    assert reader.seek("") == ()
    assert reader.generator.position == 0


def test_reading_tells_how_far_it_is(reader: Reader) -> None:
    shares: list[float] = []
    reader.seek(VERSE * 5, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 1
    shares.clear()
    reader.seek(VERSE * 5 + "more", progress=shares.append)
    assert shares == [1.0]


def test_a_stop_ends_the_reading_and_a_later_one_goes_on(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter([False, False, False, True])
    reader.seek(VERSE * 5, stopped=lambda: next(asked))
    position = reader.generator.position
    assert position == 3 * (AT_ONCE // BLOCK) * BLOCK
    read = counted(reader.generator, monkeypatch)
    reader.seek(VERSE * 5)
    assert read() == 5 * len(VERSE) - position
    assert_in_step(reader, VERSE * 5)


def test_a_new_reader_begins_anew(reader: Reader) -> None:
    reader.seek(VERSE)
    other = Reader(reader.generator)
    assert other.generator.position == 0
    other.seek("ANN:")
    assert_in_step(other, "ANN:")


def test_a_text_may_be_long(reader: Reader) -> None:
    text = VERSE * 60  # more than the first array holds
    reader.seek(text)
    assert_in_step(reader, text)
    reader.seek(text[:5_000] + "x")
    assert_in_step(reader, text[:5_000] + "x")


def test_what_was_read_in_another_branch_is_known(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    common, one, other = VERSE * 3, VERSE * 4 + "one", "x" + VERSE * 5
    reader.seek(common + one)
    reader.seek(common + other)
    read = counted(reader.generator, monkeypatch)
    for branch in (one, other, one):
        reader.seek(common + branch)
        assert read() == 0
        assert_in_step(reader, common + branch)
        read()  # what the assertion read
    reader.seek(common + one[:300] + "x")
    assert read() <= AT_ONCE
    assert_in_step(reader, common + one[:300] + "x")


def test_the_end_of_what_was_written_is_known(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.seek("ANN:\n")
    written = "".join(reader.write(203, Sampling(random_seed=3)))
    reader.seek("ANN:\n" + written + "A line of the writer's.\n")
    read = counted(reader.generator, monkeypatch)
    reader.seek("ANN:\n" + written)
    assert read() == 0
    reader.seek("ANN:\n")
    assert read() == 0
    reader.seek("ANN:\n" + written[:202])
    assert read() < BLOCK + AT_ONCE


def test_unknown_characters_are_told_of_any_text(reader: Reader) -> None:
    assert reader.seek(VERSE + "中" + VERSE + "文中") == ("中", "文")
    assert reader.seek(VERSE + "中" + VERSE) == ("中",)
    assert reader.seek(VERSE + "a文" + VERSE + "中") == ("文", "中")
    assert reader.seek(VERSE) == ()
    assert reader.seek(VERSE + "中" + VERSE + "文中") == ("中", "文")


def test_snapshots_have_a_bound_and_are_thinned_evenly(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(generator.snapshot().to_bytes())
    monkeypatch.setattr(marks, "MOST_BYTES", size * 16)
    reader = Reader(generator)
    text = VERSE * 30
    reader.seek(text)
    assert len(reader._marks) <= 16
    read = counted(generator, monkeypatch)
    for at in range(0, len(text), 500):
        reader.seek(text[:at] + "x")
        assert read() < len(text) / 3
        assert_in_step(reader, text[:at] + "x")
        read()
