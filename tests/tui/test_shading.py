"""Surprise in the program: shades, the border, and the key to the least expected character."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.likelihood import level
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.shading import LEVELS, spans_of
from tests.conftest import VERSE
from tests.tui.conftest import Program
from tests.tui.hosts import press, shown, until

# In letters that the tiny model knows, with words that it does not expect.
ODD = "The stair is low, the lamp asleep; BEN keeps the last of every word.\n"


def with_text(stage: StageScreen, text: str) -> None:
    stage.session.manuscript.add_line(text)
    stage.session.show_scene()


def shades(stage: StageScreen) -> set[object]:
    """The backgrounds of the text in the window."""
    view = stage.transcript
    rows = [view.render_line(y) for y in range(view.size.height)]
    return {s.style.bgcolor for row in rows for s in row if s.style and s.text.strip()}


def is_scored(stage: StageScreen) -> bool:
    return not any(map(math.isnan, stage.session.surprise.of(*stage.transcript.window)[0]))


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 4.0, 9.0, math.nan])), st.integers(0, 100))
def test_every_scored_character_is_in_the_spans_of_its_level(
    surprise: list[float], begin: int
) -> None:
    spans = spans_of(surprise, begin)
    for at, nats in enumerate(surprise, begin):
        inside = [mark for mark in LEVELS if any(a <= at < b for a, b in spans[mark])]
        assert inside == ([] if math.isnan(nats) else [LEVELS[level(nats)]])


async def test_the_text_that_shows_is_shaded_until_surprise_is_turned_off(
    program: Program,
) -> None:
    async with program(size=(110, 30)) as (pilot, stage):
        with_text(stage, ODD + VERSE * 10 + ODD)
        assert len(shades(stage)) == 1
        await press(pilot, "f9")
        await until(pilot, lambda: is_scored(stage) and len(shades(stage)) > 2)
        await until(pilot, lambda: "nats" in shown(stage.app))
        assert ">50%" in shown(stage.app)
        stage.transcript.focus()
        await press(pilot, "ctrl+home")
        await until(pilot, lambda: is_scored(stage) and "likely" in shown(stage.app))
        await press(pilot, "s")
        begin, end = stage.transcript.window
        found = stage.session.surprise.of(begin, end)[0]
        most = max(found)
        await until(pilot, lambda: found[stage.transcript.cursor - begin] == most)
        await press(pilot, "f9")
        await until(pilot, lambda: len(shades(stage)) == 1 and "nats" not in shown(stage.app))


async def test_without_colour_the_shades_are_styles_of_the_text(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with program(size=(80, 24)) as (pilot, stage):
        with_text(stage, ODD)
        await press(pilot, "f9")
        await until(pilot, lambda: is_scored(stage))
        view = stage.transcript
        rows = [view.render_line(y) for y in range(view.size.height)]
        styles = {
            (s.style.dim, s.style.bold, s.style.underline) for row in rows for s in row if s.style
        }
        assert len(styles) > 3


async def test_the_key_to_the_least_expected_character_needs_surprise(program: Program) -> None:
    async with program() as (pilot, stage):
        with_text(stage, VERSE)
        stage.transcript.focus()
        await press(pilot, "s")
        await until(pilot, lambda: "f9 shows Surprise" in shown(stage.app))
