"""The focus mode, tiny terminals, themes, and the cost of an idle program."""

import pytest
from hosts import press, shown, toasts, until
from textual.pilot import Pilot

from bardtui import paths
from bardtui.settings import Remembered, Settings
from bardtui.tui.app import BardApp
from bardtui.tui.screens.stage import StageScreen
from tests.tui.conftest import Program

LINE = "a" * 79 + "\n"


async def loaded(pilot: Pilot[None], stage: StageScreen) -> None:
    """Wait until the model is ready and the status shows it."""
    await until(pilot, lambda: "tiny is ready" in stage.view.status.text)
    await until(pilot, lambda: "tiny is ready" in str(stage.seed_line.border_subtitle))


# --- focus mode


async def test_focus_mode_hides_all_but_the_scene_and_the_line(
    program: Program,
) -> None:
    async with program(size=(140, 40)) as (pilot, stage):
        await loaded(pilot, stage)
        stage.session.manuscript.add_line(LINE * 100)
        stage.session.show_scene()
        await until(pilot, lambda: LINE[:-1] in shown(stage.app))
        whole = shown(stage.app)
        assert "Temperature" in whole
        assert "≡ bardtui" in whole
        assert "^s Save" in whole
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "Temperature" not in shown(stage.app))
        text = shown(stage.app)
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
        await until(
            pilot, lambda: "Temperature" in shown(stage.app) and "^s Save" in shown(stage.app)
        )


async def test_esc_leaves_focus_mode_when_nothing_is_being_written(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        await loaded(pilot, stage)
        stage.side.length.value, stage.side.pace.value = 20_000, 50
        await press(pilot, "ctrl+l", "enter")
        await until(pilot, lambda: stage.transcript.writing)
        await press(pilot, "escape")
        await until(pilot, lambda: not stage.session.writing)
        assert stage.has_class("-alone")
        await press(pilot, "escape")
        await until(pilot, lambda: not stage.has_class("-alone"))


async def test_going_to_a_pane_leaves_focus_mode(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        for key in ("ctrl+b", "f4"):
            stage.seed_line.focus()
            await press(pilot, "ctrl+l")
            await until(pilot, lambda: stage.has_class("-alone"))
            await press(pilot, key)
            await until(pilot, lambda: not stage.has_class("-alone"))
            await until(pilot, lambda: stage.focused in stage.side.walk_children())


async def test_focus_mode_uses_the_text_width_of_the_settings(program: Program) -> None:
    async with program(settings=Settings(text_width=40), size=(120, 40)) as (pilot, stage):
        stage.session.manuscript.add_line("b" * 200 + "\n")
        stage.session.show_scene()
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: "≡ bardtui" not in shown(stage.app))
        row = next(row for row in shown(stage.app).split("\n") if "b" * 40 in row)
        left, right = row.split("b" * 40)
        assert abs(len(left) - len(right)) <= 2


# --- small terminals


async def test_in_a_tiny_terminal_the_empty_line_shows_the_status(
    program: Program,
) -> None:
    async with program(size=(20, 5)) as (pilot, stage):
        await until(
            pilot, lambda: "loading tiny" in shown(stage.app) or "tiny is ready" in shown(stage.app)
        )
        await until(pilot, lambda: "tiny is ready" in shown(stage.app))
        await press(pilot, "H")
        await until(pilot, lambda: "tiny is ready" not in shown(stage.app))
        await press(pilot, "backspace")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Type a line and press Enter" in shown(stage.app))


# --- themes


async def test_an_unknown_theme_is_reported_and_the_last_one_stays(program: Program) -> None:
    async with program(settings=Settings(theme="[/]nrod"), theme="nord", toasts=True) as (
        pilot,
        stage,
    ):
        assert stage.app.theme == "nord"
        await until(pilot, lambda: "The theme '[/]nrod' in the settings" in toasts(stage.app))
        assert "footlights-light" in toasts(stage.app)


async def test_a_chosen_theme_is_remembered_at_once_and_after_a_restart(program: Program) -> None:
    async with program() as (pilot, stage):
        assert stage.app.theme == "footlights"
        stage.app.theme = "footlights-light"
        await until(
            pilot, lambda: Remembered.load(paths.remembered_file()).theme == "footlights-light"
        )
    again = BardApp()
    async with again.run_test():
        assert again.theme == "footlights-light"


# --- idle


@pytest.mark.parametrize("key", ["", "f1"])
async def test_an_idle_program_draws_nothing(
    key: str, monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        await loaded(pilot, stage)
        if key:  # below a dialog, where to draw a cell is to draw all of them
            await press(pilot, key)
            await until(pilot, lambda: stage.app.screen is not stage)
        ticks = []  # since it was last drawn: what began before may still arrive late
        monkeypatch.setattr(stage.app, "post_display_hook", ticks.clear)
        monkeypatch.setattr(stage.session, "tick", lambda: ticks.append(1))
        await until(pilot, lambda: len(ticks) >= 3)
