"""The network and the cue memory together, character by character: their mixture.

It is the same language model as `mix` scores a text with. Here the probabilities of all characters
are known at each place, not only those of the text.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bardtui.model.surprise import PIECE, Reading, Scorer
from bardtui.model.vocabulary import Vocabulary
from bardtui.scene.script import MAX_CUE_LENGTH
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import OWN, CueMemory

_LEAST = 1e-300  # a probability whose logarithm is finite
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Sources:
    """Where a block of a script comes from, as far as its beginning tells.

    Attributes:
        at_start: Whether nothing of the block was read yet.
        network: The probability that the network alone writes it. At the start, it counts for
            blocks that do not begin with one of OWN: those are always the network's.
        cues: What is left of each cue that the memory may have drawn, and its probability.
    """

    def __init__(self, cues: Mapping[str, float], own: float) -> None:
        """`cues` has the memory's probabilities, `own` is the network's probability of OWN."""
        self.at_start = True
        self.network = 1 - sum(cues.values())
        self.cues = {cue: (1 - own) * probability for cue, probability in cues.items()}

    def mixed(self, network: NDArray[np.float64], vocabulary: Vocabulary) -> NDArray[np.float64]:
        """Return the probability of each character of the vocabulary, from those of the network."""
        mixed = network * self.network
        if self.at_start:
            own = [vocabulary.index(c) for c in OWN if c in vocabulary]
            mixed[own] = network[own]
        for cue, probability in self.cues.items():
            if cue[0] in vocabulary:
                mixed[vocabulary.index(cue[0])] += probability
        return mixed

    def read(self, character: str, probability: float) -> float:
        """Read the next character, to which the network gives a probability; return the mixture's.

        Cues that do not go on with it are dropped.
        """
        alone = self.at_start and character in OWN
        network = probability * (1 if alone else self.network)
        agreeing = {} if alone else {cue: p for cue, p in self.cues.items() if cue[0] == character}
        mixed = network + sum(agreeing.values())
        self.at_start = False
        self.network = network / mixed if mixed > 0 else 1.0
        self.cues = {cue[1:]: p / mixed for cue, p in agreeing.items() if cue[1:]}
        return mixed


def score(
    scorer: Scorer,
    before: str,
    text: str,
    company: Company | None = None,
    *,
    piece: int = PIECE,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Reading]:
    """Score a text as `Scorer.score` does, with the cue memory of the text `before`.

    The figures are those of `evaluate` with the cue memory.
    """
    opening = before.rpartition("\n\n")[2]
    memory = CueMemory(before.removesuffix(opening), company)
    mixture = _Mixture(memory, scorer.vocabulary)
    within = 0 < len(opening) < MAX_CUE_LENGTH
    if within and any(cue[:-1].startswith(opening) for cue in memory.probabilities()):
        # The text begins within a cue: how the cue began says where it may come from.
        start = before.removesuffix(opening)
        for reading in scorer.score(start, opening, piece=len(opening), stopped=stopped):
            mixture.add(opening, reading)
    else:
        memory.extend(opening)
    at = 0
    for reading in scorer.score(before, text, piece=piece, stopped=stopped):
        end = at + len(reading.surprise)
        yield mixture.add(text[at:end], reading)
        at = end


class _Mixture:
    """Follows a text, and mixes what the network thought of it with the cue memory."""

    def __init__(self, memory: CueMemory, vocabulary: Vocabulary) -> None:
        self._memory, self._vocabulary = memory, vocabulary
        self._sources: Sources | None = None  # within the beginning of a block

    def add(self, text: str, network: Reading) -> Reading:
        """Return what network and memory together thought of the next part of the text."""
        reading = Reading(network.surprise.copy(), network.log_probabilities.copy())
        at = 0
        for line in _LINE.findall(text):
            if self._memory.opening == "":
                self._begin_block(np.exp(reading.log_probabilities[at]))
            for place, character in enumerate(line, at):
                if self._sources is None:
                    break
                self._mix(reading, place, character, self._sources)
            self._memory.extend(line)
            at += len(line)
        return reading

    def _begin_block(self, probabilities: NDArray[np.float64]) -> None:
        known = [self._vocabulary.index(c) for c in OWN if c in self._vocabulary]
        cues = self._memory.probabilities()
        self._sources = Sources(cues, float(probabilities[known].sum())) if cues else None

    def _mix(self, reading: Reading, place: int, character: str, sources: Sources) -> None:
        """Mix the figures of one character."""
        logs, nats = reading.log_probabilities, float(reading.surprise[place])
        mixed_all = sources.mixed(np.exp(logs[place]), self._vocabulary)
        logs[place] = np.log(np.maximum(mixed_all, _LEAST))
        unknown = math.isnan(nats)  # the network does not read it
        mixed = sources.read(character, 1.0 if unknown else math.exp(-nats))
        if not unknown and mixed > 0:
            reading.surprise[place] = -math.log(mixed)
        if not sources.cues:
            self._sources = None
