"""Text that a model writes ahead of what is shown, and that can be taken back.

At the beginning of a block of a script, its source is drawn first: the model alone, or the cue of
somebody in the cue memory.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bardtui.model.context import Context
from bardtui.model.sampling import Sampling
from bardtui.writing.cue_memory import OWN, CueMemory, probability_of_own

_PIECE = 24  # characters of a call at most: after a fault, the rest of them is discarded
_SOURCES = 1 << 64  # makes the key of the draws of sources differ from that of the characters


class LookAhead:
    """The text so far with what a model writes after it.

    Attributes:
        text: The text. The context may have read less: the rest is read with the next call.
        redraws: How often text was taken back. It is in the key of the random numbers.
    """

    def __init__(
        self, context: Context, text: str, sampling: Sampling, memory: CueMemory | None
    ) -> None:
        self.text, self.redraws = text, 0
        self._context, self._sampling, self._memory = context, sampling, memory
        self._start = len(text)
        # Where pieces end, with the cue memory there; the first is never beyond what may be
        # taken back. The context has read the text up to the last one.
        self._places = [(len(text), context.here, memory and memory.copy())]

    def grow(self, most: int, *, freely: bool = False) -> None:
        """Write on, at most `most` characters: as many as one call of the network takes, or, where
        text may be taken back, fewer."""
        _, place, _ = self._places[-1]
        if self._context.here is not place:  # somebody else used the context
            self._context.return_to(place)
        if cue := self._cue()[:most]:
            self._add(cue)
        else:
            self._draw(most if freely else min(most, _PIECE))

    def _draw(self, most: int) -> None:
        """Let the network read the rest of the text and write on."""
        # A block of a script begins after an empty line, and at the beginning of a text.
        until = "" if self._memory is None else "\n"
        at = self._places[-1][0]
        end = self.text[max(0, at - 2) : at]
        met = len(end) - len(end.rstrip("\n")) if end else 2
        opening = self.text[at:]
        pieces = self._context.write(most, self._drawing, opening=opening, until=until, met=met)
        self._add(next(pieces))
        self._note_place()

    def take_back(self, offset: int) -> None:
        """Return to the text before `offset`, from where other random numbers are drawn."""
        self.redraws += 1
        self._return_to(offset)

    def end_at(self, offset: int) -> None:
        """Return to the text before `offset`, and let the context follow it."""
        self._return_to(offset)
        self._read_rest()

    def draw_without(self, characters: str, most: int) -> None:
        """Write on, at most `most` characters, the first of which is none of `characters`."""
        self._read_rest()
        cue = ""
        if self._memory is not None:
            cue = _cue_without(characters, self._memory, self._context, self._drawing)
        if cue:
            self._add(cue[:most])
        else:
            # A cue may have characters that the model does not know.
            known = filter(self.characters.__contains__, characters)
            self._context.decoder.exclude("".join(known))
            self._draw(min(most, _PIECE))

    def put(self, text: str) -> None:
        """Write a text that is not drawn."""
        self._add(text)

    def forget(self, offset: int) -> None:
        """Forget what is only needed to take text back to before `offset`."""
        while len(self._places) > 1 and self._places[1][0] <= offset:
            self._places.pop(0)

    @property
    def characters(self) -> tuple[str, ...]:
        """The characters that the model can write."""
        return self._context.decoder.vocabulary.characters

    @property
    def _drawing(self) -> Sampling:
        return replace(self._sampling, redraw=self.redraws)

    def _cue(self) -> str:
        """The cue, or its rest, that a block begins with; "" where the model goes on alone."""
        if self._memory is None or self._memory.opening is None:
            return ""
        if len(self.text) == self._start and self._memory.opening:
            return _rest_of_cue(self._memory, self._context, self.text, self._drawing)
        if self._memory.opening:
            return ""
        self._read_rest()
        return _next_cue(self._memory, self._context, self._drawing)

    def _add(self, piece: str) -> None:
        self.text += piece
        if self._memory is not None:
            self._memory.extend(piece)

    def _note_place(self) -> None:
        """Note that the context has read the whole text."""
        memory = self._memory and self._memory.copy()
        self._places.append((len(self.text), self._context.here, memory))

    def _return_to(self, offset: int) -> None:
        """Return to the text before `offset`."""
        beyond = None
        while self._places[-1][0] > offset:
            _, beyond, _ = self._places.pop()
        at, place, memory = self._places[-1]
        self._context.return_to(place)
        rest, self.text = self.text[at:offset], self.text[:at]
        self._memory = memory and memory.copy()
        self._add(rest)
        if rest and beyond is not None:
            self._context.go_towards(beyond, rest)
            self._note_place()

    def _read_rest(self) -> None:
        """Let the context read the text after the last place."""
        if rest := self.text[self._places[-1][0] :]:
            self._context.read(rest)
            self._note_place()


def _next_cue(memory: CueMemory, context: Context, sampling: Sampling) -> str:
    """Draw the source of a block; return a speaker's cue, or "" where the model goes on alone."""
    cue = _cue_without("", memory, context, sampling)
    return "" if cue and context.decoder.peek(sampling) in OWN else cue


def _cue_without(characters: str, memory: CueMemory, context: Context, sampling: Sampling) -> str:
    """Draw the source of a block that must not begin with one of `characters`.

    Unlike in `_next_cue`, the model does not decide first whether the block is a direction.
    """
    if memory.opening != "":
        return ""
    cues = memory.probabilities()
    allowed = {cue: p for cue, p in cues.items() if cue[0] not in characters}
    rest = 1 - sum(cues.values())
    return _draw(allowed, sum(allowed.values()) + rest, context, sampling)


def _rest_of_cue(memory: CueMemory, context: Context, text: str, sampling: Sampling) -> str:
    """Draw the source of a block that `text` begins: the rest of a speaker's cue, or ""."""
    opening, cues = memory.opening, memory.probabilities()
    matching = {cue: p for cue, p in cues.items() if opening and cue.startswith(opening)}
    if not opening or not matching:
        return ""
    context.seek(text[: -len(opening)])
    own = probability_of_own(context.decoder)
    network = (1 - sum(cues.values())) * float(np.exp(context.read(opening).sum()))
    weights = {cue[len(opening) :]: (1 - own) * p for cue, p in matching.items()}
    return _draw(weights, network + sum(weights.values()), context, sampling)


def _draw(weights: Mapping[str, float], total: float, context: Context, sampling: Sampling) -> str:
    """Draw one of the keys by their weights out of `total`; "" for the rest of it."""
    left = _uniform(sampling.key, context.decoder.position) * total
    for key, weight in weights.items():
        left -= weight
        if left < 0:
            return key
    return ""


def _uniform(key: int, position: int) -> float:
    """A random number from 0 to 1 that depends on the sampling's key and the position alone."""
    philox = np.random.Philox(key=_SOURCES | key, counter=position)
    return float(np.random.Generator(philox).random())
