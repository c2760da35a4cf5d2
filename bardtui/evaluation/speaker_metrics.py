"""Metrics of the speakers in a script: whether they belong together and take turns as in plays."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bardtui.scene.cast import speakers

SPEECHES = 12  # in the windows whose speakers are counted
_LONGEST_GAP = 13  # larger gaps are counted as this one


INVENTED = """QUILLON:
The harbour lamps are lit, and no one comes.

MARWEN:
Then let us wait an hour, and then an hour.

OLD TESK:
I never knew a ship that kept her time.

BRIN:
Nor I a man that kept his word at sea.

"""
"""A scene between four people who are in no play."""


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
    invented_kept: float | None
    """The share of the speeches after INVENTED that its four people speak."""


def measure_speakers(
    written: Sequence[str], after_invented: Sequence[str], plays: Sequence[str]
) -> SpeakerMetrics:
    """Compare the speakers in written texts, and in those written after INVENTED, with plays."""
    texts, others, in_plays = (
        [list(speakers(text)) for text in group] for group in (written, after_invented, plays)
    )
    casts = [frozenset(names) for names in in_plays]
    people = set(speakers(INVENTED))
    pairs = [pair for text in texts for pair in pairwise(text)]
    together = [any({a, b} <= cast for cast in casts) for a, b in pairs]
    windows = [
        len(set(text[at : at + SPEECHES]))
        for text in texts
        for at in range(len(text) - SPEECHES + 1)
    ]
    gaps, gaps_in_plays = _gaps(texts), _gaps(in_plays)
    return SpeakerMetrics(
        speeches=sum(map(len, texts)),
        share_a_play=_mean(together),
        different=_mean(windows),
        gap_distance=_distance(gaps, gaps_in_plays) if gaps and gaps_in_plays else None,
        invented_kept=_mean([name in people for names in others for name in names]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


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
