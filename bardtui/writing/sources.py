"""Drawing where a block of a script comes from: the model, or the cue of a recent speaker."""

from collections.abc import Mapping

import numpy as np

from bardtui.model.context import Context
from bardtui.model.sampling import Sampling
from bardtui.writing.cue_memory import OWN, CueMemory, probability_of_own

_SOURCES = 1 << 64  # makes the key of the draws of sources differ from that of the characters


def next_cue(memory: CueMemory, context: Context, sampling: Sampling) -> str:
    """Draw the source of a block; return a speaker's cue, or "" where the model goes on alone."""
    cue = cue_without("", memory, context, sampling)
    return "" if cue and context.decoder.peek(sampling) in OWN else cue


def cue_without(characters: str, memory: CueMemory, context: Context, sampling: Sampling) -> str:
    """Draw the source of a block that must not begin with one of `characters`.

    Unlike in `next_cue`, the model does not decide first whether the block is a direction.
    """
    if memory.opening != "":
        return ""
    cues = memory.probabilities()
    allowed = {cue: p for cue, p in cues.items() if cue[0] not in characters}
    rest = 1 - sum(cues.values())
    return _draw(allowed, sum(allowed.values()) + rest, context, sampling)


def rest_of_cue(memory: CueMemory, context: Context, text: str, sampling: Sampling) -> str:
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
