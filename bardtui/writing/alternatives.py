"""What a model might write next at a place: the likeliest characters, words and speakers.

The probabilities are the model's own, before temperature and guards. At the start of a block of a
script, they are those of the model and the cue memory together, as `mix` has them.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import log_softmax
from bardtui.model.surprise import Scorer, State
from bardtui.scene.script import MAX_CUE_LENGTH, is_cue_line
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import OWN, CueMemory
from bardtui.writing.mixture import Sources
from bardtui.writing.passage import memory_for
from bardtui.writing.rules import Rules

COUNT = 8  # of each kind

_MOST_STEPS = 400  # characters that the search for words or for speakers reads
_LEAD = 3  # characters that are no letters before a word
_LONGEST_WORD = 30
_LEAST = -12.0  # log-probability of what the search follows
_IN_WORDS = "'’-"


@dataclass(frozen=True)
class Choice:
    """A text that may come next, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class Alternatives:
    """What may come next, the likeliest first.

    Attributes:
        characters: Single characters.
        words: Words up to their last letter, with up to three characters before them; in the middle
            of a word, the rest of it.
        speakers: Cues with their line break, or the rest of one; empty where none can stand.
        with_memory: Whether the cue memory had a part in the probabilities.
    """

    characters: tuple[Choice, ...]
    words: tuple[Choice, ...]
    speakers: tuple[Choice, ...]
    with_memory: bool


def alternatives(
    scorer: Scorer,
    text: str,
    rules: Rules,
    company: Company | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Alternatives:
    """Find what may come after `text`.

    `stopped` is asked before each step of the network; once it returns True, the search ends, and
    what was found is returned.
    """
    place = _Place(scorer, text, rules, company)
    characters = place.characters()
    words = _likeliest(scorer, place.state, _ends_word, stopped)
    speakers = place.speakers(stopped)
    return Alternatives(
        _first(dict(zip(scorer.vocabulary.characters, characters.tolist(), strict=True))),
        _first(place.with_memory(words, _word_of)),
        _first(speakers),
        bool(place.sources.cues),
    )


class _Place:
    """A place in a text: the state of the network, and the sources of a block.

    Attributes:
        state: The state of the network after the text.
        sources: Where the block may come from, given its beginning; no cues where the memory has
            no part.
    """

    def __init__(self, scorer: Scorer, text: str, rules: Rules, company: Company | None) -> None:
        self._scorer, self._text = scorer, text
        self.state = scorer.state_after(text)
        self._memory = memory_for(rules, text, company)
        self.sources = Sources({}, 0.0)
        opening = self._opening
        cues = self._memory.probabilities() if self._memory and opening is not None else {}
        if opening is None or not any(cue.startswith(opening) for cue in cues):
            return
        before = scorer.state_after(text[: len(text) - len(opening)])
        own = _probability_of(OWN, scorer, before)
        self.sources = Sources(cues, own)
        reading, _ = scorer.read(opening, before)
        for character, nats in zip(opening, reading.surprise.tolist(), strict=True):
            self.sources.read(character, 1.0 if math.isnan(nats) else math.exp(-nats))

    @property
    def _opening(self) -> str | None:
        return self._memory.opening if self._memory else None

    def characters(self) -> NDArray[np.float64]:
        """The probability of each character of the vocabulary."""
        network = np.exp(log_softmax(self.state[-1])[0])
        return self.sources.mixed(network, self._scorer.vocabulary)

    def with_memory(
        self, found: Mapping[str, float], part: Callable[[str], str]
    ) -> dict[str, float]:
        """What the network found together with that part of each cue of the memory."""
        sources, mixed = self.sources, defaultdict[str, float](float)
        for text, probability in found.items():
            alone = sources.at_start and text[:1] in OWN
            mixed[text] += probability * (1 if alone else sources.network)
        for cue, probability in sources.cues.items():
            mixed[part(cue)] += probability
        return mixed

    def speakers(self, stopped: Callable[[], bool]) -> dict[str, float]:
        """The probability of each cue, or of the rest of one."""
        opening = self._opening
        if self._memory is None:
            opening = CueMemory(self._text).opening
        if opening is None or opening[:1] in [*OWN]:
            return {}
        if not self.sources.cues and self._text and not CueMemory(self._text).present:
            return {}  # no script

        def ends(rest: str, character: str) -> bool | None:
            if character != "\n":
                return None if len(opening + rest) >= MAX_CUE_LENGTH else False
            return True if is_cue_line(opening + rest, True) else None

        found = _likeliest(self._scorer, self.state, ends, stopped)
        found = {f"{cue}\n": probability for cue, probability in found.items()}
        ranked = sorted(self.sources.cues, key=self.sources.cues.__getitem__, reverse=True)
        for cue in ranked[:COUNT]:
            if cue not in found and not stopped():
                reading, _ = self._scorer.read(cue, self.state)
                found[cue] = math.exp(-float(np.nansum(reading.surprise)))
        return self.with_memory(found, lambda cue: cue)


_Ends = Callable[[str, str], bool | None]
"""Whether a text is complete before a character: None discards them."""


def _likeliest(
    scorer: Scorer, state: State, ends: _Ends, stopped: Callable[[], bool]
) -> dict[str, float]:
    """The likeliest complete texts after a state, by a best-first search: none is likelier.

    Only where _MOST_STEPS are not enough, fewer than COUNT are found.
    """
    characters, order = scorer.vocabulary.characters, count()
    found: dict[str, float] = {}
    # A text and its log-probability, and whether it is complete; the state before its last
    # character.
    waiting: list[tuple[float, int, bool, str, State]] = [(0.0, next(order), False, "", state)]
    steps = 0
    while waiting and len(found) < COUNT and steps < _MOST_STEPS and not stopped():
        cost, _, complete, text, before = heapq.heappop(waiting)
        if complete:
            found[text] = math.exp(-cost)
            continue
        if text:
            _, before = scorer.read(text[-1], before)
            steps += 1
        logs = log_softmax(before[-1])[0] - cost
        finished = 0.0
        for n in np.flatnonzero(logs > _LEAST).tolist():
            end = ends(text, characters[n])
            if end:
                finished += math.exp(logs[n])
            elif end is not None:
                longer = text + characters[n]
                heapq.heappush(waiting, (-logs[n], next(order), False, longer, before))
        if finished:
            heapq.heappush(waiting, (-math.log(finished), next(order), True, text, before))
    return found


def _ends_word(text: str, character: str) -> bool | None:
    """A word ends before a character that is not in words."""
    letters = sum(map(_is_in_word, text))
    if _is_in_word(character):
        return False if letters < _LONGEST_WORD else None
    if letters:
        return True
    return False if len(text) < _LEAD else None


def _word_of(cue: str) -> str:
    """The first word of a cue."""
    end = next((n for n, c in enumerate(cue) if not _is_in_word(c)), len(cue))
    return cue[:end] or cue[:1]


def _is_in_word(character: str) -> bool:
    return character.isalnum() or (character != "" and character in _IN_WORDS)


def _probability_of(characters: str, scorer: Scorer, state: State) -> float:
    known = [scorer.vocabulary.index(c) for c in characters if c in scorer.vocabulary]
    return float(np.exp(log_softmax(state[-1])[0, known]).sum())


def _first(found: Mapping[str, float]) -> tuple[Choice, ...]:
    ranked = sorted(found.items(), key=lambda item: -item[1])
    return tuple(Choice(text, min(1.0, probability)) for text, probability in ranked[:COUNT])
