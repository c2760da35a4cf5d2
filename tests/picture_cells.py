"""Make the README's picture of the strip of cells: python -m tests.picture_cells"""

import asyncio
import os
import tempfile
from pathlib import Path

from tests.picture import FONTS

TEXT = """\
MIRA:
Who keeps the lantern when the players sleep?
The stage is dark, and all the music done.

BELLMAN:
I keep it, lady, till the morning come.

[Exit MIRA, with the lantern]

BELLMAN:
"""
PLACE = "MIRA, with"  # the cursor is at its end
NAMES = (("line position", 228), ("speech", 369), ("cue", 478), ("direction", 466), ("verse", 26))
PICTURE = Path(__file__).parent.parent / "cells.svg"


async def draw() -> str:
    """Show a scene with the strip, and the cursor in a stage direction."""
    from bardtui.model.cell_names import NamedCell, save_names
    from bardtui.model.store import find_model
    from bardtui.tui.app import BardApp
    from bardtui.tui.widgets.cellstrip import CellStrip

    names = [NamedCell(2, cell, name, True) for name, cell in NAMES]
    save_names(find_model("shakespeare").sha256, names)
    app = BardApp()
    async with app.run_test(size=(94, 23)) as pilot:
        stage = app.stage
        stage.session.manuscript.add_line(TEXT)
        stage.session.show_scene()
        await pilot.press("f12")
        stage.transcript.focus()
        place = TEXT.index(PLACE) + len(PLACE) - 1
        stage.transcript.go_to(place)
        while "MIRA, wit" not in str(stage.query_one(CellStrip).border_title):
            await pilot.pause(0.05)
        return FONTS.sub("", app.export_screenshot(title="bardtui"))


def main() -> None:
    """Draw the picture."""
    os.environ["BARDTUI_HOME"] = tempfile.mkdtemp()
    PICTURE.write_text(asyncio.run(draw()), "utf-8")


if __name__ == "__main__":
    main()
