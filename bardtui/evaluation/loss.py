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

EXCERPT = 1_000  # characters
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
    text, unknown = _known_text(model, corpus, start, stop)
    scorer = _Scorer(model)
    scorer.read(text, on_progress)
    return scorer.result(CONTINUOUS, unknown)


def evaluate_excerpts(
    model: ModelBundle,
    corpus: Corpus,
    start: float,
    stop: float,
    count: int,
    on_progress: OnProgress = lambda done, total: None,
) -> tuple[Evaluation, list[int]]:
    """Score EXCERPT characters from each of `count` block starts, each read alone.

    They show how soon the model finds its way into a scene. The block starts are spread evenly over
    the part of the text from share `start` to `stop`, and returned as offsets in its known
    characters. Raises CorpusError as `evaluate` does, and for a part without so many.
    """
    text, unknown = _known_text(model, corpus, start, stop)
    places = [0, *(found.start() for found in _BLOCK_START.finditer(text))]
    places = [place for place in places if place + EXCERPT <= len(text)]
    if len(places) < count:
        raise CorpusError(
            f"{len(places):,} blocks of that part of the text have {EXCERPT:,} characters after "
            f"them: ask for at most so many excerpts"
        )
    places = [places[n * len(places) // count] for n in range(count)]
    scorer = _Scorer(model)
    for n, place in enumerate(places):
        scorer.read(text[place : place + EXCERPT])
        on_progress(n + 1, count)
    return scorer.result(f"{EXCERPT:,} characters from {count} block starts", unknown), places


def _known_text(
    model: ModelBundle, corpus: Corpus, start: float, stop: float
) -> tuple[str, tuple[str, ...]]:
    """The characters of a part of the text that the model knows, and those that it does not."""
    if not 0 <= start < stop <= 1:
        raise CorpusError("the part to score must run from a share of the text to a larger one")
    text = corpus.text
    encoded = model.vocabulary.encode(text[round(len(text) * start) : round(len(text) * stop)])
    if len(encoded.indices) == 0:
        raise CorpusError("that part of the text has no character that the model knows")
    return model.vocabulary.decode(encoded.indices), encoded.unknown


class _Scorer:
    """Reads texts and adds up their losses, alone and with the cue memory."""

    def __init__(self, model: ModelBundle) -> None:
        self._decoder = Decoder(model.spec, model.vocabulary, model.weights())
        self._company = Company(model.casts)
        self._alone = self._mixed = 0.0
        self._characters, self._acted = 0, False

    def read(self, text: str, on_progress: OnProgress = lambda done, total: None) -> None:
        """Read a text whose characters are all known, from its beginning."""
        self._decoder.reset()
        memory = CueMemory(company=self._company)
        done = 0
        for piece in _pieces(text):
            cues = memory.probabilities() if memory.opening == "" else {}
            own = probability_of_own(self._decoder) if cues else 0.0
            scores = self._decoder.read(self._decoder.vocabulary.encode(piece).indices)
            self._alone -= float(scores.sum(dtype=np.float64))
            self._mixed -= float(mix(piece, scores, own, cues).sum())
            self._acted = self._acted or bool(cues)
            memory.extend(piece)
            done += len(piece)
            on_progress(done, len(text))
        self._characters += done

    def result(self, protocol: str, unknown: tuple[str, ...]) -> Evaluation:
        """Return the mean losses of all texts so far."""
        figures = loss_figures(self._alone / self._characters, self._characters, protocol)
        mixed = self._mixed / self._characters if self._acted else None
        return Evaluation(figures, unknown, mixed)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that each lie within a block or are one."""
    for block in _BLOCK_START.split(text):
        for at in range(0, len(block), _CHUNK):
            yield block[at : at + _CHUNK]
