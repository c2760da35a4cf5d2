"""Makes the README's picture with the program itself: python -m tests.picture [RANDOM_SEED ...]"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

LINES = (
    "MIRA:\nWho keeps the lantern when the players sleep?",
    "MIRA:\nThen teach me how a mouse may come to court.",
)
PICTURE = Path(__file__).parent.parent / "stage.svg"
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def draw(seeds: list[int]) -> str:
    """Write a scene, and take the picture while the last passage is being written."""
    from bardtui.tui.app import BardApp
    from bardtui.tui.screens import writing

    chosen = iter(seeds)
    writing.random_seed = lambda: next(chosen)
    app = BardApp()
    async with app.run_test(size=(110, 32)) as pilot:
        stage = app.stage
        stage.side.length.value, stage.side.temperature.value = 280, 0.65
        for line in LINES:
            stage.side.pace.value = 240
            stage.seed_line.text = line
            await pilot.press("enter")
            last = line is LINES[-1]
            stage.side.length.value = 2_000
            while stage.session.writing and not (last and stage.view.status.written > 60):
                await pilot.pause(0.02)
        stage.seed_line.text = "And if he ask me what I carry"
        stage.seed_line.move_cursor(stage.seed_line.document.end)
        await pilot.pause()
        # Without the fonts of a distant server: any monospaced one will do.
        return _FONTS.sub("", app.export_screenshot(title="bardtui"))


def main() -> None:
    """Draw with the seeds given, or the ones the picture was made with."""
    os.environ["BARDTUI_HOME"] = tempfile.mkdtemp()
    seeds = [int(argument) for argument in sys.argv[1:]] or [21, 12]
    PICTURE.write_text(asyncio.run(draw(seeds)), "utf-8")


if __name__ == "__main__":
    main()
