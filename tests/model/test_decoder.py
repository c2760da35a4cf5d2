"""The decoder: one text for one seed however the work is cut, and draws as they should be."""

import os
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bardtui.model import decoder as decoder_module
from bardtui.model import inference_lstm
from bardtui.model.decoder import CALL_SECONDS, MAX_CHUNK, Decoder
from bardtui.model.network import build_network
from bardtui.model.sampling import Sampling, SamplingError
from bardtui.model.store import ModelBundle
from tests.conftest import random_weights, small_model

SAMPLING = Sampling(temperature=0.9, random_seed=7)


@pytest.fixture(scope="session")
def long_text(shared_decoder: Decoder) -> str:
    """300 characters as SAMPLING draws them from the beginning."""
    shared_decoder.reset()
    return "".join(shared_decoder.write(300, SAMPLING))


@pytest.fixture(scope="session")
def improbable() -> Decoder:
    """A decoder with random weights: many characters are likely everywhere."""
    model = small_model(skip=True)
    return Decoder(model.spec, model.vocabulary, random_weights(model.spec))


def written(decoder: Decoder, length: int, sampling: Sampling) -> str:
    decoder.reset()
    return "".join(decoder.write(length, sampling))


def probabilities(decoder: Decoder) -> np.ndarray:
    """Of the next character, at temperature 1; from the state that a snapshot keeps."""
    logits = decoder.snapshot().arrays[-1][0].astype(np.float64)
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def same(one: Any, other: Any) -> bool:
    return one.position == other.position and all(
        np.array_equal(a, b) for a, b in zip(one.arrays, other.arrays, strict=True)
    )


# --- the same text, however the work is cut


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 15, 16, 17, 63, 64, 299, MAX_CHUNK])
def test_the_size_of_the_pieces_does_not_change_the_text(
    decoder: Decoder, long_text: str, chunk: int
) -> None:
    pieces = list(decoder.write(300, SAMPLING, chunk=chunk))
    assert "".join(pieces) == long_text
    assert {len(piece) for piece in pieces[:-1]} <= {chunk}
    assert decoder.position == 300


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_a_text_cut_anywhere_goes_on_the_same(
    shared_decoder: Decoder, long_text: str, data: st.DataObject
) -> None:
    decoder = shared_decoder
    decoder.reset()
    text, kept = "", decoder.snapshot()
    while len(text) < len(long_text):
        count = data.draw(st.integers(1, 120))
        way = data.draw(st.sampled_from(["write", "read", "retry", "read again"]))
        chunk = data.draw(st.integers(1, MAX_CHUNK))
        if way == "read":
            indices = decoder.vocabulary.encode(long_text[len(text) :][:count]).indices
            decoder.read(indices)
            text += decoder.vocabulary.decode(indices)
        elif way == "write":
            count = min(count, len(long_text) - len(text))
            text += "".join(decoder.write(count, SAMPLING, chunk=chunk))
        elif way == "retry":
            "".join(decoder.write(count, Sampling(1.4, random_seed=count)))
            decoder.restore(kept)
            text = text[: kept.position]
            continue
        else:
            decoder.reset()
            decoder.read(decoder.vocabulary.encode(text).indices)
        kept = decoder.snapshot()
        assert decoder.position == len(text)
    assert text == long_text


def test_reading_what_was_written_leads_to_the_same_state(decoder: Decoder, long_text: str) -> None:
    "".join(decoder.write(300, SAMPLING))
    wrote = decoder.snapshot()
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(long_text).indices)
    assert same(decoder.snapshot(), wrote)


def test_a_caller_who_stops_iterating_leaves_it_in_step(decoder: Decoder, long_text: str) -> None:
    pieces = decoder.write(300, SAMPLING, chunk=40)
    text = next(pieces) + next(pieces)
    del pieces
    assert decoder.position == len(text) < 300
    assert text + "".join(decoder.write(300 - len(text), SAMPLING)) == long_text


def test_a_snapshot_is_not_changed_by_what_comes_after(decoder: Decoder) -> None:
    decoder.read(np.arange(10, dtype=np.int32))
    snapshot = decoder.snapshot()
    before = [array.copy() for array in snapshot.arrays]
    "".join(decoder.write(50, SAMPLING))
    assert all(np.array_equal(a, b) for a, b in zip(before, snapshot.arrays, strict=True))
    decoder.restore(snapshot)
    assert same(decoder.snapshot(), snapshot)


def test_settings_may_change_in_mid_text(decoder: Decoder, long_text: str) -> None:
    other = Sampling(0.5, 5, 0.9, 3)
    begin = "".join(decoder.write(100, SAMPLING))
    end = "".join(decoder.write(100, other))
    decoder.reset()
    decoder.read(decoder.vocabulary.encode(begin).indices)
    assert "".join(decoder.write(100, other)) == end


def test_the_random_seed_changes_the_text(decoder: Decoder) -> None:
    seeds = (0, 1, 2, 2**31 - 1)
    texts = {written(decoder, 80, Sampling(2.0, random_seed=seed)) for seed in seeds}
    assert len(texts) == 4


def test_nothing_to_read_or_write_changes_nothing(decoder: Decoder) -> None:
    before = decoder.snapshot()
    assert list(decoder.write(0, SAMPLING)) == []
    assert decoder.read(np.zeros(0, np.int32)).shape == (0,)
    assert same(decoder.snapshot(), before)


# --- the numbers are the network's


@pytest.mark.parametrize(
    "changes", [{}, {"skip": True}, {"cell": "gru"}, {"layers": 1}, {"layers": 3, "cell": "gru"}]
)
def test_scores_are_those_of_the_network_that_learns(changes: dict[str, Any]) -> None:
    import tensorflow as tf

    model = small_model(**changes)
    weights = random_weights(model.spec)
    learner = build_network(model.spec, stateful=False)
    learner.set_weights(weights)
    decoder = Decoder(model.spec, model.vocabulary, weights, jit=not changes)
    text = np.random.default_rng(5).integers(0, len(model.vocabulary), 50).astype(np.int32)
    begun = np.concatenate([[model.vocabulary.index("\n")], text[:-1]])[None]
    expected = tf.nn.log_softmax(learner(begun, training=False)[0]).numpy()
    scores = decoder.read(text)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected[np.arange(50), text], rtol=1e-4, atol=1e-5)


def test_without_a_row_for_each_character_the_numbers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle, decoder: Decoder
) -> None:
    """As with a vocabulary so large that the rows would take much memory."""
    monkeypatch.setattr(inference_lstm, "_MAX_TABLE", 0)
    without = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights(), jit=False)
    indices = np.arange(40, dtype=np.int32) % len(tiny_model.vocabulary)
    np.testing.assert_allclose(without.read(indices), decoder.read(indices), rtol=1e-4, atol=1e-5)


def test_a_call_takes_fewer_steps_where_their_noise_would_be_large(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle
) -> None:
    size = len(tiny_model.vocabulary)
    monkeypatch.setattr(decoder_module, "_MAX_NOISE", 5 * 3 * size)
    several = Decoder(
        tiny_model.spec, tiny_model.vocabulary, tiny_model.weights(), streams=3, jit=False
    )
    assert several.max_chunk == 5
    for _ in range(4):
        several.step((), several.at_once, SAMPLING)
        assert several.at_once <= 5
    monkeypatch.setattr(decoder_module, "_MAX_NOISE", 1)
    decoder = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights(), jit=False)
    assert len(decoder.read(np.zeros(7, np.int32))) == 7
    assert [len(piece) for piece in decoder.write(4, SAMPLING)] == [1] * 4


def test_a_vocabulary_without_line_breaks_begins_with_its_first_character() -> None:
    from dataclasses import replace

    from bardtui.model.vocabulary import Vocabulary

    vocabulary = Vocabulary.of("abc")
    spec = replace(small_model().spec, vocabulary_size=3)
    decoder = Decoder(spec, vocabulary, random_weights(spec), jit=False)
    assert set("".join(decoder.write(30, Sampling(2.0)))) <= set("abc")


def test_other_weights_begin_a_new_text(improbable: Decoder) -> None:
    text = written(improbable, 60, SAMPLING)
    network = improbable.network
    own = network.get_weights()
    improbable.set_weights([weight * 0.5 for weight in own])
    other = "".join(improbable.write(60, SAMPLING))
    improbable.set_weights(own)
    assert improbable.position == 0
    assert "".join(improbable.write(60, SAMPLING)) == text != other


# --- draws


def drawn(decoder: Decoder, sampling: dict[str, Any], count: int) -> Counter[int]:
    """The next character, drawn with so many random seeds from one state."""
    decoder.reset()
    decoder.read(np.arange(6, dtype=np.int32))
    here = decoder.snapshot()
    counts: Counter[int] = Counter()
    for seed in range(count):
        decoder.restore(here)
        counts[decoder.step((), 1, Sampling(random_seed=seed, **sampling))[0][0, 0]] += 1
    decoder.restore(here)
    return counts


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_draws_follow_the_network_s_distribution(improbable: Decoder, temperature: float) -> None:
    count = 800
    counts = drawn(improbable, {"temperature": temperature}, count)
    expected = probabilities(improbable) ** (1 / temperature)
    expected *= count / expected.sum()
    observed = np.array([counts[i] for i in range(len(expected))])
    common = expected >= 5
    assert common.sum() > 5
    pairs = [*zip(observed[common], expected[common], strict=True)]
    pairs.append((observed[~common].sum(), max(expected[~common].sum(), 1.0)))
    chi_square = sum((o - e) ** 2 / e for o, e in pairs)
    # For 11 degrees of freedom 31.3 is passed once in a thousand; the seeds are fixed.
    assert chi_square < 31.3


def test_top_k_leaves_only_the_likeliest(improbable: Decoder) -> None:
    counts = drawn(improbable, {"temperature": 3.0, "top_k": 3}, 150)
    likeliest = np.argsort(probabilities(improbable))[-3:]
    assert set(counts) == set(likeliest.tolist())


def test_top_p_leaves_the_fewest_that_make_it_up(improbable: Decoder) -> None:
    counts = drawn(improbable, {"temperature": 1.0, "top_p": 0.5}, 200)
    ordered = np.argsort(probabilities(improbable))[::-1]
    needed = int(np.searchsorted(np.cumsum(probabilities(improbable)[ordered]), 0.5)) + 1
    assert 1 < needed < len(ordered)
    assert set(counts) == set(ordered[:needed].tolist())


def test_top_p_is_of_the_distribution_at_that_temperature(improbable: Decoder) -> None:
    cold = drawn(improbable, {"temperature": 0.2, "top_p": 0.8}, 80)
    hot = drawn(improbable, {"temperature": 5.0, "top_p": 0.8}, 200)
    assert len(cold) < len(hot)


def greedy(decoder: Decoder, length: int) -> str:
    """The likeliest character after the likeliest character, from the scores alone."""
    decoder.reset()
    indices = []
    for _ in range(length):
        indices.append(int(probabilities(decoder).argmax()))
        decoder.read(np.array(indices[-1:], np.int32))
    return decoder.vocabulary.decode(indices)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 0.8, 2.0, 10.0])
def test_one_of_the_likeliest_is_greedy_at_any_temperature(
    improbable: Decoder, temperature: float
) -> None:
    expected = greedy(improbable, 100)
    for sampling in (
        Sampling(temperature, top_k=1, random_seed=3),
        Sampling(temperature, top_p=1e-6, random_seed=4),
    ):
        assert written(improbable, 100, sampling) == expected


def test_a_low_temperature_takes_what_is_likely_and_a_high_one_anything(
    improbable: Decoder,
) -> None:
    cold = improbable.vocabulary.encode(written(improbable, 60, Sampling(0.01))).indices
    improbable.reset()
    for index in cold:
        # A gap of 0.2 in logits is 20 at this temperature: one chance in half a billion.
        assert probabilities(improbable)[index] > probabilities(improbable).max() * np.exp(-0.2)
        improbable.read(np.array([index], np.int32))
    hot = Counter(written(improbable, 600, Sampling(10.0)))
    assert len(hot) == len(improbable.vocabulary)


def test_limits_beyond_the_vocabulary_limit_nothing(decoder: Decoder, long_text: str) -> None:
    for top_k in (1_000, 2**31 - 1):
        sampling = Sampling(0.9, top_k=top_k, random_seed=7)
        assert written(decoder, 300, sampling) == long_text


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": 0.0},
        {"temperature": 0.009},
        {"temperature": 10.1},
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"top_k": -1},
        {"top_k": 2**31},
        {"top_p": 0.0},
        {"top_p": 1.01},
        {"top_p": float("nan")},
        {"random_seed": -1},
        {"random_seed": 2**31},
    ],
)
def test_settings_out_of_range_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SamplingError, match=next(iter(values)).replace("_", ".")):
        Sampling(**values)


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
    written = [""] * 3
    for pieces in three.write_streams(50, sampling, [4, 9, 4]):
        written = [text + piece for text, piece in zip(written, pieces, strict=True)]
    assert [len(text) for text in written] == [50] * 3
    assert written[0] == written[2] != written[1]
    for seed, text in zip((4, 9), written, strict=False):
        alone.restore(start)
        assert text == "".join(alone.write(50, Sampling(0.9, 7, 0.9, seed)))
    with pytest.raises(ValueError, match="3 streams"):
        next(three.write_streams(5, sampling, [1]))
    with pytest.raises(ValueError, match="write_streams"):
        next(three.write(5, sampling))


# --- compiled once, or not at all


def test_it_is_compiled_once_whatever_is_asked(decoder: Decoder) -> None:
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


def test_xla_compiles_once_by_its_own_count(tiny_model: ModelBundle) -> None:
    """Traced once is not enough: XLA compiles anew for what it takes for another constant."""
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
    told = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compilation_profiler=1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | told, capture_output=True, check=True
    )
    compiled = [line for line in done.stderr.decode().splitlines() if "] Compiled __inf" in line]
    assert len(compiled) == 1


def test_where_xla_is_missing_the_same_function_runs_without(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle, decoder: Decoder
) -> None:
    import tensorflow as tf

    genuine = Decoder._compile
    asked = []

    def compile_(self: Decoder, jit: bool) -> Any:
        asked.append(jit)
        if not jit:
            return genuine(self, jit)

        def run(*_: Any) -> Any:
            raise tf.errors.UnimplementedError(None, None, "no XLA on this platform")

        return run

    monkeypatch.setattr(Decoder, "_compile", compile_)
    plain = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())
    assert asked == [True, False]
    assert not plain.compiled
    assert plain.position == 0
    indices = np.arange(20, dtype=np.int32)
    np.testing.assert_allclose(plain.read(indices), decoder.read(indices), rtol=1e-4)
    assert len("".join(plain.write(40, SAMPLING))) == 40
    assert plain.compilations == 1


def test_another_failure_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle
) -> None:
    import tensorflow as tf

    def run(*_: Any) -> Any:
        raise tf.errors.ResourceExhaustedError(None, None, "no memory")

    monkeypatch.setattr(Decoder, "_compile", lambda self, jit: run)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())


def test_a_call_takes_about_a_frame(
    monkeypatch: pytest.MonkeyPatch, tiny_model: ModelBundle
) -> None:
    now = 0.0
    decoder = Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights(), jit=False)
    genuine, cost = decoder._run, 0.0

    def run(forced: Any, noise: Any, control: Any, knobs: Any) -> Any:
        nonlocal now
        now += cost * int(control[1])
        return genuine(forced, noise, control, knobs)

    monkeypatch.setattr(decoder_module.time, "perf_counter", lambda: now)
    decoder._run = run
    for pace, steps in (
        (0.0, MAX_CHUNK),
        (CALL_SECONDS / 10, 10),
        (CALL_SECONDS / 50, 50),
        (CALL_SECONDS * 3, 1),
    ):
        cost = pace
        for _ in range(8):
            decoder.step((), decoder.at_once, SAMPLING)
        assert steps - 1 <= decoder.at_once <= steps
    cost = CALL_SECONDS / 40
    for _ in range(8):
        decoder.step((), decoder.at_once, SAMPLING)
    before, cost = decoder.at_once, CALL_SECONDS  # the machine was held up for once
    decoder.step((), before, SAMPLING)
    assert decoder.at_once >= before // 2
