"""Training in the program: the dialogs, the screen of runs, and leaving meanwhile."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import Host, asked, mouse, press, shown, until
from textual.app import App
from textual.events import MouseDown
from textual.screen import Screen
from textual.widgets import Input

from bardtui import paths
from bardtui.session.manuscript import Manuscript
from bardtui.settings import Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.leave import LeaveScreen
from bardtui.tui.screens.new_run import NewRunScreen, TeachScreen
from bardtui.tui.screens.scenes import ScenesScreen
from bardtui.tui.screens.training import TrainingScreen
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.workshop import process
from bardtui.workshop.kept_texts import keep
from bardtui.workshop.order import Order
from tests.conftest import VERSE
from tests.tui.conftest import Program
from tests.workshop.test_workshop import FAKE, stop_runs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the workshop needs POSIX")


@pytest.fixture
def fake(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs do what their text is called, in place of training."""
    script = home / "fake.py"
    script.write_text(FAKE.replace("sys.argv[2]", 'sys.argv[2].rsplit("/")[-1].split(".")[0]'))
    monkeypatch.setattr(process, "COMMAND", (sys.executable, str(script)))
    yield
    stop_runs()


def up(app: App[None], kind: type[Screen[Any]]) -> bool:
    """Whether a screen of that kind is up and has its widgets."""
    return isinstance(app.screen, kind) and app.screen.focused is not None


async def test_a_text_is_chosen_trained_on_and_the_run_left_in_the_background(
    program: Program, fake: None, home: Path
) -> None:
    (home / "patient.txt").write_text(VERSE * 4)
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        assert isinstance(app, BardApp)
        await press(pilot, "f10")
        await until(pilot, lambda: up(app, NewRunScreen))
        app.screen.query_one("#source", Input).value = str(home / "patient.txt")
        await until(pilot, lambda: app.screen.query_one("#name", Input).value == "patient")
        assert "728 characters" in shown(app)
        await press(pilot, "enter")
        await until(pilot, lambda: up(app, TrainingScreen))
        await until(pilot, lambda: "60 s left" in shown(app))
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: up(app, LeaveScreen))
        assert "patient is still being trained" in shown(app)
        await press(pilot, "escape")
        await until(pilot, lambda: up(app, TrainingScreen))
        await press(pilot, "s")
        await until(pilot, lambda: "paused, saved" in shown(app))
        await press(pilot, "escape")
        await until(pilot, lambda: app.screen is stage)


async def test_a_text_that_cannot_be_read_is_said_in_the_dialog(
    program: Program, fake: None, home: Path
) -> None:
    (home / "utf16.txt").write_text("The lamp is low.", encoding="utf-16")
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        await press(pilot, "f10")
        await until(pilot, lambda: up(app, NewRunScreen))
        app.screen.query_one("#source", Input).value = str(home / "utf16.txt")
        await until(pilot, lambda: "^t converts it" in shown(app))
        assert "certainly UTF-16" in shown(app)
        await press(pilot, "ctrl+t")
        await until(pilot, lambda: "the original is utf16.txt.original" in shown(app))
        await until(pilot, lambda: "16 characters" in shown(app))


async def test_too_little_text_is_refused_before_anything_is_ordered(
    program: Program, fake: None, home: Path
) -> None:
    (home / "short.txt").write_text(VERSE[:100])
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        assert isinstance(app, BardApp)
        await press(pilot, "f10")
        await until(pilot, lambda: up(app, NewRunScreen))
        app.screen.query_one("#source", Input).value = str(home / "short.txt")
        await until(pilot, lambda: "at least 135 characters are needed" in shown(app))
        await press(pilot, "enter", "escape")
        await until(pilot, lambda: app.screen is stage)
        stage.session.manuscript.add_line("Hush.")
        app.action_teach()
        await until(pilot, lambda: up(app, TeachScreen))
        await until(pilot, lambda: "at least 135 characters are needed" in shown(app))
        await press(pilot, "enter")
        assert up(app, TeachScreen)
        assert app.training.workshop.runs == []


async def test_a_scene_is_taught(program: Program, fake: None) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        assert isinstance(app, BardApp)
        stage.session.manuscript.add_line(VERSE)
        app.action_teach()
        await until(pilot, lambda: up(app, TeachScreen))
        app.screen.query_one("#name", Input).value = "fine"
        await press(pilot, "enter")
        await until(pilot, lambda: up(app, TrainingScreen))
        await until(pilot, lambda: "fine is ready" in shown(app))
    assert [*paths.own_texts_dir().glob("*")] == []  # the copy of the scene was needed no more


async def test_all_of_a_scene_is_taught_where_the_writer_wrote_too_little(home: Path) -> None:
    texts = {"yours": "Hush.", "all": VERSE}
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = TeachScreen(lambda order: None, "tiny", "A", "this scene", texts, keep)
        await asked(pilot, screen)
        await until(pilot, lambda: "●all of it" in shown(host))
        assert "characters are needed" not in shown(host)


async def test_that_a_model_is_ready_is_told_with_the_key_in_force(
    program: Program, fake: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []  # on the screen, another message may take its place at once
    async with program(settings=Settings(keys={"stage.train": "f20"})) as (pilot, stage):
        assert isinstance(stage.app, BardApp)
        monkeypatch.setattr(stage, "say", told.append)
        stage.app.training.workshop.order(Order("mine", "fine", 5))
        await until(pilot, lambda: "mine is ready to write with; f20 shows it" in told)


async def test_a_run_that_has_ended_shows_again(program: Program, fake: None) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        assert isinstance(stage.app, BardApp)
        run = stage.app.training.workshop.order(Order("mine", "fine", 5))
        await until(pilot, lambda: run.progress.phase == "finished")
        await press(pilot, "f10")
        await until(pilot, lambda: "mine is ready" in shown(stage.app))


async def test_marked_scenes_are_taught(program: Program, fake: None) -> None:
    for line in ("Ann keeps the lamp.\n", "Ben keeps the stair.\n", "Cato keeps neither.\n"):
        Manuscript().add_line(line * 9)
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        await press(pilot, "ctrl+o")
        await until(pilot, lambda: up(app, ScenesScreen) and "Cato" in shown(app))
        await press(pilot, "up", "up", "up", "home", "down", "f3", "f3")
        await until(pilot, lambda: "2 marked" in shown(app))
        assert shown(app).count("✓ ") == 2
        await press(pilot, "f10")
        await until(pilot, lambda: up(app, TeachScreen))
        assert "has read these 2 scenes" in " ".join(shown(app).split())
        app.screen.query_one("#name", Input).value = "patient"
        await press(pilot, "enter")
        await until(pilot, lambda: up(app, TrainingScreen))
        await until(pilot, lambda: "60 s left" in shown(app))
        assert isinstance(app, BardApp)
        (run,) = app.training.workshop.runs
        assert Path(run.order.source).read_text().count(" keeps ") == 18


async def test_what_can_be_done_with_a_run_shows_and_can_be_clicked(
    program: Program, fake: None, home: Path
) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        app = stage.app
        assert isinstance(app, BardApp)
        run = app.training.workshop.order(Order("mine", "patient", 5))
        await until(pilot, lambda: run.progress.loss == 2.0)
        await press(pilot, "f10")
        await until(pilot, lambda: up(app, TrainingScreen) and "Pause and save" in shown(app))
        assert "Go on" not in shown(app)
        keys = app.screen.query_one(KeysLine)
        place = shown(app).splitlines()[keys.region.y].index("Pause")
        await mouse(pilot, MouseDown, keys, place, 0)
        await until(pilot, lambda: "paused, saved" in shown(app))
        await until(pilot, lambda: "Go on" in shown(app) and "Pause and save" not in shown(app))
