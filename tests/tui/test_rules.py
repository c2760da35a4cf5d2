"""Form, banned phrases and the cast of a play, by the keys and the mouse."""

import json

import pytest
from hosts import click, press, shown, toasts, until

from bardtui import paths
from bardtui.scene.banned import banned_in
from bardtui.settings import Remembered
from bardtui.tui.screens.banned import BannedScreen
from bardtui.tui.screens.plays import PlaysScreen
from tests.tui.conftest import Program

pytestmark = pytest.mark.usefixtures("installed")

CASTS = {"Hamlet": {"HAMLET": 30, "HORATIO": 20}, "[b]King Lear\x1b": {"LEAR": 9, "KENT": 5}}


async def test_the_form_is_chosen_in_a_small_terminal_and_remembered(program: Program) -> None:
    async with program(size=(80, 24)) as (pilot, stage):
        await press(pilot, "ctrl+b", "tab", "tab", "tab")
        assert stage.focused is stage.side.form
        await press(pilot, "right", "right", "right")
        assert stage.session.remembered.form == "prose"
        await press(pilot, "escape")
        assert "· prose ·" in shown(stage.app)
        await press(pilot, "ctrl+b")
        await until(pilot, lambda: "◂ prose ▸" in shown(stage.app))
        await click(pilot, stage.side.form, offset=(3, 1))
        await until(pilot, lambda: stage.session.remembered.form == "screenplay")
    assert Remembered.load(paths.remembered_file()).form == "screenplay"


async def test_phrases_are_banned_in_the_scene(program: Program) -> None:
    async with program() as (pilot, stage):
        stage.action_ban()
        await until(pilot, lambda: isinstance(stage.app.screen, BannedScreen))
        await press(pilot, *"sir", "enter", *"my lord", "ctrl+s")
        await until(pilot, lambda: stage.app.screen is stage)
        assert banned_in(stage.session.manuscript.scene) == ("sir", "my lord")
        stage.action_ban()
        await until(pilot, lambda: isinstance(stage.app.screen, BannedScreen))
        await press(pilot, "enter", *"x" * 201, "ctrl+s")
        await until(pilot, lambda: "longer than 200" in shown(stage.app))
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        assert banned_in(stage.session.manuscript.scene) == ("sir", "my lord")


async def test_the_cast_of_a_play_is_taken_from_the_cast_pane(program: Program) -> None:
    async with program(size=(80, 24), toasts=True) as (pilot, stage):
        await press(pilot, "f4", "down", "down", "enter")
        await until(pilot, lambda: "tiny knows no casts" in toasts(stage.app))
        file = paths.models_dir() / "tiny" / "model.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"casts": CASTS}))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(stage.app.screen, PlaysScreen))
        assert "[b]King Lear␛" in shown(stage.app)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: [r.name for r in stage.session.cast.roles] == ["LEAR", "KENT"])
