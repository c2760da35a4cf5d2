"""The program on a terminal of our own that notes when something is drawn."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot

from bardtui.tui.app import BardApp

PATIENCE = 120.0  # seconds to wait for anything
_REST = 0.1  # seconds
_PICTURE = re.compile(r"\x1b\[\d+;\d+H")  # a picture ends where it puts the cursor


class MeasuringDriver(Driver):
    """A terminal that can be typed into and resized, and that shows nothing to anybody.

    Textual renders and writes everything as it does for a real terminal.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._start_size = options.get("size") or (80, 24)
        self._condition: Callable[[str], bool] = bool
        self._drawn: asyncio.Future[float] | None = None
        self._last = 0.0  # when something was drawn

    def write(self, data: str) -> None:
        """Take what is drawn on the terminal."""
        self._last = time.perf_counter()
        if self._drawn is None or self._drawn.done():
            return
        if _PICTURE.search(data) and self._condition(data):
            self._drawn.set_result(time.perf_counter())

    async def drawn(self, condition: Callable[[str], bool] = bool) -> float:
        """Wait for the next picture that fulfils `condition`, which is given what the terminal
        receives; return the time by the performance counter."""
        self._condition, self._drawn = condition, asyncio.get_running_loop().create_future()
        async with asyncio.timeout(PATIENCE):
            return await self._drawn

    async def at_rest(self) -> None:
        """Wait until nothing was drawn for a while."""
        began = time.perf_counter()
        await until(lambda: time.perf_counter() - max(began, self._last) > _REST)

    def press(self, key: str, character: str | None = None) -> None:
        """Press a key."""
        self.process_message(events.Key(key, character))

    def resize(self, width: int, height: int) -> None:
        """Change the size of the terminal."""
        size = Size(width, height)
        self.process_message(events.Resize(size, size))

    def start_application_mode(self) -> None:
        """Tell the application its size."""
        self.resize(*self._start_size)

    def disable_input(self) -> None:
        """Do nothing: there is no input to stop."""

    def stop_application_mode(self) -> None:
        """Do nothing: there is no terminal to restore."""


@asynccontextmanager
async def running(size: tuple[int, int]) -> AsyncIterator[tuple[BardApp, MeasuringDriver]]:
    """Run the program on a terminal of this size while the context lasts."""
    terminals: list[MeasuringDriver] = []
    ready = asyncio.Event()

    class Terminal(MeasuringDriver):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            terminals.append(self)

    async def on_ready(pilot: Pilot[Any]) -> None:
        ready.set()

    app = BardApp()
    app.driver_class = Terminal
    task = asyncio.create_task(app.run_async(size=size, auto_pilot=on_ready))
    try:
        async with asyncio.timeout(PATIENCE):
            await ready.wait()
        yield app, terminals[0]
    finally:
        app.exit()
        await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)
