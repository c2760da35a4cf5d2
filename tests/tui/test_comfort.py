"""Comfort: the focus mode, the smallest terminals, themes, and what an idle program costs."""

import json

import pytest
from hosts import press, settle, shown, until
from textual.pilot import Pilot

from bardtui import paths
from bardtui.settings import Remembered, Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.stage import StageScreen

LINE = "a" * 79 + "\n"


@pytest.fixture(autouse=True)
def ready(installed: object) -> None:
    """A small model is installed and was in use last."""
    values = {"model": "tiny", "length": 20, "pace": None}
    paths.remembered_file().write_text(json.dumps(values))


async def loaded(pilot: Pilot[None], stage: StageScreen) -> None:
    """Wait for the model, and until the status says so."""
    await until(pilot, lambda: "tiny is ready" in stage.view.status.text)
    await until(pilot, lambda: "tiny is ready" in str(stage.seed_line.border_subtitle))


# --- focus mode


async def test_focus_mode_leaves_the_scene_and_the_line_and_the_same_key_brings_all_back() -> None:
    app = BardApp()
    async with app.run_test(size=(140, 40)) as pilot:
        stage = app.stage
        await loaded(pilot, stage)
        stage.session.manuscript.add_line(LINE * 100)
        stage.session.show_scene()
        await until(pilot, lambda: LINE[:-1] in shown(app))
        whole = shown(app)
        assert "Temperature" in whole
        assert "≡ bardtui" in whole
        assert "^s Save" in whole
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "Temperature" not in shown(app))
        text = shown(app)
        assert "≡ bardtui" not in text
        assert "^s Save" not in text
        assert "Your line" in text
        assert "tiny is ready" in text
        row = next(row for row in text.split("\n") if LINE[:-1] in row)
        left, right = row.split(LINE[:-1])
        assert abs(len(left) - len(right)) <= 2  # in the middle
        await press(pilot, *"Hm")
        assert stage.seed_line.text == "Hm"
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "Temperature" in shown(app) and "^s Save" in shown(app))


async def test_esc_leaves_focus_mode_once_nothing_is_written() -> None:
    app = BardApp()
    async with app.run_test(size=(120, 40)) as pilot:
        stage = app.stage
        await loaded(pilot, stage)
        stage.side.length.value, stage.side.pace.value = 20_000, 50
        await press(pilot, "ctrl+l", "enter")
        await until(pilot, lambda: stage.transcript.writing)
        await press(pilot, "escape")
        await until(pilot, lambda: not stage.session.writing)
        assert stage.has_class("-alone")
        await press(pilot, "escape")
        await until(pilot, lambda: not stage.has_class("-alone"))


@pytest.mark.parametrize("key", ["ctrl+b", "f4"])
async def test_going_to_a_pane_leaves_focus_mode(key: str) -> None:
    app = BardApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "ctrl+l")
        assert app.stage.has_class("-alone")
        await press(pilot, key)
        assert not app.stage.has_class("-alone")
        await until(pilot, lambda: app.stage.focused in app.stage.side.walk_children())


async def test_the_text_width_of_the_settings_holds_in_focus_mode() -> None:
    app = BardApp(settings=Settings(text_width=40))
    async with app.run_test(size=(120, 40)) as pilot:
        app.stage.session.manuscript.add_line("b" * 200 + "\n")
        app.stage.session.show_scene()
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "≡ bardtui" not in shown(app))
        row = next(row for row in shown(app).split("\n") if "b" * 40 in row)
        left, right = row.split("b" * 40)
        assert abs(len(left) - len(right)) <= 2


# --- small terminals


async def test_the_smallest_terminal_says_in_the_empty_line_what_the_model_does() -> None:
    app = BardApp()
    async with app.run_test(size=(20, 5)) as pilot:
        await until(pilot, lambda: "loading tiny" in shown(app) or "tiny is ready" in shown(app))
        await until(pilot, lambda: "tiny is ready" in shown(app))
        await press(pilot, "H")
        await until(pilot, lambda: "tiny is ready" not in shown(app))
        await press(pilot, "backspace")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Type a line and press Enter" in shown(app))


# --- themes


async def test_a_theme_that_is_not_there_is_said_and_the_last_one_stays() -> None:
    paths.remembered_file().write_text(json.dumps({"model": "tiny", "theme": "nord"}))
    app = BardApp(settings=Settings(theme="[/]nrod"))
    async with app.run_test() as pilot:
        assert app.theme == "nord"
        await until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert note.message.startswith("The theme '[/]nrod' in the settings does not exist.")
        assert "footlights-light" in note.message


async def test_a_theme_that_is_chosen_is_remembered_at_once_and_after_a_restart() -> None:
    app = BardApp()
    async with app.run_test() as pilot:
        assert app.theme == "footlights"
        app.theme = "footlights-light"
        await until(
            pilot, lambda: Remembered.load(paths.remembered_file()).theme == "footlights-light"
        )
    again = BardApp()
    async with again.run_test():
        assert again.theme == "footlights-light"


# --- idle


@pytest.mark.parametrize("key", ["", "f1"])
async def test_while_nothing_happens_nothing_is_drawn(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = BardApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await loaded(pilot, app.stage)
        if key:  # below a dialog, where to draw a cell is to draw all of them
            await press(pilot, key)
            await until(pilot, lambda: app.screen is not app.stage)
        await settle(pilot)
        drawn, ticks = [], []
        monkeypatch.setattr(app, "_display", lambda screen, renderable: drawn.append(renderable))
        monkeypatch.setattr(app.stage.session, "tick", lambda: ticks.append(1))
        await until(pilot, lambda: len(ticks) >= 3)
        assert not drawn
