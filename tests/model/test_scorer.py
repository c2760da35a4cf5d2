"""How likely a model thought each character: the same figures as those of `evaluate`."""

import math

import numpy as np
import pytest

from bardtui.evaluation.loss import evaluate
from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle
from bardtui.model.surprise import PIECE, Reading, Scorer, run_up_length
from bardtui.text.corpus import Corpus, Document
from tests.conftest import VERSE, random_weights, small_model


@pytest.fixture(scope="module")
def scorer(shared_decoder: Decoder, tiny_model: ModelBundle) -> Scorer:
    return Scorer(shared_decoder, tiny_model.memory_length)


def surprises(scorer: Scorer, before: str, text: str) -> list[float]:
    return [nats for reading in scorer.score(before, text) for nats in reading.surprise.tolist()]


def test_the_mean_surprise_is_the_loss_that_evaluate_reports(
    scorer: Scorer, tiny_model: ModelBundle
) -> None:
    corpus = Corpus("verse", "Verse", "", (Document("verse", VERSE * 4),))
    figures = evaluate(tiny_model, corpus, 0, 1).figures
    assert abs(np.mean(surprises(scorer, "", corpus.text)) - figures["nats"]) < 1e-4


def test_a_place_far_in_a_text_is_scored_as_in_one_pass(
    scorer: Scorer, decoder: Decoder, tiny_model: ModelBundle
) -> None:
    text = (VERSE * 40)[3:]
    whole = -decoder.read(decoder.vocabulary.encode(text).indices)
    for begin in (0, 1, 2_100, 5_003, len(text) - 1):
        found = surprises(scorer, text[:begin], text[begin : begin + 600])
        assert np.abs(found - whole[begin : begin + 600]).max() < 1e-4


@pytest.mark.parametrize("layout", [{"cell": "gru"}, {"skip": True, "layers": 3}])
def test_every_kind_of_network_is_scored(layout: dict[str, object]) -> None:
    model = small_model(**layout)
    spec: NetworkSpec = model.spec
    decoder = Decoder(spec, model.vocabulary, random_weights(spec))
    text = "a bad cab." * 40
    decoder.reset()
    expected = -decoder.read(model.vocabulary.encode(text).indices)
    assert np.allclose(surprises(Scorer(decoder), "", text), expected, atol=1e-4)


def test_scoring_leaves_the_state_of_the_decoder(decoder: Decoder, scorer: Scorer) -> None:
    decoder.read(decoder.vocabulary.encode(VERSE).indices)
    before = decoder.log_probabilities()
    surprises(Scorer(decoder), "", VERSE)
    assert decoder.position == len(VERSE)
    assert np.array_equal(decoder.log_probabilities(), before)


def test_the_probabilities_at_a_place_are_those_of_the_next_character(scorer: Scorer) -> None:
    reading, state = scorer.read("ANN:\nThe lamp", scorer.start)
    assert np.allclose(np.exp(reading.log_probabilities).sum(-1), 1)
    chosen = [
        reading.log_probabilities[n, scorer.vocabulary.index(character)]
        for n, character in enumerate("ANN:\nThe lamp")
    ]
    assert np.allclose(reading.surprise, np.negative(chosen))
    following, _ = scorer.read(" is", state)
    joined, _ = scorer.read("ANN:\nThe lamp is", scorer.start)
    assert np.allclose(following.surprise, joined.surprise[-3:], atol=1e-5)


def test_characters_that_a_model_lacks_are_not_scored(scorer: Scorer) -> None:
    reading, _ = scorer.read("A\u4e16N", scorer.start)
    plain, _ = scorer.read("AN", scorer.start)
    assert math.isnan(reading.surprise[1])
    assert np.allclose(reading.surprise[[0, 2]], plain.surprise)
    assert reading.log_probabilities.shape == (3, len(scorer.vocabulary))


def test_a_substitute_of_several_characters_is_scored_as_a_whole(scorer: Scorer) -> None:
    reading, _ = scorer.read("l\u2026w", scorer.start)
    spelled, _ = scorer.read("l...w", scorer.start)
    assert np.nansum(reading.surprise) == pytest.approx(spelled.surprise.sum(), abs=1e-6)


def test_the_entropy_is_greatest_for_equal_probabilities() -> None:
    equal = Reading(np.zeros(1), np.log(np.full((1, 8), 1 / 8)))
    assert equal.entropy[0] == pytest.approx(math.log(8))


def test_no_text_has_no_figures(scorer: Scorer) -> None:
    assert surprises(scorer, VERSE, "") == []
    assert len(scorer.read("", scorer.start)[0].surprise) == 0


def test_what_follows_a_scored_text_needs_no_run_up(scorer: Scorer) -> None:
    text = VERSE * 8
    surprises(scorer, "", text[: 2 * PIECE])
    calls = 0

    def count() -> bool:
        nonlocal calls
        calls += 1
        return False

    before = text[: 2 * PIECE]
    assert len(list(scorer.score(before, text[2 * PIECE :][:PIECE], stopped=count))) == 1
    assert calls == 1


def test_a_place_far_in_a_text_needs_no_longer_run_up_than_the_model_remembers(
    decoder: Decoder,
) -> None:
    calls = 0

    def count() -> bool:
        nonlocal calls
        calls += 1
        return False

    assert len(list(Scorer(decoder, 2_000).score(VERSE * 40, VERSE[:PIECE], stopped=count))) == 1
    assert calls == math.ceil(2_500 / PIECE) + 1


def test_a_model_that_forgets_its_own_text_soon_still_gets_a_run_up() -> None:
    assert [*map(run_up_length, (1, 100, 1_600, 1_700, 20_000))] == [
        *(2_000, 2_000, 2_000, 2_125, 25_000)
    ]


def test_text_is_scored_alike_character_by_character_and_at_once(scorer: Scorer) -> None:
    state, found = scorer.start, []
    for character in VERSE[:40]:
        reading, state = scorer.read(character, state)
        found.append(reading.log_probabilities[0])
    at_once, after = scorer.read(VERSE[:40], scorer.start)
    assert np.allclose(found, at_once.log_probabilities, atol=1e-4)
    assert all(np.allclose(a, b, atol=1e-4) for a, b in zip(state, after, strict=True))


def test_scoring_stops_when_it_is_told_to(scorer: Scorer) -> None:
    assert list(scorer.score("", VERSE, stopped=lambda: True)) == []
