"""What the interface costs while a model writes, and for scenes of any length.

The real program runs without a terminal. Its pictures are rendered to what a terminal would have
been sent all the same: that is when something is *shown* here.
"""

import asyncio
import gc
import inspect
import math
import os
import shutil
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.geometry import Size
from textual.screen import Screen

from bardtui import paths
from bardtui.benchmark import Figure
from bardtui.benchmark.scene import LAST_LINE, save_scene, script
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle, ModelError
from bardtui.scene.scene import Event
from bardtui.settings import LENGTHS, Remembered
from bardtui.tf_startup import set_tensorflow_environment, stderr_silenced
from bardtui.tui.app import BardApp
from bardtui.tui.wrapping import breaks

FRAME = 1000 / 60  # milliseconds
SHORT = 5_000  # characters of the scene that a long one is compared with
_TICK = 0.002  # seconds
_SIZES = ((80, 24), (104, 40), (60, 30), (120, 34))  # the terminal's; the last is the first, too
PIECE, _PIECES = 160, 60  # characters that a picture brings at 4,800 a second, and pictures
_KEYS = [chr(code) for code in range(0x100, 0x17F)]  # letters that no model of English writes
_PATIENCE = 120.0  # seconds


def screen(
    model: ModelBundle, seconds: float, characters: int, begin: Callable[[str], None]
) -> list[Figure]:
    """Measure the interface with a model for about `seconds` of writing, and with a scene of so
    many `characters`. `begin` is told of each part.

    To measure how TensorFlow's loading disturbs the interface it must not be loaded yet. Raises
    ModelError if the model cannot write, ValueError for a time or a length that makes no sense.
    """
    if not 0.1 <= seconds <= 3_600:
        raise UserError("the time for writing must be from 0.1 to 3600 seconds")
    if not SHORT < characters <= 50_000_000:
        raise UserError(f"the long scene must have from {SHORT + 1} to 50000000 characters")
    set_tensorflow_environment()
    with _home(model):
        return asyncio.run(_measured(model, seconds, characters, begin))


async def _measured(
    model: ModelBundle, seconds: float, characters: int, begin: Callable[[str], None]
) -> list[Figure]:
    app = _Watched()
    async with app.run_test(size=_SIZES[-1]):
        begin("the interface while the model is loaded")
        with stderr_silenced():
            figures = await _loading(app, model)
        begin("the interface while the model writes")
        figures += await _writing(app, seconds)
        begin(f"a scene of {characters:,} characters")
        return figures + await _long_scene(app, characters)


def showing(model: ModelBundle) -> float:
    """Seconds of the processor for a character that is added to a scene, and shown, where text
    comes as fast as a model writes it."""

    async def measured() -> float:
        app = _Watched()
        async with app.run_test(size=_SIZES[-1]):
            await _until(lambda: app.stage.session.model_states.get(model.name) == "ready")
            await _open(app, save_scene(paths.scenes_dir(), "short", SHORT))
            return min([await _append(app) for _ in range(3)]) / PIECE

    with _home(model):
        return asyncio.run(measured())


class _Watched(BardApp):
    """The program, with nobody before it but us."""

    CSS_PATH = str(Path(inspect.getfile(BardApp)).with_name(BardApp.CSS_PATH))

    def __init__(self) -> None:
        super().__init__()
        self._sought: Callable[[str], bool] = lambda sent: False
        self._found: asyncio.Future[float] | None = None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            sent = renderable.render_segments(self.console)
            if self._found is not None and not self._found.done() and self._sought(sent):
                self._found.set_result(time.perf_counter())

    async def shown(self, sought: Callable[[str], bool] = bool) -> float:
        """When (by the performance counter) the next picture was rendered of which `sought` is
        true; it is told what goes to the terminal."""
        self._sought, self._found = sought, asyncio.get_running_loop().create_future()
        async with asyncio.timeout(_PATIENCE):
            return await self._found

    def press(self, key: str, character: str | None = None) -> None:
        """Let a key come from the terminal."""
        self.post_message(events.Key(key, character))

    def resize(self, width: int, height: int) -> None:
        """Let the terminal have another size."""
        size = Size(width, height)
        if self._driver is not None:
            self._driver._size = width, height
        self.post_message(events.Resize(size, size))


# -- the parts -------------------------------------------------------------------------------------


async def _loading(app: _Watched, model: ModelBundle) -> list[Figure]:
    states = app.stage.session.model_states
    async with _lateness() as late:
        await _until(lambda: states.get(model.name) in ("ready", "unusable"))
    if states[model.name] != "ready":
        raise ModelError(f"{model.name} cannot be used")
    return [Figure("event loop late while the model is loaded, worst", _worst(late), "ms", 150)]


async def _writing(app: _Watched, seconds: float) -> list[Figure]:
    stage = app.stage
    writer = asyncio.create_task(_keep_writing(app))
    try:
        await _until(lambda: stage.transcript.writing and stage.session.passage.has_text)
        manuscript = stage.session.manuscript
        keep = _Timed(manuscript.scene.on_event)
        manuscript.scene.on_event = keep
        began, length, size = time.perf_counter(), manuscript.length, _size(manuscript.path)
        shown: list[float] = []
        async with _lateness() as late:
            while time.perf_counter() < began + seconds:
                shown.append(await _key_shown(app, _KEYS[len(shown) % len(_KEYS)]))
                await asyncio.sleep(0.1)
        elapsed = time.perf_counter() - began
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
    manuscript.retry_saving()
    written = manuscript.length - length
    app.press("escape")
    await _until(lambda: not stage.session.writing)
    grown = _size(manuscript.path) - size
    return [
        Figure("characters a second meanwhile", written / elapsed, "char/s"),
        Figure("event loop late while the model writes, p50", _quantile(late, 0.5), "ms"),
        Figure("event loop late while the model writes, p99", _quantile(late, 0.99), "ms", 20),
        Figure("event loop late while the model writes, worst", _worst(late), "ms", 50),
        Figure("a key shown while the model writes, p50", 1000 * median(shown), "ms", 2 * FRAME),
        Figure("a key shown while the model writes, worst", _worst(shown), "ms", 2 * FRAME),
        Figure("keeping the journal, of the time of writing", 100 * keep.spent / elapsed, "%", 3),
        Figure("journal, a character written", grown / max(1, written), "bytes"),
    ]


async def _keep_writing(app: _Watched) -> None:
    """Let the model write on whenever it has ended, from an empty line."""
    stage = app.stage
    while True:
        if not stage.session.writing and not stage.seed_line.text:
            app.press("enter", "\r")
            await _until(lambda: stage.session.writing)
        await asyncio.sleep(0.005)


async def _key_shown(app: _Watched, character: str) -> float:
    """How long a typed character takes to be shown, in seconds. The line is empty afterwards."""
    began = time.perf_counter()
    app.press(character, character)
    shown = await app.shown(lambda sent: character in sent)
    app.press("ctrl+u")
    await _until(lambda: not app.stage.seed_line.text)
    return shown - began


async def _long_scene(app: _Watched, characters: int) -> list[Figure]:
    short = save_scene(paths.scenes_dir(), "short", SHORT)
    long = save_scene(paths.scenes_dir(), "long", characters)
    opened: list[float] = []
    cost = dict.fromkeys((short, long), math.inf)
    for _ in range(2):
        for path in cost:
            opened.append(await _open(app, path))
            cost[path] = min(cost[path], await _append(app))
    resized = [await _resize(app, *size) for size in _SIZES]
    paged = [await _page(app, "pageup") for _ in range(20)]
    await _open(app, short)
    gc.collect()
    tracemalloc.start()
    try:
        await _open(app, long)
        gc.collect()
        above = tracemalloc.get_traced_memory()[0] / characters - 1  # a byte each is the text
    finally:
        tracemalloc.stop()
    return [
        Figure(f"text added to {characters:,} characters", 1000 * cost[long], "ms/frame"),
        Figure(f"... against {SHORT:,}", cost[long] / cost[short], "x", 1.2),
        Figure("the long scene opened to its first picture", max(opened[1::2]), "s", 2),
        Figure("the long scene in another size, worst", _worst(resized), "ms", 300),
        Figure("a page up in the long scene, worst", _worst(paged), "ms", 2 * FRAME),
        Figure("memory of the long scene above its text", above, "bytes/char", 6),
    ]


async def _open(app: _Watched, path: Path) -> float:
    """How long it takes from asking for a scene to seeing its end, in seconds."""
    began = time.perf_counter()
    app.stage.session.open(path)
    return await app.shown(lambda sent: _last_row(app) in sent) - began


async def _append(app: _Watched) -> float:
    """Processor time for text that is added, and shown, frame by frame; seconds a frame."""
    transcript, text = app.stage.transcript, script(PIECE * _PIECES)
    transcript.begin_passage("model")
    began = time.process_time()
    for at in range(0, len(text), PIECE):
        transcript.append(text[at : at + PIECE])
        await app.shown()
    return (time.process_time() - began) / _PIECES


async def _resize(app: _Watched, width: int, height: int) -> float:
    """How long it takes until the end of the scene is shown as it is to be at another size."""
    transcript, before = app.stage.transcript, app.stage.transcript.outer_size
    began = time.perf_counter()
    app.resize(width, height)

    def right(sent: str) -> bool:
        return transcript.outer_size != before and _last_row(app) in sent

    return await app.shown(right) - began


async def _page(app: _Watched, key: str) -> float:
    """How long it takes until another page is shown, in seconds."""
    transcript, before = app.stage.transcript, app.stage.transcript.scroll_offset
    began = time.perf_counter()
    app.press(key)
    return await app.shown(lambda sent: transcript.scroll_offset != before) - began


def _last_row(app: _Watched) -> str:
    """The last row of a scene of `script`, at the width that there is for it."""
    begins = [0, *breaks(LAST_LINE, app.stage.transcript.text_width)]
    return LAST_LINE[begins[-1] :]


# -- measuring -------------------------------------------------------------------------------------


@asynccontextmanager
async def _lateness() -> AsyncIterator[list[float]]:
    """How late a thing that was due every 2 ms was each time, in seconds. What was due while the
    loop stood still counts too, each by its own lateness."""
    late: list[float] = []

    async def tick() -> None:
        due = time.perf_counter() + _TICK
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            while due <= now:
                late.append(now - due)
                due += _TICK

    ticker = asyncio.create_task(tick())
    try:
        yield late
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


class _Timed:
    """What a scene tells its changes to, and how long that has taken, in seconds."""

    def __init__(self, told: Callable[[Event], None] | None) -> None:
        self._told = told
        self.spent = 0.0

    def __call__(self, event: Event) -> None:
        began = time.perf_counter()
        if self._told is not None:
            self._told(event)
        self.spent += time.perf_counter() - began


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)


def _quantile(late: Sequence[float], share: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(late)[min(len(late) - 1, int(share * len(late)))] if late else 0.0


def _worst(late: Sequence[float]) -> float:
    """In milliseconds."""
    return 1000 * max(late, default=0.0)


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None else 0


@contextmanager
def _home(model: ModelBundle) -> Iterator[None]:
    """A home for as long as it is measured, with this model and nobody's scenes."""
    before = os.environ.get("BARDTUI_HOME")
    with TemporaryDirectory() as folder:
        os.environ["BARDTUI_HOME"] = folder
        try:
            if model.folder is not None:
                shutil.copytree(model.folder, paths.models_dir() / model.name)
            settings = Remembered(model=model.name, length=LENGTHS[1], pace=math.inf)
            settings.save(paths.remembered_file())
            yield
        finally:
            if before is None:
                del os.environ["BARDTUI_HOME"]
            else:
                os.environ["BARDTUI_HOME"] = before
