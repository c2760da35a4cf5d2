"""Make the README's picture with the program itself: python -m tests.picture [RANDOM_SEED ...]"""

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
UNSENT = "And if he ask me what I carry"
PICTURE = Path(__file__).parent.parent / "stage.svg"
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def draw(seeds: list[int]) -> str:
    """Write a scene, and take the picture while the last passage is being written."""
    from bardtui.session import passage_writing
    from bardtui.tui.app import BardApp

    chosen = iter(seeds)
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
        # Without the fonts of a remote server: any monospaced font will do.
        return FONTS.sub("", app.export_screenshot(title="bardtui"))


def main() -> None:
    """Draw with the given seeds, or with those of the README's picture."""
    os.environ["BARDTUI_HOME"] = tempfile.mkdtemp()
    seeds = [int(argument) for argument in sys.argv[1:]] or [21, 12]
    PICTURE.write_text(asyncio.run(draw(seeds)), "utf-8")


if __name__ == "__main__":
    main()
