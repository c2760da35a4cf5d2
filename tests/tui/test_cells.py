"""The strip of cells below the transcript."""

import numpy as np
import pytest
from hosts import press, shown, until

from bardtui.model.cell_names import NamedCell, save_names
from bardtui.model.layers import CELL
from bardtui.model.store import ModelBundle
from bardtui.tui.widgets.cellstrip import LEVELS, CellStrip, shaded
from tests.tui.conftest import Program

pytestmark = pytest.mark.usefixtures("installed")


def test_a_shade_is_a_level_and_a_sign() -> None:
    values = np.array([-1, -0.5, -0.01, 0, 0.5, 1], np.float32)
    assert shaded("output gate", values) == [
        (7, True),
        (4, True),
        (0, True),
        (0, False),
        (4, False),
        (7, False),
    ]
    assert shaded(CELL, 40 * values)[-1] == (7, False)


async def test_the_strip_shows_the_state_at_the_cursor(
    program: Program, installed: ModelBundle
) -> None:
    save_names(installed.sha256, [NamedCell(2, 5, "cue", True), NamedCell(1, 3, "verse", False)])
    async with program() as (pilot, stage):
        stage.session.send("ANN:")
        await until(pilot, lambda: not stage.session.writing and len(stage.session.text) > 10)
        text = stage.session.text
        await press(pilot, "f12")
        await until(pilot, lambda: "layer 2 of 2 · cell state" in shown(stage.app))
        assert "cue" in shown(stage.app)
        stage.transcript.focus()
        await press(pilot, "ctrl+home")
        await until(pilot, lambda: "after A" in shown(stage.app))
        await press(pilot, "right", "right", "right")
        await until(pilot, lambda: f"after {text[:4]}" in shown(stage.app))
        stage.query_one(CellStrip).focus()
        await press(pilot, "up", "right")
        await until(pilot, lambda: "layer 1 of 2 · hidden state" in shown(stage.app))
        assert "not verse" in shown(stage.app)
        await press(pilot, "down", "left", "left")
        await until(pilot, lambda: "layer 2 of 2 · candidate" in shown(stage.app))
        await press(pilot, "f12")
        await until(pilot, lambda: "Cells" not in shown(stage.app))
        assert stage.focused is stage.seed_line


async def test_without_colour_characters_and_signs_stand_for_shades(
    program: Program, monkeypatch: pytest.MonkeyPatch, installed: ModelBundle
) -> None:
    save_names(installed.sha256, [NamedCell(2, 5, "cue", True)])
    monkeypatch.setenv("NO_COLOR", "1")
    async with program(pace=60, length=20_000) as (pilot, stage):
        await press(pilot, "f12")
        stage.session.send("ANN:")
        await until(pilot, lambda: "layer 2 of 2" in shown(stage.app))
        assert stage.session.writing  # the state of what shows so far
        strip = stage.query_one(CellStrip)
        row = "".join(segment.text for segment in strip.render_line(1)).strip()
        assert len(row) > 5
        assert set(row) <= set(LEVELS)
        named = "".join(segment.text for segment in strip.render_line(0))
        assert named[:5] in {f"cue {sign}" for sign in "+-"}
        stage.session.stop()
