"""Benchmark of the interface while a model writes, and for scenes of any length.

The real program runs on a terminal that shows nothing to anybody. Something counts as drawn when
the terminal receives it.
"""

import asyncio
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bardtui import paths
from bardtui.benchmark import Figure
from bardtui.benchmark.long_scene import PIECE, SHORT, append, long_scene, open_scene
from bardtui.benchmark.scene import save_scene
from bardtui.benchmark.terminal import MeasuringDriver, running, until
from bardtui.benchmark.timing import FRAME, Timed, lateness, quantile, worst
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle, ModelError
from bardtui.settings import LENGTHS, Remembered
from bardtui.tf_startup import set_tensorflow_environment, stderr_silenced
from bardtui.tui.app import BardApp

SIZE = (120, 34)  # of the terminal
_KEYS = [chr(code) for code in range(0x100, 0x17F)]  # letters that no model of English writes


def screen(
    model: ModelBundle, seconds: float, characters: int, begin: Callable[[str], None]
) -> list[Figure]:
    """Measure the interface while a model writes for about `seconds`, then a scene of `characters`.

    `begin` is called with the name of each part. TensorFlow must not be imported yet: the interface
    is also measured while it is loaded. Raises ModelError if the model cannot write, and UserError
    if a value is out of range.
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
    async with running(SIZE) as (app, terminal):
        begin("the interface while the model is loaded")
        with stderr_silenced():
            figures = await _loading(app, model)
        begin("the interface while the model writes")
        figures += await _writing(app, terminal, seconds)
        begin(f"a scene of {characters:,} characters")
        return figures + await long_scene(app, terminal, characters)


def showing(model: ModelBundle) -> float:
    """Return the processor time to show a character, in seconds, at the full speed of a model."""

    async def measured() -> float:
        async with running(SIZE) as (app, terminal):
            await until(lambda: app.stage.session.model_states.get(model.name) == "ready")
            await open_scene(app, terminal, save_scene(paths.scenes_dir(), "short", SHORT))
            return min([await append(app, terminal) for _ in range(3)]) / PIECE

    with _home(model):
        return asyncio.run(measured())


async def _loading(app: BardApp, model: ModelBundle) -> list[Figure]:
    states = app.stage.session.model_states
    async with lateness() as late:
        await until(lambda: states.get(model.name) in ("ready", "unusable"))
    if states[model.name] != "ready":
        raise ModelError(f"{model.name} cannot be used")
    return [Figure("event loop late while the model is loaded, worst", worst(late), "ms", 150)]


async def _writing(app: BardApp, terminal: MeasuringDriver, seconds: float) -> list[Figure]:
    stage = app.stage
    writer = asyncio.create_task(_keep_writing(app, terminal))
    try:
        await until(lambda: stage.transcript.writing and stage.session.passage.has_text)
        manuscript = stage.session.manuscript
        keep = Timed(manuscript.scene.on_event)
        manuscript.scene.on_event = keep
        began, length, size = time.perf_counter(), manuscript.length, _size(manuscript.path)
        shown: list[float] = []
        async with lateness() as late:
            while time.perf_counter() < began + seconds:
                shown.append(await _key_shown(app, terminal, _KEYS[len(shown) % len(_KEYS)]))
                await asyncio.sleep(0.1)
        elapsed = time.perf_counter() - began
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
    manuscript.retry_saving()
    written = manuscript.length - length
    terminal.press("escape")
    await until(lambda: not stage.session.writing)
    grown = _size(manuscript.path) - size
    return [
        Figure("characters a second meanwhile", written / elapsed, "char/s"),
        Figure("event loop late while the model writes, p50", quantile(late, 0.5), "ms"),
        Figure("event loop late while the model writes, p99", quantile(late, 0.99), "ms", 20),
        Figure("event loop late while the model writes, worst", worst(late), "ms", 50),
        Figure("a key shown while the model writes, p50", 1000 * median(shown), "ms", 2 * FRAME),
        Figure("a key shown while the model writes, worst", worst(shown), "ms", 40),
        Figure("keeping the journal, of the time of writing", 100 * keep.spent / elapsed, "%", 3),
        Figure("journal, a character written", grown / max(1, written), "bytes"),
    ]


async def _keep_writing(app: BardApp, terminal: MeasuringDriver) -> None:
    """Let the model continue whenever it has stopped and the line is empty."""
    stage = app.stage
    while True:
        if not stage.session.writing and not stage.seed_line.text:
            terminal.press("enter", "\r")
            await until(lambda: stage.session.writing)
        await asyncio.sleep(0.005)


async def _key_shown(app: BardApp, terminal: MeasuringDriver, character: str) -> float:
    """Seconds until a typed character is drawn. The line is empty afterwards."""
    began = time.perf_counter()
    terminal.press(character, character)
    shown = await terminal.drawn(lambda sent: character in sent)
    terminal.press("ctrl+u")
    await until(lambda: not app.stage.seed_line.text)
    return shown - began


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None else 0


@contextmanager
def _home(model: ModelBundle) -> Iterator[None]:
    """A temporary BARDTUI_HOME with this model and no scenes."""
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
