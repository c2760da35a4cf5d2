"""The loss of a model on a text."""

from dataclasses import dataclass
from typing import Any

from bardtui.model.decoder import Decoder
from bardtui.model.loss import continuous_loss
from bardtui.model.store import ModelBundle
from bardtui.progress import OnProgress
from bardtui.text.corpus import Corpus, CorpusError


@dataclass(frozen=True)
class Evaluation:
    """The loss as `loss_figures` gives it, and the unknown characters, which were skipped."""

    figures: dict[str, Any]
    unknown: tuple[str, ...]


def evaluate(
    model: ModelBundle,
    corpus: Corpus,
    start: float,
    stop: float,
    on_progress: OnProgress = lambda done, total: None,
) -> Evaluation:
    """Score the part of the text from share `start` to `stop` (0 to 1), in one continuous pass.

    `on_progress` gets the number of characters done, and of all. Raises CorpusError for a part
    that is empty or out of range, and ModelError.
    """
    if not 0 <= start < stop <= 1:
        raise CorpusError("the part to score must run from a share of the text to a larger one")
    text = corpus.text
    encoded = model.vocabulary.encode(text[round(len(text) * start) : round(len(text) * stop)])
    if len(encoded.indices) == 0:
        raise CorpusError("that part of the text has no character that the model knows")
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    return Evaluation(continuous_loss(decoder, encoded.indices, on_progress), encoded.unknown)
