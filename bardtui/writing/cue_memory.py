"""The cue memory: in a script, those who spoke last are likely to speak next.

A model that was trained on many plays names speakers from all of them. At the start of a block of
a script, the cue memory draws where the block comes from: from the model alone, or from the cue of
a recent speaker, which is then written as it stands. This is the continuous cache of Grave et al.
2016 (arXiv 1612.04426) with cues in place of words.

The model and the memory together are a language model: `mix` scores a text with exactly the
distribution that `write_passage` draws from, at temperature 1.
"""

import math
from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Decoder
from bardtui.scene.script import is_cue_line

OWN = "[(\n"  # a block that starts with one of these is never a speech: the model alone decides
WEIGHT = 0.95  # of the speakers, where every block is a speech; the rest is the model's
HALF_LIFE = 8  # blocks
MAX_BLOCKS = 64
_RECENT = 50_000  # characters at the end of a text that are looked at


class CueMemory:
    """The cues of the last blocks of a text that grows.

    Blocks are separated by empty lines. Directions in brackets are left out, and paragraphs
    without a cue are remembered as such: the more of them there are, the less the memory acts.
    """

    def __init__(self, text: str = "") -> None:
        self._cues: deque[str] = deque(maxlen=MAX_BLOCKS)  # "" for a paragraph without a cue
        self._line, self._opens = "", True
        if len(text) > _RECENT:
            text = text[-_RECENT:]
            text = text[text.find("\n\n") + 1 :]
        self.extend(text)

    def extend(self, text: str) -> None:
        """Follow the text on."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if is_cue_line(line, self._opens):
                self._cues.append(line)
            elif self._opens and line and line[0] not in OWN:
                self._cues.append("")
            self._opens = not line

    @property
    def opening(self) -> str | None:
        """The unfinished first line of a block, "" at its start; None anywhere else."""
        return self._line if self._opens else None

    def probabilities(self) -> dict[str, float]:
        """Return the probability of each recent speaker's cue, with its line break.

        They add up to at most WEIGHT; the rest is the model's. A speaker's weight halves with every
        HALF_LIFE blocks since the latest cue. How often they spoke does not count, or else a few
        would soon speak alone. The last speaker is left out.
        """
        ages = [0.5 ** (age / HALF_LIFE) for age in range(len(self._cues))]
        weights: dict[str, float] = {}
        speeches = 0.0
        for cue, weight in zip(reversed(self._cues), ages, strict=True):
            if cue:
                speeches += weight
                weights.setdefault(f"{cue}\n", weight)
        weights.pop(next(iter(weights), ""), None)  # the last speaker
        if not weights:
            return {}
        scale = WEIGHT * speeches / sum(ages) / sum(weights.values())
        return {cue: weight * scale for cue, weight in weights.items()}


def probability_of_own(decoder: Decoder) -> float:
    """Return the network's probability that the next character is one of OWN."""
    known = [decoder.vocabulary.index(c) for c in OWN if c in decoder.vocabulary]
    return float(np.exp(decoder.log_probabilities()[0, known]).sum())


def mix(
    block: str, scores: NDArray[np.float32], own: float, cues: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the natural-log probability of each character of a block's beginning, (n,).

    `scores` (n,) are those of the network alone, `own` is its probability for the characters of
    OWN at the start, and `cues` has the memory's probabilities. The forward algorithm over the
    sources: each cue is a source that predicts its own text, until the block differs from it.
    """
    mixed = scores.astype(np.float64)
    if not cues or block[0] in OWN:
        return mixed
    network = math.log1p(-sum(cues.values()))  # joint log probability with the block so far
    before = 0.0
    for n in range(len(block)):
        network += float(scores[n])
        left = (1 - own) * sum(p for cue, p in cues.items() if cue.startswith(block[: n + 1]))
        joint = float(np.logaddexp(network, math.log(left))) if left > 0 else network
        mixed[n], before = joint - before, joint
        if left <= 0 or block[n] == "\n":
            break  # from here on, all sources that are left predict what the network predicts
    return mixed
