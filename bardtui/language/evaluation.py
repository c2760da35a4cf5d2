"""How well a model knows a text: one continuous pass over it, each character scored in its turn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bardtui.language.bundle import ModelBundle
from bardtui.language.corpus import Corpus, CorpusError
from bardtui.language.generator import Generator
from bardtui.language.recipe import evaluation_of

_PIECE = 4_096


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
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Score the part of the text from share `start` to `stop` (0 to 1), read from a zero state.

    `progress` is told how many of how many characters are done. Raises CorpusError.
    """
    if not 0 <= start < stop <= 1:
        raise CorpusError("the part to score must run from a share of the text to a larger one")
    text = corpus.text
    encoded = model.vocabulary.encode(text[round(len(text) * start) : round(len(text) * stop)])
    if len(encoded.indices) == 0:
        raise CorpusError("that part of the text holds no character that the model knows")
    generator = Generator(model.spec, model.vocabulary, model.weights())
    total, length = 0.0, len(encoded.indices)
    for at in range(0, length, _PIECE):
        total -= float(generator.prime(encoded.indices[at : at + _PIECE]).sum(dtype="float64"))
        progress(min(at + _PIECE, length), length)
    return Evaluation(evaluation_of(total / length, length), encoded.unknown)
