"""Benchmark of a long scene: opening it, adding text, resizing, scrolling, Surprise and memory."""

import gc
import math
import time
import tracemalloc
from pathlib import Path

from bardtui import paths
from bardtui.benchmark import Figure
from bardtui.benchmark.scene import LAST_LINE, save_scene, script
from bardtui.benchmark.terminal import MeasuringDriver
from bardtui.benchmark.timing import FRAME, worst
from bardtui.tui.app import BardApp
from bardtui.tui.wrapping import breaks

SHORT = 5_000  # characters of the scene that a long one is compared with
PIECE = 160  # characters added in a frame, at 4,800 characters a second
_PIECES = 60  # frames
_PLACES = 10  # where Surprise is measured
_SIZES = ((80, 24), (104, 40), (60, 30), (120, 34))  # of the terminal; the last is the usual one


async def long_scene(app: BardApp, terminal: MeasuringDriver, characters: int) -> list[Figure]:
    short = save_scene(paths.scenes_dir(), "short", SHORT)
    long = save_scene(paths.scenes_dir(), "long", characters)
    opened: list[float] = []
    cost = dict.fromkeys((short, long), math.inf)
    for _ in range(2):
        for path in cost:
            opened.append(await open_scene(app, terminal, path))
            cost[path] = min(cost[path], await append(app, terminal))
    resized = [await _resize(app, terminal, *size) for size in _SIZES]
    paged = [await _page(app, terminal, "pageup") for _ in range(20)]
    first, unscored, scored = await _coloured(app, terminal, characters)
    await open_scene(app, terminal, short)
    gc.collect()
    tracemalloc.start()
    try:
        await open_scene(app, terminal, long)
        gc.collect()
        above = tracemalloc.get_traced_memory()[0] / characters - 1  # a byte each is the text
    finally:
        tracemalloc.stop()
    return [
        Figure(f"text added to {characters:,} characters", 1000 * cost[long], "ms/frame"),
        Figure(f"... against {SHORT:,}", cost[long] / cost[short], "x", 1.2),
        Figure("the long scene opened to its first picture", max(opened[1::2]), "s", 2),
        Figure("the long scene in another size, worst", worst(resized), "ms", 300),
        Figure("a page up in the long scene, worst", worst(paged), "ms", 2 * FRAME),
        Figure("Surprise turned on and compiled, to the first screen", first, "s"),
        Figure("a screen scored by Surprise anywhere in it, worst", max(unscored), "s", 0.6),
        Figure("a screen that was scored before, worst", worst(scored), "ms", 50),
        Figure("memory of the long scene above its text", above, "bytes/char", 6),
    ]


async def open_scene(app: BardApp, terminal: MeasuringDriver, path: Path) -> float:
    """Open a scene; return the seconds until its end is drawn."""
    began = time.perf_counter()
    app.stage.session.open(path)
    return await terminal.drawn(lambda sent: _last_row(app) in sent) - began


async def append(app: BardApp, terminal: MeasuringDriver) -> float:
    """Add text frame by frame; return the processor time to draw a frame, in seconds."""
    transcript, text = app.stage.transcript, script(PIECE * _PIECES)
    transcript.begin_passage("model")
    began = time.process_time()
    for at in range(0, len(text), PIECE):
        transcript.append(text[at : at + PIECE])
        await terminal.drawn()
    return (time.process_time() - began) / _PIECES


async def _resize(app: BardApp, terminal: MeasuringDriver, width: int, height: int) -> float:
    """Resize the terminal; return the seconds until the end of the scene is drawn at that size."""
    transcript, before = app.stage.transcript, app.stage.transcript.outer_size
    began = time.perf_counter()
    terminal.resize(width, height)

    def right(sent: str) -> bool:
        return transcript.outer_size != before and _last_row(app) in sent

    seconds = await terminal.drawn(right) - began
    await terminal.at_rest()  # Textual lays out the panes once more
    return seconds


async def _page(app: BardApp, terminal: MeasuringDriver, key: str) -> float:
    """Press a key that scrolls; return the seconds until another page is drawn."""
    transcript, before = app.stage.transcript, app.stage.transcript.scroll_offset
    began = time.perf_counter()
    terminal.press(key)
    return await terminal.drawn(lambda sent: transcript.scroll_offset != before) - began


async def _coloured(
    app: BardApp, terminal: MeasuringDriver, characters: int
) -> tuple[float, list[float], list[float]]:
    """Turn Surprise on, and look at places of the scene, twice each.

    Returns the seconds until the first screen is coloured, until those of the places are for the
    first time, and for the second time.
    """
    surprise, transcript = app.stage.session.surprise, app.stage.transcript

    def known(sent: str) -> bool:
        return not any(map(math.isnan, surprise.of(*transcript.window)[0]))

    async def look(offset: int) -> float:
        await terminal.at_rest()
        began = time.perf_counter()
        transcript.go_to(offset)
        return await terminal.drawn(known) - began

    began = time.perf_counter()
    surprise.switch()
    first = await terminal.drawn(known) - began
    places = [characters * n // (_PLACES + 1) for n in range(1, _PLACES + 1)]
    rounds = [[await look(place) for place in places] for _ in range(2)]
    surprise.switch()
    return first, rounds[0], rounds[1]


def _last_row(app: BardApp) -> str:
    """The last row of a scene of `script` at the width of the transcript."""
    begins = [0, *breaks(LAST_LINE, app.stage.transcript.text_width)]
    return LAST_LINE[begins[-1] :]
