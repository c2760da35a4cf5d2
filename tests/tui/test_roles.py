"""Roles on the stage, with a real engine and a small real model."""

import pytest
from hosts import press, shown, until
from textual.content import Content
from textual.pilot import Pilot

from bardtui import paths
from bardtui.scene.cast import Cast, Role, speakers
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.passage import Passage
from bardtui.scene.script import Speech, parse
from bardtui.tui.app import BardApp
from bardtui.tui.screens.role import RoleScreen
from bardtui.tui.screens.stage import StageScreen
from tests.tui.conftest import Program

pytestmark = pytest.mark.usefixtures("installed")

LINE = "the stair has counted every tread."  # after which the model knows what Ben says
ANN = Role("ANN", "writer")
BEN = Role("BEN", temperature=0.3)
REMEMBERED = {"length": 400, "temperature": 0.4, "rule": "speech"}


async def written(pilot: Pilot[None], stage: StageScreen, line: str = "") -> Passage:
    """Send a line and return the passage that the model writes."""
    await press(pilot, *line, "enter")
    await until(pilot, lambda: not stage.session.writing)
    return stage.session.manuscript.scene.path()[-1][0]


def title(stage: StageScreen) -> str:
    """The title of the seed line."""
    return Content.from_markup(str(stage.seed_line.border_title)).plain


def with_cast(app: BardApp, *roles: Role) -> StageScreen:
    app.stage.session.keep_cast(Cast(roles))
    return app.stage


async def test_a_line_is_added_under_its_cue_and_answered_with_a_speech(program: Program) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, ANN, BEN)
        assert title(stage) == "You are ANN"
        answer = await written(pilot, stage, LINE)
        text = stage.session.text
        assert text.startswith(f"ANN:\n{LINE}\n\nBEN:\n")
        assert answer.text.startswith("\nBEN:\n")
        assert list(speakers(answer.text)) == ["BEN"]
        assert len(answer.text) < 400
        assert answer.text.endswith("\n")
        assert answer.settings["temperature"] == 0.3
        assert answer.settings["stop"] == "speech"
        assert stage.transcript.text == text
    (path,) = paths.scenes_dir().iterdir()
    scene = read_scene(path)[0]
    assert scene.text == text
    assert Cast.of(scene) == Cast((ANN, BEN))


async def test_enter_lets_the_models_roles_speak_in_turn_but_muted_ones(
    program: Program,
) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        roles = [Role("ANN", temperature=0.5), Role("BEN"), Role("CAT", muted=True)]
        stage = with_cast(stage.app, *roles)
        passages = [await written(pilot, stage) for _ in range(4)]
        assert list(speakers(stage.session.text)) == ["ANN", "BEN"] * 2
        assert [p.settings["temperature"] for p in passages] == [0.5, 0.4] * 2
        assert all(isinstance(block, Speech) for block in parse(stage.session.text))


async def test_a_retry_is_by_the_same_role(program: Program) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, Role("ANN", temperature=0.5), BEN)
        await written(pilot, stage)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: not stage.session.writing)
        assert list(speakers(stage.session.text)) == ["ANN"]
        assert len(stage.session.manuscript.takes()) == 2


async def test_a_retry_keeps_the_take_if_no_role_may_speak(program: Program) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, ANN, BEN)
        await written(pilot, stage, LINE)
        text = stage.session.text
        with_cast(stage.app, ANN, Role("BEN", muted=True))
        await press(pilot, "ctrl+r")
        assert not stage.session.writing
        assert stage.session.text == stage.transcript.text == text
        with_cast(stage.app, ANN, BEN)
        await press(pilot, *"Mine.", "enter")
        await press(pilot, "escape")  # perhaps before its first character
        await until(pilot, lambda: not stage.session.writing)
        assert stage.session.text.startswith(f"{text}\nANN:\nMine.\n")


async def test_the_speaking_role_is_marked_and_named(program: Program) -> None:
    async with program(length=2_000, pace=10, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, ANN, BEN)
        assert "▌▸ ANN" in shown(stage.app)
        await press(pilot, *LINE, "enter")
        await until(pilot, lambda: "BEN (tiny) writes" in shown(stage.app))
        assert " ▸ BEN" in shown(stage.app)
        await until(pilot, lambda: len(stage.transcript.text) > len(f"ANN:\n{LINE}\n\nBEN:\n") + 3)
        await press(pilot, "escape")
        await until(pilot, lambda: "▌▸ ANN" in shown(stage.app))
        assert not stage.session.text.endswith("\n")
        answer = await written(pilot, stage)  # which finishes what he says
        assert answer.settings["temperature"] == 0.3
        assert list(speakers(stage.session.text)) == ["ANN", "BEN"]


async def test_without_a_role_of_its_own_the_model_does_not_write(
    program: Program,
) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, ANN)
        await press(pilot, *"Ho!", "enter")
        await until(pilot, lambda: "no role that may speak" in shown(stage.app))
        assert not stage.session.writing
        assert stage.session.text == "ANN:\nHo!\n"


async def test_the_speakers_of_a_scene_are_added_to_its_cast(
    program: Program,
) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage.session.manuscript.add_line("ANN:\nWho?\n\nBEN:\nI.\n")
        stage.session.show_scene()
        await press(pilot, "f4", "down", "enter")
        await until(pilot, lambda: stage.session.manuscript.cast == Cast((ANN, Role("BEN"))))
        await until(pilot, lambda: "Cast  2 roles" in shown(stage.app))
        await press(pilot, "f8")
        await until(pilot, lambda: "Everybody is in the cast already" in shown(stage.app))


async def test_roles_are_added_and_removed_in_the_folded_pane(
    program: Program,
) -> None:
    async with program(**REMEMBERED, size=(80, 24)) as (pilot, stage):
        await press(pilot, "f4")
        assert stage.focused is stage.side.cast
        await press(pilot, "insert")
        await until(pilot, lambda: isinstance(stage.app.screen, RoleScreen))
        await press(pilot, *"ann", "enter")
        await until(pilot, lambda: stage.session.manuscript.cast == Cast((Role("ANN"),)))
        await until(pilot, lambda: stage.app.screen is stage)
        await press(pilot, "left")
        await until(pilot, lambda: stage.session.manuscript.cast == Cast((ANN,)))
        assert title(stage) == "You are ANN"
        await press(pilot, "delete")
        await until(pilot, lambda: stage.session.manuscript.cast == Cast())
        assert title(stage) == "Your line"
        await press(pilot, "escape")
        assert not stage.has_class("-drawer")
        await press(pilot, "f4", *"am")
        assert stage.seed_line.text == "am"


async def test_a_stop_rule_ends_free_text_and_is_remembered() -> None:
    app = BardApp()
    async with app.run_test(size=(120, 34)) as pilot:
        stage = app.stage
        stage.side.rule.focus()
        await press(pilot, "right")
        await until(pilot, lambda: "Stops after  a line" in shown(app))
        stage.seed_line.focus()
        answer = await written(pilot, stage, "ANN:")
        assert answer.text.strip("\n").count("\n") == 0
        assert answer.text.endswith("\n")
        assert answer.settings["stop"] == "line"
        assert "to a line's end" in stage.side.summary()
    again = BardApp()
    async with again.run_test(size=(120, 34)):
        assert again.stage.session.remembered.rule == "line"


async def test_another_scene_has_another_cast(program: Program) -> None:
    async with program(**REMEMBERED, size=(120, 34)) as (pilot, stage):
        stage = with_cast(stage.app, ANN, BEN)
        await written(pilot, stage, "Ho!")
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: "Cast  no roles" in shown(stage.app))
        assert stage.session.manuscript.cast == Cast()
