"""Make the README's pictures with the program: python -m tests.pictures [stage surprise cells]"""

import asyncio
import math
import os
import re
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)

LINES = (
    "MIRA:\nWho keeps the lantern when the players sleep?",
    "MIRA:\nThen teach me how a mouse may come to court.",
)
UNSENT = "And if he ask me what I carry"
RANDOM_SEEDS = (2, 102)  # of the answers

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
CELLS = (("line position", 70), ("speech", 206), ("cue", 261), ("direction", 153), ("verse", 482))


async def draw_stage() -> str:
    """Write a scene, and take the picture while the last passage is being written."""
    from bardtui.session import passage_writing
    from bardtui.tui.app import BardApp

    chosen = iter(RANDOM_SEEDS)
    passage_writing.new_random_seed = lambda: next(chosen)
    app = BardApp()
    async with app.run_test(size=(110, 32)) as pilot:
        session, line = app.stage.session, app.stage.seed_line
        session.choose(length=280, temperature=0.65, pace=240.0)
        for text in LINES:
            line.text = text
            await pilot.press("enter")
            sent = len(session.text)
            while session.writing and not (text is LINES[-1] and len(session.text) > sent + 60):
                await pilot.pause(0.02)
            session.choose(length=2_000)
        line.text = UNSENT
        line.move_cursor(line.document.end)
        await pilot.pause()
        return app.export_screenshot(title="bardtui")


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
    "stage": draw_stage,
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
