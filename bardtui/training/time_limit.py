"""The time that a run may take, and how many steps are left in it."""

import math
import time
from collections.abc import Callable

from bardtui.training.plan import TrainingError

MAX_MINUTES = 10_000
_SCORED = 40_000  # characters of the held-out text for each minute, at most
_COMPILING = 6.0  # seconds, after training
_ASLEEP = 60.0  # seconds; a step that takes so long, and many times as long as others, was not run
_MANY_TIMES = 20
_WEIGHT = 0.02  # of a step's time in the mean: a machine that becomes busy is noticed in 50 steps


class TimeLimit:
    """How long a run may take, from the start of the command to the last figure about the model.

    The time for which the machine slept, or the process was stopped, does not count.

    `seconds` is the time in all. `clock` returns seconds. Raises TrainingError if `minutes` is not
    from 1 to MAX_MINUTES.
    """

    def __init__(self, minutes: float, clock: Callable[[], float] = time.monotonic) -> None:
        if not (math.isfinite(minutes) and 1 <= minutes <= MAX_MINUTES):
            raise TrainingError(f"minutes must be from 1 to {MAX_MINUTES:,}")
        self.minutes, self.seconds, self.clock = float(minutes), minutes * 60.0, clock
        #: At how many places the memory length is measured: at fewer in a short run.
        self.places = max(10, min(100, round(10 * minutes)))
        #: How many characters of the held-out text are scored, at most.
        self.scored = round(_SCORED * minutes)
        self._earlier, self._started = 0.0, clock()
        self._step_seconds: float | None = None
        self._warm = False

    @property
    def used(self) -> float:
        """Seconds used so far, those of earlier processes included."""
        return self._earlier + self.clock() - self._started

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.seconds - self.used)

    def go_on(self, used: float, step_seconds: float) -> None:
        """Continue a run that has used `used` seconds, and `step_seconds` for each step."""
        self._earlier = used
        self._step_seconds = step_seconds

    def add_step(self, seconds: float) -> None:
        """Learn how long a step takes. The first one of a process does not count: it compiles."""
        usual = self._step_seconds
        if self._warm and usual is not None and seconds > max(_ASLEEP, _MANY_TIMES * usual):
            self._earlier -= seconds - usual
        elif self._warm:
            before = seconds if self._step_seconds is None else self._step_seconds
            self._step_seconds = before + _WEIGHT * (seconds - before)
        self._warm = True

    def steps_left(self, characters: int, held_out: int) -> float | None:
        """How many more steps of `characters` each can be made before the model must be scored.

        To score `held_out` characters twice, in segments and in one pass, takes as long as to train
        on 1.5 times as many, and to measure the memory length as long as about 700 characters for
        each place, after some seconds of compiling. None before the second step of a run.
        """
        if self._step_seconds is None:
            return None
        reserved = (1.5 * held_out + 700 * self.places) / characters
        return (self.left - _COMPILING) / max(self._step_seconds, 1e-9) - reserved
