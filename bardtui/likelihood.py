"""How likely a model thought a character, in words and in five levels."""

import math
from bisect import bisect_right

from bardtui.escaping import visible

BOUNDS = (0.5, 0.2, 0.05, 0.01)  # the probabilities between one level and the next
RANGES = (">50%", ">20%", ">5%", ">1%", "<1%")  # of the levels

_NATS = [-math.log(probability) for probability in BOUNDS]


def level(nats: float) -> int:
    """Return the level of a character of this surprise, from 0 (likely) to 4."""
    return bisect_right(_NATS, nats)


def percent(probability: float) -> str:
    """Return a probability in percent, short also where it is tiny."""
    if probability >= 0.0995:
        return f"{probability:.0%}"
    return f"{100 * probability:.2g}%" if probability >= 0.0001 else "<0.01%"


def spelled(text: str) -> str:
    """Return a short text in quotation marks, or in words if it is a space or a line break."""
    names = {"\n": "line break", " ": "space"}
    shown = visible(text.removesuffix("\n"))
    return names.get(text) or f"“{shown}”"
