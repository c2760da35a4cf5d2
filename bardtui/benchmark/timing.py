"""Timing of an event loop and of callbacks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Generic, TypeVar

Argument = TypeVar("Argument")
FRAME = 1000 / 60  # milliseconds
_TICK = 0.002  # seconds


@asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """Collect how late a timer of 2 ms fires, in seconds, while the context lasts.

    Ticks that were due while the loop was blocked count too, each with its own lateness.
    """
    late: list[float] = []

    async def tick() -> None:
        due = time.perf_counter() + _TICK
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            while due <= now:
                late.append(now - due)
                due += _TICK

    ticker = asyncio.create_task(tick())
    try:
        yield late
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


class Timed(Generic[Argument]):
    """Wraps a callback; `spent` is the time in it so far, in seconds."""

    def __init__(self, callback: Callable[[Argument], None] | None) -> None:
        self._callback = callback
        self.spent = 0.0

    def __call__(self, argument: Argument) -> None:
        began = time.perf_counter()
        if self._callback is not None:
            self._callback(argument)
        self.spent += time.perf_counter() - began


def quantile(seconds: Sequence[float], share: float) -> float:
    """A quantile in milliseconds; 0 without any values."""
    if not seconds:
        return 0.0
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def worst(seconds: Sequence[float]) -> float:
    """The largest value in milliseconds; 0 without any values."""
    return 1000 * max(seconds, default=0.0)
