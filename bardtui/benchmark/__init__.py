"""Measurements that anyone can run: each compares ways of doing the same, side by side."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bardtui.errors import UserError

_ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """The best of several rounds, in characters a second."""

    name: str
    rate: float


@dataclass(frozen=True)
class Figure:
    """What something costs, and the most that it is to cost (None: there is no aim)."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether it costs no more than it is to."""
        return self.most is None or self.value <= self.most


def side_by_side(
    ways: Sequence[tuple[str, Iterator[int]]], seconds: float, begin: Callable[[str], None]
) -> list[Measured]:
    """Measure every way for about `seconds`, slowest first in what is returned.

    A way yields how many characters it has done. All are measured in turns, so that a machine
    whose speed drifts is fair to all of them; `begin` is told of each before its first turn.
    Raises UserError for a time that makes no sense.
    """
    if not 0.01 <= seconds <= 3_600:
        raise UserError("the time for each way must be from 0.01 to 3600 seconds")
    best = dict.fromkeys((name for name, _ in ways), 0.0)
    for turn in range(_ROUNDS):
        for name, steps in ways:
            if turn == 0:
                begin(name)
                next(steps)  # compiles, allocates
            best[name] = max(best[name], _rate(steps, seconds / _ROUNDS))
    return [Measured(name, rate) for name, rate in sorted(best.items(), key=lambda item: item[1])]


def _rate(steps: Iterator[int], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        done += next(steps)
    return done / elapsed
