"""Metrics of the speakers in a script: whether they belong together and take turns as in plays."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

SPEECHES = 12  # in the windows whose speakers are counted
_LONGEST_GAP = 13  # larger gaps are counted as this one


@dataclass(frozen=True)
class SpeakerMetrics:
    """The result of `measure_speakers`. A figure is None if there are too few speeches."""

    speeches: int
    share_a_play: float | None
    """The share of consecutive speakers who occur in one play."""
    different: float | None
    """The mean number of different speakers in SPEECHES consecutive speeches."""
    gap_distance: float | None
    """How the gaps between the speeches of one speaker differ from those in the plays: the total
    variation distance of the two distributions, from 0 (the same) to 1."""


def measure_speakers(
    texts: Sequence[Sequence[str]], plays: Sequence[Sequence[str]]
) -> SpeakerMetrics:
    """Compare the speakers of texts with those of plays; each is a list of names, one a speech."""
    casts = [frozenset(play) for play in plays]
    pairs = [pair for text in texts for pair in pairwise(text)]
    together = [any({a, b} <= cast for cast in casts) for a, b in pairs]
    windows = [
        len(set(text[at : at + SPEECHES]))
        for text in texts
        for at in range(len(text) - SPEECHES + 1)
    ]
    gaps, gaps_in_plays = _gaps(texts), _gaps(plays)
    return SpeakerMetrics(
        speeches=sum(map(len, texts)),
        share_a_play=sum(together) / len(together) if together else None,
        different=sum(windows) / len(windows) if windows else None,
        gap_distance=_distance(gaps, gaps_in_plays) if gaps and gaps_in_plays else None,
    )


def _gaps(texts: Iterable[Sequence[str]]) -> Counter[int]:
    """Count how many speeches later a speaker speaks again: 1 for the very next."""
    gaps: Counter[int] = Counter()
    for text in texts:
        last: dict[str, int] = {}
        for at, name in enumerate(text):
            if name in last:
                gaps[min(at - last[name], _LONGEST_GAP)] += 1
            last[name] = at
    return gaps


def _distance(one: Counter[int], other: Counter[int]) -> float:
    a, b = one.total(), other.total()
    return sum(abs(one[gap] / a - other[gap] / b) for gap in one | other) / 2
