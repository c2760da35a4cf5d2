"""The decoder: the same text however the work is cut into calls, and the network's own numbers."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bardtui.model import decoder as decoder_module
from bardtui.model.decoder import CALL_SECONDS, MAX_CHUNK, Decoder, Snapshot
from bardtui.model.network import NetworkSpec, build_network
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from tests.conftest import random_weights, small_model

SAMPLING = Sampling(temperature=0.9, random_seed=7)


@pytest.fixture(scope="session")
def long_text(shared_decoder: Decoder) -> str:
    """300 characters written with SAMPLING from the start."""
    shared_decoder.reset()
    return "".join(shared_decoder.write(300, SAMPLING))


def written(decoder: Decoder, length: int, sampling: Sampling) -> str:
    decoder.reset()
    return "".join(decoder.write(length, sampling))


def same(one: Snapshot, other: Snapshot) -> bool:
    return one.position == other.position and all(
        np.array_equal(a, b) for a, b in zip(one.arrays, other.arrays, strict=True)
    )


# --- the same text, however the work is cut


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 16, 63, 299, MAX_CHUNK])
def test_the_size_of_the_pieces_does_not_change_the_text(
    decoder: Decoder, long_text: str, chunk: int
) -> None:
    pieces = list(decoder.write(300, SAMPLING, chunk=chunk))
    assert "".join(pieces) == long_text
    assert {len(piece) for piece in pieces[:-1]} <= {chunk}
    assert decoder.position == 300


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_text_cut_anywhere_continues_the_same(
    shared_decoder: Decoder, long_text: str, data: st.DataObject
) -> None:
    decoder = shared_decoder
    decoder.reset()
    text, kept = "", decoder.snapshot()
    while len(text) < len(long_text):
        count = data.draw(st.integers(1, 120))
        chunk = data.draw(st.integers(1, MAX_CHUNK))
        match data.draw(st.sampled_from(["write", "read", "retry", "read again"])):
            case "read":
                indices = decoder.vocabulary.encode(long_text[len(text) :][:count]).indices
                decoder.read(indices)
                text += decoder.vocabulary.decode(indices)
            case "write":
                count = min(count, len(long_text) - len(text))
                text += "".join(decoder.write(count, SAMPLING, chunk=chunk))
            case "retry":
                "".join(decoder.write(count, Sampling(1.4, random_seed=count)))
                decoder.restore(kept)
                text = text[: kept.position]
            case "read again":
                decoder.reset()
                decoder.read(decoder.vocabulary.encode(text).indices)
        kept = decoder.snapshot()
        assert decoder.position == len(text)
    assert text == long_text


def test_reading_a_text_gives_the_state_of_having_written_it(
    decoder: Decoder, long_text: str
) -> None:
    "".join(decoder.write(300, SAMPLING))
    wrote = decoder.snapshot()
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(long_text).indices)
    assert same(decoder.snapshot(), wrote)


def test_a_caller_may_stop_at_any_piece(decoder: Decoder, long_text: str) -> None:
    pieces = decoder.write(300, SAMPLING, chunk=40)
    text = next(pieces) + next(pieces)
    del pieces
    assert decoder.position == len(text) < 300
    assert text + "".join(decoder.write(300 - len(text), SAMPLING)) == long_text


@pytest.mark.parametrize("chunk", [1, 7, 299])
def test_writing_may_end_after_an_empty_line(decoder: Decoder, long_text: str, chunk: int) -> None:
    first = long_text[: long_text.index("\n\n") + 2]
    assert "".join(decoder.write(300, SAMPLING, chunk=chunk, until="\n")) == first
    assert decoder.position == len(first)
    decoder.reset()
    head = "".join(decoder.write(len(first) - 1, SAMPLING))
    assert "".join(decoder.write(300, SAMPLING, chunk=chunk, until="\n", met=1)) == "\n"
    assert head + "\n" == first
    # The text goes on as if it had not been cut; a character that is not known ends nothing.
    rest = decoder.write(300 - len(first), SAMPLING, until="\u00df")
    assert first + "".join(rest) == long_text


@pytest.mark.parametrize("count", [1, 20, MAX_CHUNK + 1])
def test_a_text_is_read_in_the_call_that_writes_on(decoder: Decoder, count: int) -> None:
    first = np.arange(count, dtype=np.int32) % len(decoder.vocabulary)
    decoder.read(first)
    expected = "".join(decoder.write(30, SAMPLING))
    decoder.reset()
    pieces = [*decoder.write(30, SAMPLING, chunk=10, first=first)]
    assert "".join(pieces) == expected
    assert decoder.position == count + 30


def test_the_next_character_can_be_seen_before_it_is_written(decoder: Decoder) -> None:
    for _ in range(5):
        likely = decoder.log_probabilities()
        next_one = decoder.peek(SAMPLING)
        np.testing.assert_array_equal(decoder.log_probabilities(), likely)
        assert np.exp(likely).sum() == pytest.approx(1)
        assert list(decoder.write(1, SAMPLING)) == [next_one]


def test_a_chunk_out_of_range_is_an_error(decoder: Decoder) -> None:
    for chunk in (0, MAX_CHUNK + 1):
        with pytest.raises(ValueError, match="a chunk has 1 to"):
            next(decoder.write(10, SAMPLING, chunk=chunk))


def test_writing_does_not_change_a_snapshot(decoder: Decoder) -> None:
    decoder.read(np.arange(10, dtype=np.int32))
    snapshot = decoder.snapshot()
    before = [array.copy() for array in snapshot.arrays]
    "".join(decoder.write(50, SAMPLING))
    assert all(np.array_equal(a, b) for a, b in zip(before, snapshot.arrays, strict=True))
    decoder.restore(snapshot)
    assert same(decoder.snapshot(), snapshot)


def test_states_that_a_call_passed_are_known(decoder: Decoder, long_text: str) -> None:
    next(decoder.write(60, SAMPLING, chunk=60))
    trail = decoder.trail
    "".join(decoder.write(20, SAMPLING))
    indices = decoder.vocabulary.encode(long_text).indices
    for position in (1, 2, 30, 60):
        decoder.reset()
        decoder.read(indices[:position])
        known = decoder.snapshot_on(trail, position)
        assert known is not None
        assert same(known, decoder.snapshot())
    assert [decoder.snapshot_on(trail, position) for position in (0, 61)] == [None] * 2


def test_of_a_long_call_the_last_state_is_known(decoder: Decoder) -> None:
    next(decoder.write(100, SAMPLING, chunk=100))
    last = decoder.snapshot_on(decoder.trail, 100)
    assert last is not None
    assert same(last, decoder.snapshot())
    assert decoder.snapshot_on(decoder.trail, 99) is None


def test_settings_may_change_within_a_text(decoder: Decoder) -> None:
    other = Sampling(0.5, 5, 0.9, 3)
    beginning = "".join(decoder.write(100, SAMPLING))
    ending = "".join(decoder.write(100, other))
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(beginning).indices)
    assert "".join(decoder.write(100, other)) == ending


def test_a_new_text_may_start_at_a_position(decoder: Decoder) -> None:
    start = decoder.snapshot()
    decoder.reset(1_000)
    assert same(decoder.snapshot(), replace(start, position=1_000))
    text = "".join(decoder.write(50, Sampling(2.0)))
    assert decoder.position == 1_050
    assert text != written(decoder, 50, Sampling(2.0))  # the noise is another


def test_nothing_to_read_or_write_changes_nothing(decoder: Decoder) -> None:
    before = decoder.snapshot()
    assert list(decoder.write(0, SAMPLING)) == []
    assert decoder.read(np.zeros(0, np.int32)).shape == (0,)
    assert same(decoder.snapshot(), before)


# --- the numbers are the network's


def assert_scores_of_training_network(
    spec: NetworkSpec, vocabulary: Vocabulary, length: int, **options: Any
) -> None:
    import tensorflow as tf

    weights = random_weights(spec)
    training = build_network(spec, stateful=False)
    training.set_weights(weights)
    text = np.random.default_rng(5).integers(0, len(vocabulary), length).astype(np.int32)
    inputs = np.concatenate([[vocabulary.first], text[:-1]])[None]
    expected = tf.nn.log_softmax(training(inputs, training=False)[0]).numpy()
    scores = Decoder(spec, vocabulary, weights, **options).read(text)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected[np.arange(length), text], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "changes", [{}, {"skip": True}, {"cell": "gru"}, {"layers": 1}, {"layers": 3, "cell": "gru"}]
)
def test_scores_are_those_of_the_training_network(changes: dict[str, Any]) -> None:
    model = small_model(**changes)
    assert_scores_of_training_network(model.spec, model.vocabulary, 50, jit=not changes)


def test_a_large_vocabulary_is_decoded_in_smaller_calls_and_without_a_table() -> None:
    vocabulary = Vocabulary(tuple(chr(0x4E00 + n) for n in range(5_000)))
    spec = NetworkSpec(5_000, embedding_dim=2, units=201, layers=1)
    assert_scores_of_training_network(spec, vocabulary, 250, jit=False)
    decoder = Decoder(spec, vocabulary, random_weights(spec), jit=False)
    assert decoder.max_chunk == 200
    assert len("".join(decoder.write(250, SAMPLING))) == 250
    assert decoder.at_once <= 200


def test_a_vocabulary_without_line_breaks_starts_with_its_first_character() -> None:
    spec = replace(small_model().spec, vocabulary_size=3)
    assert_scores_of_training_network(spec, Vocabulary.of("abc"), 30, jit=False)


def test_new_weights_start_a_new_text(tiny_model: ModelBundle) -> None:
    weights = tiny_model.weights()
    decoder = Decoder(tiny_model.spec, tiny_model.vocabulary, weights, jit=False)
    text = written(decoder, 60, SAMPLING)
    decoder.set_weights([weight * 0.5 for weight in weights])
    assert decoder.position == 0
    other = "".join(decoder.write(60, SAMPLING))
    decoder.set_weights(weights)
    assert "".join(decoder.write(60, SAMPLING)) == text != other


# --- several streams


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_each_stream_writes_what_one_alone_would_write(cell: str, skip: bool) -> None:
    model = small_model(cell=cell, skip=skip)
    weights = random_weights(model.spec)
    alone = Decoder(model.spec, model.vocabulary, weights, jit=False)
    three = Decoder(model.spec, model.vocabulary, weights, streams=3, jit=False)
    text = np.arange(20, dtype=np.int32) % len(model.vocabulary)
    scores = alone.read(text)
    np.testing.assert_allclose(three.read(text), [scores] * 3, rtol=1e-4, atol=1e-5)
    start = alone.snapshot()
    three.restore(start)
    sampling = Sampling(temperature=0.9, top_k=7, top_p=0.9)
    texts = {model.vocabulary.decode(row) for row in three.step((), 50, sampling)[0]}
    assert texts == {"".join(alone.write(50, sampling))}
    with pytest.raises(ValueError, match="only one stream"):
        next(three.write(5, sampling))


# --- compiled once, or not at all


def test_it_is_traced_once_whatever_is_asked(decoder: Decoder) -> None:
    assert decoder.compiled
    rng = np.random.default_rng(2)
    for _ in range(60):
        sampling = Sampling(
            float(rng.uniform(0.1, 2)),
            int(rng.integers(0, 30)),
            float(rng.uniform(0.1, 1)),
            int(rng.integers(2**31)),
        )
        "".join(decoder.write(int(rng.integers(1, 90)), sampling, chunk=int(rng.integers(1, 65))))
        decoder.read(rng.integers(0, 20, int(rng.integers(1, 40))).astype(np.int32))
    assert decoder.compilations == 1


def test_xla_compiles_it_once(tiny_model: ModelBundle) -> None:
    """Tracing once is not enough: XLA compiles again for every value it takes for a constant."""
    code = f"""
from pathlib import Path
from bardtui.model.store import ModelBundle
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
model = ModelBundle.load(Path({str(tiny_model.folder)!r}))
decoder = Decoder(model.spec, model.vocabulary, model.weights())
for length in (1, 40, 300):
    for sampling in (Sampling(), Sampling(0.3, top_k=5), Sampling(1.5, top_p=0.9, random_seed=3)):
        "".join(decoder.write(length, sampling))
        decoder.read(model.vocabulary.encode("ANN:" * length).indices)
"""
    logging = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compilation_profiler=1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | logging, capture_output=True, check=True
    )
    compiled = [line for line in done.stderr.decode().splitlines() if "] Compiled __inf" in line]
    assert len(compiled) == 1


def fail_with(error: type[Exception], monkeypatch: pytest.MonkeyPatch, *, also_plain: bool) -> None:
    """Make compiled functions fail when they are called, and `also_plain` ones."""
    import tensorflow as tf

    genuine = tf.function

    def function(run: Any, *arguments: Any, jit_compile: bool, **options: Any) -> Any:
        if jit_compile or also_plain:
            failing = Mock(side_effect=error(None, None, "failed"))
            failing.get_concrete_function.return_value = failing
            return failing
        return genuine(run, *arguments, jit_compile=False, **options)

    monkeypatch.setattr(tf, "function", function)


def test_without_xla_the_same_function_runs_without_it(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle, decoder: Decoder
) -> None:
    import tensorflow as tf

    fail_with(tf.errors.UnimplementedError, monkeypatch, also_plain=False)
    plain = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())
    assert not plain.compiled
    assert plain.position == 0
    indices = np.arange(20, dtype=np.int32)
    np.testing.assert_allclose(plain.read(indices), decoder.read(indices), rtol=1e-4)
    assert len("".join(plain.write(40, SAMPLING))) == 40
    assert plain.compilations == 1


def test_xla_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle) -> None:
    monkeypatch.setenv("BARDTUI_XLA", "0")
    assert not Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights()).compiled


def test_another_failure_is_raised(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle
) -> None:
    import tensorflow as tf

    fail_with(tf.errors.ResourceExhaustedError, monkeypatch, also_plain=True)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())


def test_a_call_takes_about_as_long_as_it_should(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle
) -> None:
    now, cost = 0.0, 0.0
    decoder = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights(), jit=False)
    genuine = decoder_module.gumbel_noise

    def noise(key: int, position: int, steps: int, size: int) -> Any:
        nonlocal now
        now += cost * steps
        return genuine(key, position, steps, size)

    monkeypatch.setattr(decoder_module, "gumbel_noise", noise)
    monkeypatch.setattr("time.perf_counter", lambda: now)

    def write_some_calls(seconds_a_step: float) -> int:
        nonlocal cost
        cost = seconds_a_step
        for _ in range(8):
            decoder.step((), decoder.at_once, SAMPLING)
        return decoder.at_once

    assert write_some_calls(0.0) == MAX_CHUNK
    assert 9 <= write_some_calls(CALL_SECONDS / 10) <= 10
    assert 49 <= write_some_calls(CALL_SECONDS / 50) <= 50
    assert write_some_calls(CALL_SECONDS * 3) == 1
    before = write_some_calls(CALL_SECONDS / 40)
    cost = CALL_SECONDS  # the machine is busy with something else for once
    decoder.step((), before, SAMPLING)
    assert decoder.at_once >= before // 2
