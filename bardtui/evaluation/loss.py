"""The loss of a model on a text, in one continuous pass."""

from dataclasses import dataclass
from typing import Any

from bardtui.model.decoder import Decoder
from bardtui.model.loss import OnProgress, continuous_loss
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import Corpus, CorpusError


@dataclass(frozen=True)
class Evaluation:
    """The scores, and the characters that the model does not know and that were left out."""

    scores: dict[str, Any]
    unknown: tuple[str, ...]


def evaluate(
    model: ModelBundle,
    corpus: Corpus,
    start: float,
    stop: float,
    on_progress: OnProgress = lambda done, total: None,
) -> Evaluation:
    """Score the part of the text from share `start` to `stop` (0 to 1), in one continuous pass.

    `progress` is told how many of how many characters are done. Raises CorpusError.
    """
    if not 0 <= start < stop <= 1:
        raise CorpusError("the part to score must run from a share of the text to a larger one")
    text = corpus.text
    encoded = model.vocabulary.encode(text[round(len(text) * start) : round(len(text) * stop)])
    if len(encoded.indices) == 0:
        raise CorpusError("that part of the text holds no character that the model knows")
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    return Evaluation(continuous_loss(decoder, encoded.indices, on_progress), encoded.unknown)
