"""Make the pictures of the README: python -m tests.pictures [recording surprise cells]"""

import asyncio
import math
import os
import re
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.animation import animated

FOLDER = Path(__file__).parent.parent
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)

BEGINNING = """\
MIRA:
Who keeps the lantern when the players sleep?
The stage is dark, and all the music done.

BELLMAN:
"""
SURPRISING = f"""\
{BEGINNING}I keep it, lady, till the telephone ring,
And then I put it out, and go to bed.

MIRA:
Good night, good bellman; thou hast kept it well.
"""
DIRECTED = f"""\
{BEGINNING}I keep it, lady, till the morning come.

[Exit MIRA, with the lantern]

BELLMAN:
"""
RECORDED = "ROMEO: What light is that upon the water?"
RECORDED_SEEDS = (5, 6)
KEY = 0.07  # seconds between two keys

CELLS = (("line position", 70), ("speech", 206), ("cue", 261), ("direction", 153), ("verse", 482))


async def draw_recording() -> str:
    """Record a line that is typed, the answer, another take of it, and the cast.

    The time in the recording is that of a machine that keeps up with the pace of 120 characters a
    second, also where this machine is busy: what the clock of the screen tells is counted in keys
    and characters.
    """
    from textual.events import Key

    from bardtui.session import passage_writing
    from bardtui.tui import stage_display
    from bardtui.tui.app import BardApp

    chosen, clock = iter(RECORDED_SEEDS), Clock()
    passage_writing.new_random_seed = lambda: next(chosen)
    stage_display.time = clock  # type: ignore[assignment]
    app = BardApp()
    frames: list[tuple[float, str]] = []
    async with app.run_test(size=(104, 38)) as pilot:
        session = app.stage.session
        session.choose(length=220, temperature=0.8)
        while session.model_states.get(session.model) != "ready":
            await pilot.pause(0.05)

        async def press(key: str, seconds: float) -> None:
            """Press a key, watch what is written, and look at the end of it for some seconds."""
            app.post_message(Key("space" if key == " " else key, key if len(key) == 1 else None))
            await pilot.pause()
            length = len(session.text)
            while session.writing:
                await pilot.pause(0.01)
                if len(session.text) > length:
                    clock.now += (len(session.text) - length) / session.remembered.pace
                length = len(session.text)
                app.stage.view.show_status()
                await take()
            await take()
            clock.now += seconds

        async def take() -> None:
            await pilot.pause()
            frames.append((clock.now, app.export_screenshot(title="bardtui")))

        await take()
        clock.now += 1
        for character in RECORDED:
            await press(character, KEY)
        for key, seconds in (("enter", 2), ("ctrl+r", 2), ("f8", 3)):
            await press(key, seconds)
        return animated(frames, clock.now)


class Clock:
    """A clock that is moved by hand, in place of the module `time`."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """The seconds so far."""
        return self.now


async def draw_surprise() -> str:
    """Show a scene with its shades, and the cursor in its least expected word."""
    return await _draw_scene(SURPRISING, "f9", SURPRISING.index("elephone"), 22, _has_surprise)


async def draw_cells() -> str:
    """Show a scene with the strip of cells, and the cursor in a stage direction."""
    from bardtui.model.cell_names import NamedCell, save_names
    from bardtui.model.store import find_model

    names = [NamedCell(2, cell, name, True) for name, cell in CELLS]
    save_names(find_model("shakespeare").sha256, names)
    return await _draw_scene(DIRECTED, "f12", DIRECTED.index("h the lantern"), 23, _has_cells)


async def _draw_scene(
    text: str, key: str, place: int, rows: int, ready: Callable[[Any], bool]
) -> str:
    """Show a text with the cursor at a place, press a key, and wait until the stage is ready."""
    from bardtui.tui.app import BardApp

    app = BardApp()
    async with app.run_test(size=(94, rows)) as pilot:
        stage = app.stage
        stage.session.manuscript.add_line(text)
        stage.session.show_scene()
        await pilot.press(key)
        stage.transcript.focus()
        stage.transcript.go_to(place)
        while not ready(stage):
            await pilot.pause(0.05)
        return app.export_screenshot(title="bardtui")


def _has_surprise(stage: Any) -> bool:
    nats, _ = stage.session.surprise.of(0, len(SURPRISING))
    return not any(map(math.isnan, nats)) and "likely" in str(stage.transcript.border_subtitle)


def _has_cells(stage: Any) -> bool:
    return "MIRA, wit" in str(stage.query_one("CellStrip").border_title)


DRAW: dict[str, Callable[[], Coroutine[Any, Any, str]]] = {
    "recording": draw_recording,
    "surprise": draw_surprise,
    "cells": draw_cells,
}


def main() -> None:
    """Draw the named pictures, or all of them."""
    for name in sys.argv[1:] or DRAW:
        os.environ["BARDTUI_HOME"] = tempfile.mkdtemp()  # where no scene was open last
        # Without the fonts of a remote server: any monospaced font will do.
        picture = FONTS.sub("", asyncio.run(DRAW[name]()))
        (FOLDER / f"{name}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
