"""When a screen is painted: soon after it has changed, but no oftener than can be seen."""

from asyncio import sleep
from time import perf_counter

from textual.screen import UPDATE_PERIOD, Screen
from textual.timer import Timer

GATHERING = 0.003  # seconds in which what changes together comes together


class _PaintTimer(Timer):
    """Runs its callback soon after it is resumed, and at least an interval after the last time.

    Textual's own keeps to a grid of sixtieths of a second, and where a picture took long it lets up
    to two of them go by: a key typed while a model writes took 40 ms to show.
    """

    async def _run(self) -> None:
        last = 0.0
        while True:
            await self._active.wait()
            await sleep(max(GATHERING, last + self._interval - perf_counter()))
            last = perf_counter()
            await self._tick(next_timer=last, count=0)


class PromptScreen(Screen[None]):
    """A screen that is painted promptly."""

    _paint_timer: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        if self._paint_timer is None:
            self._paint_timer = _PaintTimer(
                self, UPDATE_PERIOD, name="paint", callback=self._on_timer_update, pause=True
            )
            self._paint_timer._start()
            self._timers.add(self._paint_timer)
        return self._paint_timer
