"""How sure the model was along the passages of the map."""

import math

import pytest

from bardtui.tui.certainty import CELLS, Certainty, sparkline
from tests.conftest import VERSE
from tests.tui.conftest import Program
from tests.tui.hosts import press, shown, until


def is_complete(line: str) -> bool:
    return line != "" and "·" not in line


@pytest.mark.parametrize(
    ("entropies", "bars"), [([0.0, 9.0], "▁█"), ([math.nan, 1.5], "·▅"), ([], "")]
)
def test_bars_are_low_where_the_model_was_sure(entropies: list[float], bars: str) -> None:
    assert sparkline(entropies) == bars


async def test_the_map_shows_a_bar_for_each_part_of_the_chosen_passage(program: Program) -> None:
    async with program(size=(110, 30)) as (pilot, stage):
        session = stage.session
        await until(pilot, lambda: session.model_states.get("tiny") == "ready")
        session.manuscript.add_line(VERSE * 4)
        session.show_scene()
        (passage, _) = session.manuscript.scene.path()[0]
        assert Certainty(session).line(passage) == ""
        await press(pilot, "f6")
        await until(pilot, lambda: is_complete(Certainty(session).line(passage)))
        line = Certainty(session).line(passage)
        await until(pilot, lambda: f"{line} " in shown(stage.app))
        assert len(line) == CELLS
