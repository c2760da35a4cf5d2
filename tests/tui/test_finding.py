"""Finding and replacing, renaming, and going from speech to speech on the stage."""

from pathlib import Path
from typing import Any

import pytest
from hosts import press, shown, until
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from bardtui.scene.bookmarks import bookmarks
from bardtui.scene.cast import Cast, Role
from bardtui.scene.kept import kept_in
from bardtui.tui import flows
from bardtui.tui.screens.character import CharacterScreen
from bardtui.tui.screens.kept import KeptScreen
from bardtui.tui.screens.save import SaveScreen
from bardtui.tui.screens.scenes import ScenesScreen
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.screens.title import PassageNameScreen, TitleScreen
from tests.tui.conftest import Program

pytestmark = pytest.mark.usefixtures("installed")

TEXT = "TOM:\nThe tide, the tide!\n\nANN:\nNo tide, Tom.\n\nTOM:\nWell.\n"


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    path = tmp_path / "quay.txt"
    path.write_text(TEXT)
    return path


async def find(pilot: Pilot[None], stage: StageScreen, words: str) -> None:
    """Open the find bar and type words."""
    await press(pilot, "ctrl+f")
    await until(pilot, lambda: isinstance(stage.focused, Input))
    await press(pilot, *words)


async def up(pilot: Pilot[None], kind: type[Screen[Any]]) -> None:
    """Wait until a dialog is up and takes keys."""
    await until(
        pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.focused is not None
    )


async def test_words_are_found_and_replaced_one_by_one_or_all(
    program: Program, scene: Path
) -> None:
    async with program() as (pilot, stage):
        stage.session.open(scene)
        await find(pilot, stage, "tide")
        await until(pilot, lambda: "1 of 3 ↑↓" in shown(stage.app))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "3 of 3" in shown(stage.app))
        assert stage.transcript.cursor == TEXT.rindex("tide")
        await press(pilot, "down", "tab", *"sea", "enter")
        await until(pilot, lambda: stage.session.text.startswith("TOM:\nThe sea, the tide!"))
        await until(pilot, lambda: "1 of 2" in shown(stage.app))
        await press(pilot, "tab", "enter")
        await until(pilot, lambda: stage.session.text == TEXT.replace("tide", "sea"))
        assert "nothing found" in shown(stage.app)
        await press(pilot, "escape")
        await until(pilot, lambda: stage.focused is stage.seed_line)
        await press(pilot, "ctrl+z", "ctrl+z")
        await until(pilot, lambda: stage.session.text == TEXT)


async def test_keys_wait_for_the_hits_of_a_long_text(program: Program, scene: Path) -> None:
    scene.write_text(TEXT * 4_000)
    async with program() as (pilot, stage):
        stage.session.open(scene)
        await find(pilot, stage, "tide")
        await press(pilot, "up", "up")
        await until(pilot, lambda: "11,999 of 12,000" in shown(stage.app))
        await press(pilot, "z", "down")
        await until(pilot, lambda: "nothing found" in shown(stage.app))
        await press(pilot, "backspace", "tab", *"sea", "enter")
        await until(pilot, lambda: "of 11,999" in shown(stage.app))
        assert stage.session.text.count("sea") == 1
        assert len(stage.session.text) == len(TEXT) * 4_000 - 1
        await press(pilot, "escape", "ctrl+z")
        await until(pilot, lambda: stage.session.text == TEXT * 4_000)


async def test_closing_the_find_bar_leaves_the_cursor_at_the_hit(
    program: Program, scene: Path
) -> None:
    async with program() as (pilot, stage):
        stage.session.open(scene)
        await find(pilot, stage, "no tide")
        await until(pilot, lambda: "1 of 1" in shown(stage.app))
        await press(pilot, "escape")
        await until(pilot, lambda: stage.focused is stage.transcript)
        assert stage.transcript.cursor == TEXT.index("No tide")
        await press(pilot, "ctrl+up")
        assert stage.transcript.cursor == TEXT.index("ANN")
        await press(pilot, "ctrl+down")
        assert stage.transcript.cursor == TEXT.rindex("TOM")
        await press(pilot, "alt+up")
        assert stage.transcript.cursor == 0


async def test_closing_the_find_bar_leaves_the_cursor_at_a_hit_in_the_last_rows(
    program: Program, scene: Path
) -> None:
    scene.write_text(TEXT * 9)
    async with program(size=(80, 24)) as (pilot, stage):
        stage.session.open(scene)
        await find(pilot, stage, "well")
        await until(pilot, lambda: "1 of 9" in shown(stage.app))
        await press(pilot, "up")
        await until(pilot, lambda: "9 of 9" in shown(stage.app))
        height = stage.transcript.size.height
        await press(pilot, "escape")
        await until(pilot, lambda: stage.transcript.has_focus)
        await until(pilot, lambda: stage.transcript.size.height > height)
        assert stage.transcript.cursor == (TEXT * 9).rindex("Well")


async def test_a_character_is_renamed_in_the_text_and_in_the_cast(
    program: Program, scene: Path
) -> None:
    async with program() as (pilot, stage):
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        stage.session.open(scene)
        stage.session.keep_cast(Cast((Role("TOM", "writer"), Role("ANN"))))
        stage.run_flow(flows.rename_character)
        await up(pilot, CharacterScreen)
        await press(pilot, *"ann", "enter")
        await until(pilot, lambda: "ANN is in the scene already" in shown(stage.app))
        await press(pilot, "ctrl+u", *"ben", "enter")
        await until(pilot, lambda: stage.app.screen is stage)
        await until(
            pilot, lambda: stage.session.text == TEXT.replace("TOM", "BEN").replace("Tom", "Ben")
        )
        assert [role.name for role in stage.session.cast.roles] == ["BEN", "ANN"]
        await until(pilot, lambda: "Changed in 3 places" in shown(stage.app))
        await press(pilot, "ctrl+z")
        assert stage.session.text == TEXT
        assert [role.name for role in stage.session.cast.roles] == ["TOM", "ANN"]


async def test_the_scene_on_the_stage_is_renamed(program: Program, scene: Path) -> None:
    async with program() as (pilot, stage):
        stage.session.open(scene)
        await press(pilot, "f2")
        await up(pilot, TitleScreen)
        await press(pilot, "ctrl+u", *"The Quay", "enter")
        await until(pilot, lambda: "The Quay" in shown(stage.app))
        assert stage.session.manuscript.scene.title == "The Quay"


async def test_a_scene_opens_at_what_was_found_in_it_also_in_another_take(
    program: Program, scene: Path
) -> None:
    async with program() as (pilot, stage):
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        stage.session.open(scene)
        manuscript = stage.session.manuscript
        other = manuscript.scene.add("writer", "\nANN:\nThe lantern\nis out.\n")
        stage.session.undo()
        stage.session.new()
        await press(pilot, "ctrl+o")
        await up(pilot, ScenesScreen)
        await press(pilot, *"lantern is")
        await until(pilot, lambda: "in another take" in shown(stage.app))
        await press(pilot, "enter")
        await until(pilot, lambda: stage.app.screen is stage)
        await until(pilot, lambda: "1 of 1" in shown(stage.app))
        assert stage.session.manuscript.scene.head == other.id
        assert stage.transcript.cursor == stage.session.text.index("lantern")


async def test_a_paragraph_is_kept_listed_gone_to_and_saved_alone(
    program: Program, scene: Path, home: Path
) -> None:
    async with program() as (pilot, stage):
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        await press(pilot, "f7")
        await until(pilot, lambda: "Nothing kept yet" in shown(stage.app))
        stage.session.open(scene)
        stage.transcript.focus()
        stage.transcript.go_to(TEXT.index("No tide"))
        await press(pilot, "ctrl+k")
        await until(pilot, lambda: "Kept: 1 in this scene" in shown(stage.app))
        stage.transcript.go_to(0)
        await press(pilot, "f7")
        await until(pilot, lambda: "ANN: No tide, Tom." in shown(stage.app))
        await press(pilot, "enter")
        await until(pilot, lambda: stage.app.screen is stage)
        assert stage.transcript.cursor == TEXT.index("ANN")
        await press(pilot, "f7")
        await up(pilot, KeptScreen)
        await press(pilot, "ctrl+s")
        await up(pilot, SaveScreen)
        target = home / "kept.txt"
        stage.app.screen.query_one("#path", Input).value = str(target)
        await press(pilot, "enter")
        await until(pilot, target.exists)
        assert target.read_text() == "ANN:\nNo tide, Tom.\n"
        await until(pilot, lambda: stage.app.screen is stage)
        await press(pilot, "f7")
        await up(pilot, KeptScreen)
        await press(pilot, "delete")
        await until(pilot, lambda: stage.app.screen is stage)
        assert kept_in(stage.session.manuscript.scene) == []


async def test_a_passage_is_named_listed_and_gone_to_from_another_take(
    program: Program, scene: Path
) -> None:
    async with program() as (pilot, stage):
        await until(pilot, lambda: stage.session.model_states.get("tiny") == "ready")
        stage.session.open(scene)
        tree = stage.session.manuscript.scene
        stage.run_flow(flows.name_passage)
        await up(pilot, PassageNameScreen)
        await press(pilot, *"the quay", "enter")
        await until(pilot, lambda: stage.app.screen is stage and bool(bookmarks(tree)))
        stage.session.undo()
        stage.session.manuscript.add_line("Another beginning.\n")
        stage.session.show_scene()
        assert stage.session.text != TEXT
        await press(pilot, "f7")
        await until(pilot, lambda: "⚑ the quay" in shown(stage.app))
        await press(pilot, "enter")
        await until(pilot, lambda: stage.session.text == TEXT and stage.transcript.has_focus)
        await until(pilot, lambda: "⚑ the quay" in str(stage.transcript.border_title))
        await press(pilot, "f7")
        await up(pilot, KeptScreen)
        await press(pilot, "delete")
        await until(pilot, lambda: stage.app.screen is stage)
        assert bookmarks(tree) == []


async def test_a_screenplay_is_offered_in_fountain(program: Program, tmp_path: Path) -> None:
    screenplay = tmp_path / "quay.fountain"
    screenplay.write_text("Title: The Quay\n\nINT. QUAY\n\nTOM\nNo.\n")
    async with program() as (pilot, stage):
        stage.session.open(screenplay)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: "The Quay.fountain" in shown(stage.app))
