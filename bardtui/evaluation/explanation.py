"""What a model thought of every character of a text: surprise, alternatives and copies."""

import math
from dataclasses import dataclass

import numpy as np

from bardtui.errors import UserError
from bardtui.model.corpus_index import CopiedRun
from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle
from bardtui.model.surprise import Scorer
from bardtui.progress import OnProgress
from bardtui.writing.company import Company
from bardtui.writing.mixture import score

MAX_LENGTH = 100_000  # characters; a page of more than 20 MB would be slow to open
ALTERNATIVES = 5


class ExplanationError(UserError):
    """A text that cannot be explained."""


@dataclass(frozen=True)
class Explanation:
    """What a model thought of `text`.

    Attributes:
        text: The text.
        surprise: That of each character in nats; NaN if the model does not know it.
        alternatives: At each character, the likeliest ones with their probabilities.
        copies: What of the text stands in the model's corpus; None without an index of it.
    """

    text: str
    surprise: list[float]
    alternatives: list[tuple[tuple[str, float], ...]]
    copies: list[CopiedRun] | None

    @property
    def mean(self) -> float:
        """The mean surprise of the known characters: the loss with the cue memory."""
        known = [nats for nats in self.surprise if not math.isnan(nats)]
        return sum(known) / len(known)


def check_length(text: str) -> None:
    """Raise ExplanationError for a text that is too long."""
    if len(text) > MAX_LENGTH:
        raise ExplanationError(
            f"the text has {len(text):,} characters: at most {MAX_LENGTH:,} can be explained"
        )


def explain(
    model: ModelBundle, text: str, on_progress: OnProgress = lambda done, total: None
) -> Explanation:
    """Read a text from its beginning with a model.

    Raises ExplanationError for a text that is too long, or of which the model knows no character.
    """
    check_length(text)
    decoder = Decoder(model.spec, model.vocabulary, model.weights())
    characters = model.vocabulary.characters
    surprise: list[float] = []
    alternatives: list[tuple[tuple[str, float], ...]] = []
    scorer = Scorer(decoder, model.memory_length)
    for reading in score(scorer, "", text, Company(model.casts)):
        surprise += reading.surprise.tolist()
        likeliest = np.argsort(-reading.log_probabilities, -1, kind="stable")[:, :ALTERNATIVES]
        found = np.exp(np.take_along_axis(reading.log_probabilities, likeliest, -1))
        for places, probabilities in zip(likeliest.tolist(), found.tolist(), strict=True):
            named = zip((characters[place] for place in places), probabilities, strict=True)
            alternatives.append(tuple(named))
        on_progress(len(surprise), len(text))
    if all(map(math.isnan, surprise)):
        raise ExplanationError("the text has no character that the model knows")
    index = model.corpus_index
    return Explanation(text, surprise, alternatives, None if index is None else index.find(text))
