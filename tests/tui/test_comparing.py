"""The screen that compares models."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hosts import press, shown, until
from textual.pilot import Pilot
from textual.widgets import Input

from bardtui import paths
from bardtui.model.store import ModelBundle
from bardtui.tui.app import BardApp
from bardtui.tui.screens.comparing import CompareScreen
from bardtui.tui.screens.dialog import ErrorLine
from bardtui.tui.screens.stage import StageScreen
from bardtui.workshop import comparing, process
from bardtui.workshop.comparing import Figures
from tests.tui.conftest import Program

# Answers in place of `bardtui models compare`.
FAKE = """
import json, sys
arguments = sys.argv[3:]
options = dict(a[2:].split("=", 1) for a in arguments if "=" in a)
if "missing" in options.get("text", ""):
    print(json.dumps({"event": "error", "message": "it is missing", "command": ""}))
    sys.exit("bardtui: it is missing")
if "utf16" in options.get("text", ""):
    print(json.dumps({"event": "error", "message": "it is UTF-16", "command": "bardtui x"}))
    sys.exit("bardtui: it is UTF-16; bardtui x")
for name in (a for a in arguments if not a.startswith("--")):
    figures = {"nats": 1.25 if "text" in options else None, "left_out": "Ω" * ("text" in options),
               "characters_per_second": 2345.6, "words": 789}
    text = {"text": f"{options.get('seed')} said {name}"} if "seed" in options else {}
    print(json.dumps({"model": name, **figures, **text}), flush=True)
"""


@pytest.fixture(autouse=True)
def fake(home: Path, monkeypatch: pytest.MonkeyPatch, installed: ModelBundle) -> None:
    """Two models of the user's, and a fake of the command that compares them."""
    monkeypatch.setattr(paths, "bundled_models", lambda: home / "bundled")
    installed.save(paths.models_dir() / "other", installed.weights())
    script = home / "fake.py"
    script.write_text(FAKE)
    monkeypatch.setattr(process, "COMMAND", (sys.executable, str(script)))


async def compare(pilot: Pilot[None], stage: StageScreen) -> None:
    """Show the screen, and wait until the models are listed and the focus is in its place."""
    app = stage.app
    assert isinstance(app, BardApp)
    app.action_compare()
    await until(pilot, lambda: isinstance(app.screen, CompareScreen) and "▸ other" in shown(app))
    await until(pilot, lambda: app.screen.focused is not None)


async def test_models_are_measured_on_a_text(program: Program, home: Path) -> None:
    (home / "mine.txt").write_text("The lamp is low.\n" * 9)
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        await compare(pilot, stage)
        app.screen.query_one("#source", Input).value = str(home / "mine.txt")
        await press(pilot, "enter")
        await until(pilot, lambda: shown(app).count("1.250*    2,346      789") == 2)
        await until(pilot, lambda: "does not know, and skipped: Ω" in shown(app))
        app.screen.query_one("#source", Input).value = ""
        await press(pilot, "enter")
        await until(pilot, lambda: shown(app).count("2,346") == 2 and "1.250" not in shown(app))


async def test_figures_that_come_as_the_program_closes_are_dropped(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = asyncio.Event()

    async def measure(
        models: Sequence[str], text: str, deliver: Callable[[Figures], object]
    ) -> None:
        await closing.wait()
        deliver(Figures("tiny", None, "", 1.0, 0))

    monkeypatch.setattr(comparing, "measure", measure)
    monkeypatch.setattr(ErrorLine, "on_unmount", lambda self: closing.set(), raising=False)
    async with program(size=(80, 24)) as (pilot, stage):
        await compare(pilot, stage)
        await press(pilot, "enter")
        await until(pilot, lambda: "measuring 1 of 2" in shown(stage.app))


async def test_two_models_write_after_one_line(program: Program) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        await compare(pilot, stage)
        seed = app.screen.query_one("#line", Input)
        seed.focus()
        seed.value = "ANN:"
        await press(pilot, "enter")
        await until(pilot, lambda: "ANN: said tiny" in shown(app))
        await until(pilot, lambda: "ANN: said other" in shown(app))
        app.screen.query_one("#figures").focus()
        await press(pilot, "home", "left")
        await until(pilot, lambda: "◂ other" in shown(app) and "▸ tiny" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is stage)


async def test_a_text_that_cannot_be_read_is_said_with_the_keys_that_help(
    program: Program,
) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        await compare(pilot, stage)
        stage.app.screen.query_one("#source", Input).value = "missing"
        await press(pilot, "enter")
        await until(pilot, lambda: "it is missing " in shown(stage.app))
        stage.app.screen.query_one("#source", Input).value = "utf16"
        await press(pilot, "enter")
        await until(pilot, lambda: "UTF-16. Choose it in f10 to convert it." in shown(stage.app))
