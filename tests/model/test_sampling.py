"""Drawing characters: temperature, top-k, top-p, min-p and random seeds."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from bardtui.model.decoder import Decoder, Snapshot
from bardtui.model.sampling import NEVER, Sampling, SamplingError, filter_logits, gumbel_noise
from tests.conftest import random_weights, small_model


@pytest.fixture(scope="module")
def one() -> Decoder:
    """A decoder with random weights, at a place where many characters are likely."""
    model = small_model(skip=True)
    decoder = Decoder(model.spec, model.vocabulary, random_weights(model.spec), jit=False)
    decoder.read(np.arange(6, dtype=np.int32))
    return decoder


@pytest.fixture(scope="module")
def place(one: Decoder) -> Snapshot:
    """Where the decoder stands at first."""
    return one.snapshot()


def probabilities(decoder: Decoder) -> np.ndarray:
    """Of the next character, at temperature 1."""
    logits = decoder.snapshot().arrays[-1][0].astype(np.float64)
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def drawn(one: Decoder, place: Snapshot, sampling: Sampling, count: int) -> Counter[int]:
    """The next character, drawn `count` times with the noise of different positions."""
    one.restore(place)
    logits = filter_logits(tf.constant(place.arrays[-1]), sampling.top_k, sampling.parameters)
    noise = gumbel_noise(sampling.key, place.position, count, logits.shape[-1])
    indices = (logits.numpy() + noise).argmax(-1)
    assert one.peek(sampling) == one.vocabulary.decode(indices[:1])
    return Counter(indices.tolist())


def written(decoder: Decoder, length: int, sampling: Sampling) -> str:
    decoder.reset()
    return "".join(decoder.write(length, sampling))


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_draws_follow_the_distribution_of_the_network(
    one: Decoder, place: Snapshot, temperature: float
) -> None:
    count = 2_000
    counts = drawn(one, place, Sampling(temperature=temperature), count)
    expected = probabilities(one) ** (1 / temperature)
    expected *= count / expected.sum()
    observed = np.array([counts[i] for i in range(len(expected))])
    common = expected >= 5
    assert common.sum() > 5
    pairs = [*zip(observed[common], expected[common], strict=True)]
    pairs.append((observed[~common].sum(), max(expected[~common].sum(), 1.0)))
    chi_square = sum((o - e) ** 2 / e for o, e in pairs)
    # With 11 degrees of freedom, 31.3 is exceeded once in a thousand times; the seeds are fixed.
    assert chi_square < 31.3


def test_top_k_leaves_only_the_likeliest(one: Decoder, place: Snapshot) -> None:
    counts = drawn(one, place, Sampling(temperature=3.0, top_k=3), 200)
    assert set(counts) == set(np.argsort(probabilities(one))[-3:].tolist())


def test_top_p_leaves_the_fewest_that_add_up_to_it(one: Decoder, place: Snapshot) -> None:
    counts = drawn(one, place, Sampling(temperature=1.0, top_p=0.5), 200)
    ordered = np.argsort(probabilities(one))[::-1]
    needed = int(np.searchsorted(np.cumsum(probabilities(one)[ordered]), 0.5)) + 1
    assert 1 < needed < len(ordered)
    assert set(counts) == set(ordered[:needed].tolist())


def test_top_p_applies_after_the_temperature(one: Decoder, place: Snapshot) -> None:
    cold = drawn(one, place, Sampling(temperature=0.2, top_p=0.8), 100)
    hot = drawn(one, place, Sampling(temperature=5.0, top_p=0.8), 200)
    assert len(cold) < len(hot)


@pytest.mark.parametrize("size", [40, 700])
@pytest.mark.parametrize(
    ("top_k", "top_p"), [(5, 1.0), (0, 0.8), (3, 0.5), (9, 0.3), (10_000, 1.0)]
)
def test_a_vocabulary_of_any_size_is_filtered_alike(size: int, top_k: int, top_p: float) -> None:
    logits = np.random.default_rng(0).normal(0, 4, (2, size)).round(1).astype(np.float32)
    sampling = Sampling(temperature=1.5, top_k=top_k, top_p=top_p)
    filtered = filter_logits(tf.constant(logits), top_k, sampling.parameters).numpy()
    for row, result in zip(logits / np.float32(1.5), filtered, strict=True):
        shares = np.exp(row) / np.exp(row).sum(dtype=np.float64)
        likelier = row[:, None] < row
        kept = (top_p == 1) | ((likelier * shares).sum(-1) < top_p)
        kept &= (top_k == 0) | (likelier.sum(-1) < top_k)
        assert (result > NEVER).tolist() == kept.tolist()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_min_p_leaves_those_probable_enough_at_any_temperature(
    one: Decoder, place: Snapshot, temperature: float
) -> None:
    counts = drawn(one, place, Sampling(temperature, min_p=0.3), 2_000)
    shares = probabilities(one) / probabilities(one).max()
    assert 1 < (shares >= 0.3).sum() < len(shares)
    assert set(counts) == set(np.flatnonzero(shares >= 0.3).tolist())


def test_an_excluded_character_is_not_drawn_however_likely(one: Decoder, place: Snapshot) -> None:
    one.restore(place)
    likeliest = one.peek(Sampling(top_k=1))
    one.exclude(likeliest)
    assert one.peek(Sampling(top_k=1)) != likeliest
    everything = Sampling(10.0)
    drawn_without = {one.peek(replace(everything, random_seed=seed)) for seed in range(100)}
    assert likeliest not in drawn_without
    assert len(drawn_without) > 5


def test_sampling_among_one_character_is_greedy_at_any_temperature(one: Decoder) -> None:
    one.reset()
    indices: list[int] = []
    for _ in range(60):
        indices.append(int(probabilities(one).argmax()))
        one.read(np.array(indices[-1:], np.int32))
    greedy = one.vocabulary.decode(indices)
    for temperature in (0.01, 0.8, 10.0):
        for limit in ({"top_k": 1}, {"top_p": 1e-6}, {"min_p": 1.0}):
            assert written(one, 60, Sampling(temperature, random_seed=3, **limit)) == greedy


def test_a_low_temperature_draws_likely_characters_and_a_high_one_all(one: Decoder) -> None:
    cold = one.vocabulary.encode(written(one, 60, Sampling(0.01))).indices
    one.reset()
    for index in cold:
        # A difference of 0.2 in logits is 20 at this temperature: odds of one in half a billion.
        assert probabilities(one)[index] > probabilities(one).max() * np.exp(-0.2)
        one.read(np.array([index], np.int32))
    assert set(written(one, 600, Sampling(10.0))) == set(one.vocabulary.characters)


@pytest.mark.parametrize("top_k", [1_000, 2**31 - 1])
def test_a_top_k_beyond_the_vocabulary_changes_nothing(one: Decoder, top_k: int) -> None:
    assert written(one, 100, Sampling(top_k=top_k)) == written(one, 100, Sampling())


def test_text_drawn_again_is_another_text(one: Decoder) -> None:
    assert len({written(one, 80, Sampling(2.0, redraw=redraw)) for redraw in range(4)}) == 4


def test_each_random_seed_gives_another_text(one: Decoder) -> None:
    seeds = (0, 1, 2, 2**31 - 1)
    assert len({written(one, 80, Sampling(2.0, random_seed=seed)) for seed in seeds}) == 4


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
        {"min_p": -0.1},
        {"min_p": 1.1},
        {"min_p": float("nan")},
        {"random_seed": -1},
        {"random_seed": 2**31},
    ],
)
def test_parameters_out_of_range_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SamplingError, match=next(iter(values)).replace("_", ".")):
        Sampling(**values)
