"""Writing a passage of free text: the model's characters, and the cues that the memory draws."""

from collections.abc import Iterator, Mapping

import numpy as np

from bardtui.model.context import Context
from bardtui.model.sampling import Sampling
from bardtui.writing.company import Company
from bardtui.writing.cue_memory import OWN, CueMemory, probability_of_own

_SOURCES = 1 << 64  # makes the key of the draws of sources differ from that of the characters


def write_passage(
    context: Context,
    text: str,
    length: int,
    sampling: Sampling,
    *,
    cue_memory: bool = True,
    company: Company | None = None,
) -> Iterator[str]:
    """Write `length` characters after `text`, which `context` has read, in short pieces.

    With `cue_memory`, a block of a script may be begun with the cue of a recent speaker, which
    counts as written text; newcomers come from the `company`. When a piece is yielded, the context
    follows the text up to its end. The text depends on the random seed and the position alone, not
    on when pieces are asked for.
    """
    if not cue_memory:
        yield from context.write(length, sampling)
        return
    memory = CueMemory(text, company)
    cue = _rest_of_cue(memory, context, text, sampling)
    while length > 0:
        cue = (cue or _next_cue(memory, context, sampling))[:length]
        if cue:
            context.read(cue)
            pieces: Iterator[str] = iter([cue])
            cue = ""
        else:
            pieces = context.write(length, sampling, until="\n")
        for piece in pieces:
            memory.extend(piece)
            length -= len(piece)
            yield piece


def _next_cue(memory: CueMemory, context: Context, sampling: Sampling) -> str:
    """Draw the source of a block; return a speaker's cue, or "" where the model goes on alone."""
    if memory.opening != "":
        return ""
    cue = _draw(memory.probabilities(), 1.0, context, sampling)
    return "" if cue and context.decoder.peek(sampling) in OWN else cue


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
    left = _uniform(sampling.random_seed, context.decoder.position) * total
    for key, weight in weights.items():
        left -= weight
        if left < 0:
            return key
    return ""


def _uniform(random_seed: int, position: int) -> float:
    """A random number from 0 to 1 that depends on the random seed and the position alone."""
    philox = np.random.Philox(key=_SOURCES | random_seed, counter=position)
    return float(np.random.Generator(philox).random())
