"""The loss of a model on a text, alone and with the cue memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bardtui.model.decoder import Decoder
from bardtui.model.loss import CONTINUOUS, loss_figures
from bardtui.model.store import ModelBundle
from bardtui.progress import OnProgress
from bardtui.text.corpus import Corpus, CorpusError
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import CueMemory, mix, probability_of_own

_CHUNK = 4_096  # characters read between two calls of the progress callback
_BLOCK_START = re.compile(r"(?<=\n\n)")


@dataclass(frozen=True)
class Evaluation:
    """The loss as `loss_figures` gives it, and the unknown characters, which were skipped.

    `with_cue_memory` is the loss in nats with the cue memory; None where it never acts, as in prose
    and verse.
    """

    figures: dict[str, Any]
    unknown: tuple[str, ...]
    with_cue_memory: float | None


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
    alone = mixed = 0.0
    acted = False
    done, total = 0, len(encoded.indices)
    decoder.reset()
    memory = CueMemory(company=Company(model.casts))
    for piece in _pieces(model.vocabulary.decode(encoded.indices)):
        cues = memory.probabilities() if memory.opening == "" else {}
        own = probability_of_own(decoder) if cues else 0.0
        scores = decoder.read(encoded.indices[done : done + len(piece)])
        alone -= float(scores.sum(dtype=np.float64))
        mixed -= float(mix(piece, scores, own, cues).sum())
        acted = acted or bool(cues)
        memory.extend(piece)
        done += len(piece)
        on_progress(done, total)
    figures = loss_figures(alone / total, total, CONTINUOUS)
    return Evaluation(figures, encoded.unknown, mixed / total if acted else None)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that each lie within a block or are one."""
    for block in _BLOCK_START.split(text):
        for at in range(0, len(block), _CHUNK):
            yield block[at : at + _CHUNK]
