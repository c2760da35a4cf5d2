"""Benchmarks for users and developers: each compares several ways to do the same work."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bardtui.errors import UserError

_ROUNDS = 3


@dataclass(frozen=True)
class Rate:
    """The best of several rounds, in characters a second."""

    name: str
    rate: float


@dataclass(frozen=True)
class Figure:
    """A measured cost and the highest acceptable value; None means that there is no limit."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether the value is within the limit."""
        return self.most is None or self.value <= self.most


def side_by_side(
    ways: Sequence[tuple[str, Iterator[int]]], seconds: float, begin: Callable[[str], None]
) -> list[Rate]:
    """Measure each way for about `seconds` and return the rates, slowest first.

    A way yields the number of characters it has just processed. The ways take turns, so that a
    machine whose speed drifts affects all of them alike. `begin` is called with the name of a way
    before its first turn. Raises UserError if `seconds` is out of range.
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
    return [Rate(name, rate) for name, rate in sorted(best.items(), key=lambda item: item[1])]


def _rate(steps: Iterator[int], seconds: float) -> float:
    done, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        done += next(steps)
    return done / elapsed
