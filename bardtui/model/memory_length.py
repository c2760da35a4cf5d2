"""The memory length of a model: after how many characters its earlier state no longer matters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bardtui.progress import OnProgress

if TYPE_CHECKING:
    from bardtui.model.decoder import Snapshot
    from bardtui.model.loss import Indices
    from bardtui.model.network import NetworkSpec
    from bardtui.model.vocabulary import Vocabulary

DEFAULT_MEMORY_LENGTH = 4_000  # where it has not been measured
MAX_MEMORY_LENGTH = 20_000

TOLERANCE = 1e-5  # of a logit
PLACES = 100
_APART = 50  # characters between two places, at least: closer ones see nearly the same
_STEP = 100  # characters between two comparisons


def measure_memory_length(
    spec: "NetworkSpec",
    vocabulary: "Vocabulary",
    weights: Sequence[NDArray[np.float32]],
    text: "Indices",
    *,
    places: int = PLACES,
    progress: OnProgress = lambda done, total: None,
) -> int:
    """Measure how many characters two different states must read to give the same logits.

    There are at most `places`, evenly spread over `text` and at least 50 characters apart; `text`
    must not be empty and is read in a circle. At each place, one state is that of a new text and
    the other that after the text at the place before. Both read on until their logits agree within
    TOLERANCE at two comparisons in a row, 100 characters apart. The result is the largest number of
    characters read until the first of the two, at most MAX_MEMORY_LENGTH. `progress` is called with
    the places done and their number.
    """
    from bardtui.model.decoder import Decoder

    places = max(1, min(places, len(text) // _APART))
    decoder = Decoder(spec, vocabulary, weights, streams=2)
    start, longest = decoder.snapshot(), _STEP

    def read(begin: int) -> None:
        indices = np.arange(begin, begin + _STEP) % len(text)
        decoder.read(np.asarray(text[indices], np.int32))

    read(-_STEP)

    for number in range(places):
        place = len(text) * number // places
        decoder.restore(_side_by_side(start, decoder.snapshot()))
        length, agreed = 0, False
        while not (agreed and _agree(decoder.snapshot())):
            if length == MAX_MEMORY_LENGTH:
                return MAX_MEMORY_LENGTH
            agreed = _agree(decoder.snapshot())
            read(place + length)
            length += _STEP
        longest = max(longest, length - _STEP)
        progress(number + 1, places)
    return longest


def _side_by_side(one: "Snapshot", other: "Snapshot") -> "Snapshot":
    """A state of two streams: the first of `one`, the second of `other`."""
    from bardtui.model.decoder import Snapshot

    pairs = zip(one.arrays, other.arrays, strict=True)
    return Snapshot(0, tuple(np.stack([a[0], b[1]]) for a, b in pairs))


def _agree(state: "Snapshot") -> bool:
    logits = state.arrays[-1]
    return bool(np.abs(logits[0] - logits[1]).max() <= TOLERANCE)
