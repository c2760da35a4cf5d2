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
from copy import copy
from typing import TYPE_CHECKING, Literal

from bardtui.scene.script import is_cue_line, split_cue
from bardtui.writing.company import Company
from bardtui.writing.directions import Move, moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bardtui.model.decoder import Decoder

OWN = "[(\n"  # a block that starts with one of these is never a speech: the model alone decides
HALF_LIFE = 8  # blocks
ENTERED, LEFT = 0.5, 0.2  # the weight of one who just entered, and by what an exit multiplies it
MAX_BLOCKS = 64
_RECENT = 50_000  # characters at the end of a text that are looked at

# The probability that the model alone names the speaker: where nobody present is in its plays, and
# where all are. And the weight of all who may join, beside 1 for one who just spoke.
_STRANGER, _STRAY, _COMPANY = 0.001, 0.0005, 0.1


class CueMemory:
    """Who is on stage at the end of a text that grows, and who will speak next.

    Blocks are separated by empty lines. Those who spoke in the last blocks are remembered, and
    those who entered; paragraphs without a cue are remembered as such: the more of them there are,
    the less the memory acts. `company` knows who belongs together, `newcomers` says whether
    somebody new may speak.
    """

    def __init__(
        self,
        text: str = "",
        company: Company | None = None,
        newcomers: Literal["never", "seldom"] = "seldom",
    ) -> None:
        self._company, self._newcomers = company or Company({}), newcomers
        self._speeches: deque[bool] = deque(maxlen=MAX_BLOCKS)  # False: a paragraph without a cue
        self._blocks = 0
        self._on_stage: dict[str, tuple[int, float]] = {}  # cue: since which block, weight
        self._last = ""  # the last speaker's cue
        self._line, self._opens = "", True
        if len(text) > _RECENT:
            text = text[-_RECENT:]
            text = text[text.find("\n\n") + 1 :]
        self.extend(text)

    def copy(self) -> "CueMemory":
        """Return a memory of the same text that grows on its own."""
        other = copy(self)
        other._speeches, other._on_stage = self._speeches.copy(), self._on_stage.copy()
        return other

    def extend(self, text: str) -> None:
        """Follow the text on."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if is_cue_line(line, self._opens):
                self._add_block(f"{split_cue(line)[0]}:")
            elif self._opens and line and line[0] not in OWN:
                self._add_block("")
            elif "[" in line:
                for move in moves(line):
                    self._follow(move)
            self._opens = not line

    @property
    def opening(self) -> str | None:
        """The unfinished first line of a block, "" at its start; None anywhere else."""
        return self._line if self._opens else None

    @property
    def present(self) -> dict[str, float]:
        """The weight of everybody who was lately on stage, by name, the most recent first.

        It halves with every HALF_LIFE blocks since the last speech or entrance. How often they
        spoke does not count, or else a few would soon speak alone.
        """
        return {
            cue.removesuffix(":"): 0.5 ** ((self._blocks - since) / HALF_LIFE)
            for cue, (since, _) in reversed(self._on_stage.items())
        }

    def probabilities(self) -> dict[str, float]:
        """Return the probability of each cue that the memory may draw, with its line break.

        They add up to at most 1; the rest is the model's. The last speaker is left out.
        """
        present = self.present
        if not present:
            return {}
        others = {
            name: weight * self._on_stage[f"{name}:"][1]
            for name, weight in present.items()
            if f"{name}:" != self._last
        }
        known, joining = self._company.joining(present)
        if self._newcomers == "never":
            others, joining, stranger = others or present, {}, 0.0
        else:
            stranger = _STRANGER + (_STRAY - _STRANGER) * known
        memory = (1 - stranger) * self._share_of_speeches()
        # The fewer are left on stage, the likelier is a newcomer. The square of what is known, so
        # that one known name among invented ones hardly brings its play along.
        joins = known**2 * _COMPANY / (_COMPANY + sum(others.values())) if joining else 0.0
        newcomers = {name: p * joins * memory for name, p in joining.items()}
        if others:
            scale = (1 - joins) * memory / sum(others.values())
            others = {name: weight * scale for name, weight in others.items()}
        return {f"{name}:\n": p for name, p in (others | newcomers).items()}

    def _share_of_speeches(self) -> float:
        """How far the last blocks are a script: 1 for two speeches in three, 0 for one."""
        blocks = list(self._speeches)
        while blocks and not blocks[0]:
            blocks.pop(0)  # what comes before the first speech may be the end of one
        ages = [0.5 ** (age / HALF_LIFE) for age in range(len(blocks))]
        speeches = sum(age for age, speech in zip(ages, reversed(blocks), strict=True) if speech)
        return min(1.0, max(0.0, 3 * speeches / sum(ages) - 1)) if ages else 1.0

    def _add_block(self, cue: str) -> None:
        self._speeches.append(bool(cue))
        self._blocks += 1
        for gone in [c for c, (n, _) in self._on_stage.items() if n <= self._blocks - MAX_BLOCKS]:
            del self._on_stage[gone]
        if cue:
            self._last = cue
            self._arrive(cue, 1.0)

    def _follow(self, move: Move) -> None:
        cues = [f"{name}:" for name in move.names]
        if move.kind == "enter":
            for cue in cues:
                self._arrive(cue, ENTERED)
                if cue == self._last:
                    self._last = ""
        elif move.kind == "exit":
            for cue in cues or [self._last]:
                self._leave(cue)
        else:
            for cue in self._on_stage.keys() - set(cues):
                self._leave(cue)

    def _arrive(self, cue: str, weight: float) -> None:
        self._on_stage.pop(cue, None)  # the most recent comes last
        self._on_stage[cue] = self._blocks, weight

    def _leave(self, cue: str) -> None:
        if cue in self._on_stage:
            since, weight = self._on_stage[cue]
            self._on_stage[cue] = since, weight * LEFT


def probability_of_own(decoder: "Decoder") -> float:
    """Return the network's probability that the next character is one of OWN."""
    import numpy as np  # the first screen of a scene with a cast does not wait for it

    known = [decoder.vocabulary.index(c) for c in OWN if c in decoder.vocabulary]
    return float(np.exp(decoder.log_probabilities()[0, known]).sum())


def mix(
    block: str, scores: "NDArray[np.float32]", own: float, cues: Mapping[str, float]
) -> "NDArray[np.float64]":
    """Return the natural-log probability of each character of a block's beginning, (n,).

    `scores` (n,) are those of the network alone, `own` is its probability for the characters of
    OWN at the start, and `cues` has the memory's probabilities. The forward algorithm over the
    sources: each cue is a source that predicts its own text, until the block differs from it.
    """
    import numpy as np

    mixed = scores.astype(np.float64)
    if not cues or block[0] in OWN:
        return mixed
    rest = 1 - sum(cues.values())
    network = math.log(rest) if rest > 0 else -math.inf  # joint log probability with the block
    before = 0.0
    for n in range(len(block)):
        network += float(scores[n])
        left = (1 - own) * sum(p for cue, p in cues.items() if cue.startswith(block[: n + 1]))
        joint = float(np.logaddexp(network, math.log(left))) if left > 0 else network
        mixed[n], before = joint - before, joint
        if left <= 0 or block[n] == "\n":
            break  # from here on, all sources that are left predict what the network predicts
    return mixed
