"""Make the README's picture of Surprise: python -m tests.picture_surprise"""

import asyncio
import math
import os
import tempfile
from pathlib import Path

from tests.picture import FONTS

TEXT = """\
MIRA:
Who keeps the lantern when the players sleep?
The stage is dark, and all the music done.

BELLMAN:
I keep it, lady, till the telephone ring,
And then I put it out, and go to bed.

MIRA:
Good night, good bellman; thou hast kept it well.
"""
PLACE = "elephone"  # the cursor is at its beginning
PICTURE = Path(__file__).parent.parent / "surprise.svg"


async def draw() -> str:
    """Show a scene with its shades, and the cursor in its least expected word."""
    from bardtui.tui.app import BardApp

    app = BardApp()
    async with app.run_test(size=(94, 22)) as pilot:
        stage = app.stage
        stage.session.manuscript.add_line(TEXT)
        stage.session.show_scene()
        await pilot.press("f9")
        stage.transcript.focus()
        stage.transcript.go_to(TEXT.index(PLACE))
        while any(map(math.isnan, stage.session.surprise.of(0, len(TEXT))[0])):
            await pilot.pause(0.05)
        while "likely" not in str(stage.transcript.border_subtitle):
            await pilot.pause(0.05)
        print(stage.transcript.border_subtitle)
        return FONTS.sub("", app.export_screenshot(title="bardtui"))


def main() -> None:
    """Draw the picture."""
    os.environ["BARDTUI_HOME"] = tempfile.mkdtemp()
    PICTURE.write_text(asyncio.run(draw()), "utf-8")


if __name__ == "__main__":
    main()
