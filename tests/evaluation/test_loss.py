"""The loss of a model on a text."""

import math

import numpy as np
import pytest

from bardtui.evaluation.loss import evaluate, evaluate_excerpts
from bardtui.model.decoder import Decoder
from bardtui.model.loss import CONTEXT, CONTINUOUS, SEGMENT, SegmentScorer, continuous_loss
from bardtui.model.network import build_network
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import Corpus, CorpusError, Document
from tests.conftest import VERSE


def text(content: str) -> Corpus:
    return Corpus("a", "A", "", (Document("a", content),))


def test_the_held_out_part_has_the_loss_that_the_training_measured(
    tiny_model: ModelBundle, verse: Corpus
) -> None:
    result = evaluate(tiny_model, verse, 0.9, 1.0)
    assert result.figures["nats"] == pytest.approx(tiny_model.held_out_loss, abs=0.001)
    assert result.figures["characters"] == tiny_model.evaluation["characters"]
    assert result.figures["protocol"] == CONTINUOUS
    assert result.unknown == ()


def test_the_loss_is_the_mean_cross_entropy_of_one_pass(tiny_model: ModelBundle) -> None:
    import keras

    progress: list[tuple[int, int]] = []
    result = evaluate(tiny_model, text(VERSE), 0.0, 1.0, lambda *seen: progress.append(seen))
    indices = tiny_model.vocabulary.encode(VERSE).indices
    learner = build_network(tiny_model.spec, stateful=False)
    learner.set_weights(tiny_model.weights())
    begun = np.concatenate([[tiny_model.vocabulary.index("\n")], indices[:-1]])[None]
    loss = keras.losses.sparse_categorical_crossentropy(
        indices[None], learner(begun), from_logits=True
    )
    assert result.figures["nats"] == pytest.approx(float(np.mean(loss)), rel=1e-4)
    assert result.figures["bits"] == pytest.approx(result.figures["nats"] / math.log(2))
    assert result.figures["perplexity"] == pytest.approx(math.exp(result.figures["nats"]))
    assert progress[-1] == (len(VERSE), len(VERSE))
    assert progress == sorted(progress)


@pytest.mark.parametrize(
    "length", [1, 2, CONTEXT, SEGMENT, CONTEXT + SEGMENT, CONTEXT + SEGMENT + 1, 20_003]
)
def test_segments_count_every_character_once_and_agree_with_one_pass(
    decoder: Decoder, tiny_model: ModelBundle, length: int
) -> None:
    text = tiny_model.vocabulary.encode(VERSE * 200).indices[:length]
    scorer = SegmentScorer(tiny_model.spec, tiny_model.vocabulary.first)
    nats = sum(scorer.nats(tiny_model.weights(), text))
    assert nats / length == pytest.approx(continuous_loss(decoder, text)["nats"], abs=2e-3)
    # Where all characters are equally likely, the sum counts them.
    even = [np.zeros_like(weight) for weight in tiny_model.weights()]
    nats = sum(scorer.nats(even, text))
    assert nats == pytest.approx(length * math.log(len(tiny_model.vocabulary)), rel=1e-4)


def test_the_cue_memory_pays_where_invented_speakers_answer_each_other(
    tiny_model: ModelBundle,
) -> None:
    speech = "{}:\nThe lamp is low, the house asleep.\n\n"
    script = (speech.format("TEA") + speech.format("WEB")) * 10
    result = evaluate(tiny_model, text(script), 0.0, 1.0)
    assert result.with_cue_memory is not None
    assert result.with_cue_memory < result.figures["nats"]
    # Where nobody speaks, there is nothing to report.
    prose = evaluate(tiny_model, text("The lamp is low.\n\n" * 20), 0.0, 1.0)
    assert prose.with_cue_memory is None


def test_excerpts_begin_at_blocks_and_are_read_alone(tiny_model: ModelBundle) -> None:
    result, starts = evaluate_excerpts(tiny_model, text(VERSE * 12), 0.0, 1.0, 3)
    assert result.figures["characters"] == 3_000
    assert starts[0] == 0
    assert all((VERSE * 12)[start - 2 : start] == "\n\n" for start in starts[1:])
    parts = [text((VERSE * 12)[start : start + 1_000]) for start in starts]
    alone = [evaluate(tiny_model, part, 0.0, 1.0) for part in parts]
    assert result.figures["nats"] == pytest.approx(sum(part.figures["nats"] for part in alone) / 3)
    with pytest.raises(CorpusError, match="1,000 characters after"):
        evaluate_excerpts(tiny_model, text(VERSE * 12), 0.0, 0.1, 3)


def test_unknown_characters_are_skipped_and_listed(tiny_model: ModelBundle) -> None:
    result = evaluate(tiny_model, text("ANN: 😀 the lamp 中"), 0.0, 1.0)
    assert result.unknown == ("😀", "中")
    assert result.figures["characters"] == len("ANN:  the lamp ")


def test_a_part_without_a_known_character_is_refused(tiny_model: ModelBundle) -> None:
    with pytest.raises(CorpusError, match="no character that the model knows"):
        evaluate(tiny_model, text("😀中文"), 0.0, 1.0)
    with pytest.raises(CorpusError, match="no character that the model knows"):
        evaluate(tiny_model, text(VERSE), 0.0, 1e-9)


@pytest.mark.parametrize(
    ("start", "stop"), [(0.5, 0.5), (0.9, 0.1), (-0.1, 1.0), (0.0, 1.1), (math.nan, 1.0)]
)
def test_shares_out_of_range_are_refused(
    tiny_model: ModelBundle, start: float, stop: float
) -> None:
    with pytest.raises(CorpusError, match="from a share of the text to a larger one"):
        evaluate(tiny_model, text(VERSE), start, stop)
