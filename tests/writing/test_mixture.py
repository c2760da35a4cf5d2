"""The network and the cue memory together: the figures of `evaluate`, at every place of a text."""

import numpy as np
import pytest

from bardtui.evaluation.loss import evaluate
from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle
from bardtui.model.surprise import Reading, Scorer
from bardtui.text.corpus import Corpus, Document
from bardtui.writing.mixture import score
from tests.conftest import VERSE

SPEECH = "{}:\nThe lamp is low, the house asleep.\n\n"
INVENTED = "".join(SPEECH.format(name) for name in ("TEA", "WEB", "TEA", "WEB", "ANN", "WEB") * 3)
TEXT = INVENTED + "[Enter BEN]\n\n" + VERSE * 4


@pytest.fixture(scope="module")
def scorer(shared_decoder: Decoder) -> Scorer:
    return Scorer(shared_decoder)


def surprise(readings: list[Reading]) -> np.ndarray:
    return np.concatenate([reading.surprise for reading in readings])


def test_the_mean_is_the_loss_that_evaluate_reports_with_the_cue_memory(
    scorer: Scorer, tiny_model: ModelBundle
) -> None:
    loss = evaluate(tiny_model, Corpus("a", "A", "", (Document("a", TEXT),)), 0, 1).with_cue_memory
    assert loss is not None
    assert surprise([*score(scorer, "", TEXT)]).mean() == pytest.approx(loss, abs=1e-4)


def test_the_memory_has_a_part_at_cues_alone(scorer: Scorer) -> None:
    alone, together = surprise([*scorer.score("", TEXT)]), surprise([*score(scorer, "", TEXT)])
    changed = {TEXT[n] for n in np.flatnonzero(np.abs(alone - together) > 1e-6)}
    assert changed <= set("ABENTW:\n")
    assert together.sum() < alone.sum()


@pytest.mark.parametrize("into", range(6))
def test_a_text_that_begins_within_a_cue_is_scored_as_the_whole_would_be(
    scorer: Scorer, into: int
) -> None:
    whole, begin = surprise([*score(scorer, "", TEXT)]), TEXT.rindex("WEB:") + into
    found = surprise([*score(scorer, TEXT[:begin], TEXT[begin:][:300], piece=7)])
    assert np.abs(found - whole[begin : begin + 300]).max() < 1e-4


def test_the_probabilities_at_each_place_add_up_to_one(scorer: Scorer) -> None:
    for reading in score(scorer, "", TEXT):
        np.testing.assert_allclose(np.exp(reading.log_probabilities).sum(-1), 1, atol=1e-5)
        assert np.all(reading.entropy >= 0)


def test_characters_that_the_model_lacks_are_passed_over(scorer: Scorer) -> None:
    found = surprise([*score(scorer, INVENTED, "TE\u4e16A:\nThe")])
    assert [*np.isnan(found)] == [n == 2 for n in range(9)]
