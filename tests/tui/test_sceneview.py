"""The cursor of the transcript: how it moves and is drawn, and that it stays in view."""

from typing import Any

import pytest
from textual.binding import Binding
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from bardtui.tui.widgets.sceneview import SceneView
from tests.tui.hosts import Host, click, press, settle, until
from tests.tui.test_transcript import LINES, SIZE, at_end, row_text, rows

VERSE = "One two three four five six\n\tAct 中文 e\u0301nd\n\nEnd"


def under(view: SceneView) -> tuple[str, int, int]:
    """The text under the cursor, and its column and row in the window."""
    found = [
        (segment.text, sum(s.cell_length for s in segments[:n]), y)
        for y in range(view.size.height)
        for segments in [list(view.render_line(y))]
        for n, segment in enumerate(segments)
        if segment.style is not None and segment.style.reverse
    ]
    assert len(found) == 1, found
    return found[0]


async def focused(pilot: Pilot[None], view: SceneView, text: str) -> None:
    view.set_passages([("model", text)])
    view.focus()
    await until(pilot, lambda: view.has_focus)
    await settle(pilot)


async def test_the_cursor_is_shown_only_with_the_focus() -> None:
    view, other = SceneView(id="one"), SceneView()
    async with Host(view, other).run_test(size=(20, 10)) as pilot:
        await focused(pilot, view, "One.")
        assert under(view) == (" ", 6, 0)
        await press(pilot, "left")
        assert under(view) == (".", 5, 0)
        other.focus()
        await until(pilot, lambda: not view.has_focus)
        assert not any(s.style and s.style.reverse for s in view.render_line(0))
        view.set_passages([])
        view.focus()
        await until(pilot, lambda: view.has_focus)
        assert not any(s.style and s.style.reverse for s in view.render_line(0))


async def test_keys_move_by_characters_and_by_rows_of_the_window() -> None:
    view = SceneView()
    async with Host(view).run_test(size=(20, 10)) as pilot:
        await focused(pilot, view, VERSE)
        assert rows(view)[:5] == [
            "  One two three",
            "  four five six",
            "      Act 中文 e\u0301nd",
            "",
            "  End",
        ]
        places = []
        for key in ["ctrl+home", "right", "end", "right", "end", "right", "home", "right", "right"]:
            await press(pilot, key)
            places.append((view.cursor, *under(view)))
        assert places == [
            (0, "O", 2, 0),
            (1, "n", 3, 0),
            (13, " ", 15, 0),  # the blank at which the row ends
            (14, "f", 2, 1),
            (27, " ", 15, 1),  # the line break
            (28, " ", 2, 2),  # the tab
            (28, " ", 2, 2),
            (29, "A", 6, 2),
            (30, "c", 7, 2),
        ]
        await press(pilot, "right", "right", "right")
        assert under(view) == ("中", 10, 2)
        await press(pilot, "right", "right", "right", "right")
        assert VERSE[view.cursor] == "n"  # the accent has no width: it is stepped over
        await press(pilot, "left")
        assert VERSE[view.cursor] == "e"
        # Up and down keep to the column, through rows that do not reach it.
        await press(pilot, "up", "up", "down", "down", "down", "down")
        assert view.cursor == len(VERSE)
        await press(pilot, "up", "up", "up", "left")
        assert VERSE[view.cursor :].startswith("x\n")
        await press(pilot, "ctrl+home", "left", "up")
        assert view.cursor == 0
        await press(pilot, "ctrl+end", "right", "down")
        assert view.cursor == len(VERSE)


async def test_a_click_moves_the_cursor() -> None:
    view = SceneView()
    async with Host(view).run_test(size=(20, 10)) as pilot:
        await focused(pilot, view, VERSE)
        for place, offset in (
            ((6, 0), 4),
            ((0, 1), 14),
            ((17, 1), 27),
            ((11, 2), 33),
            ((8, 9), len(VERSE)),
        ):
            await click(pilot, view, offset=place)
            assert view.cursor == offset


async def test_the_cursor_stays_at_the_end_of_a_growing_text_or_at_its_character() -> None:
    view = SceneView()
    async with Host(view).run_test(size=SIZE) as pilot:
        await focused(pilot, view, LINES)
        view.writing = True
        view.append("more\n" * 3)
        await settle(pilot)
        assert view.cursor == len(view.text)
        assert not any(
            "▌" not in s.text and s.style and s.style.reverse for s in view.render_line(11)
        )
        await press(pilot, "up")
        assert not view.follow
        read, cursor = rows(view)[:-1], view.cursor
        view.append("and more\n" * 30)
        await settle(pilot)
        assert (rows(view)[:-1], view.cursor) == (read, cursor)
        await press(pilot, "ctrl+end")
        assert view.follow
        assert at_end(view)
        assert view.cursor == len(view.text)


@pytest.mark.parametrize("keys", [["up"] * 30, ["pageup"] * 4, ["ctrl+home"]])
@pytest.mark.parametrize("back", ["down", "pagedown", "ctrl+end"])
async def test_the_cursor_is_always_in_view(keys: list[str], back: str) -> None:
    view = SceneView()
    async with Host(view).run_test(size=SIZE) as pilot:
        await focused(pilot, view, LINES[: LINES.index("line 60 ")])
        for key in keys:
            await press(pilot, key)
            under(view)
        assert not view.follow
        for _ in range(80):
            if view.follow and view.cursor == len(view.text):
                break
            await press(pilot, back)
            under(view)
        assert view.follow


async def test_page_keys_move_the_text_and_the_cursor() -> None:
    view = SceneView()
    async with Host(view).run_test(size=SIZE) as pilot:
        await focused(pilot, view, LINES)
        await press(pilot, "up", "up", "pageup")
        height = view.size.height
        assert view.scroll_offset.y == view.max_scroll_y - height
        assert under(view)[2] == height - 3
        await press(pilot, "pagedown")
        assert at_end(view)
        assert under(view)[2] == height - 3


async def test_scrolling_moves_the_cursor_and_another_text_keeps_it() -> None:
    view = SceneView()
    async with Host(view).run_test(size=SIZE) as pilot:
        await focused(pilot, view, LINES)
        for _ in range(6):
            place = view.region.offset + (5, 5)
            view.post_message(MouseScrollUp(view, 5, 5, 0, 0, 0, False, False, False, *place))
            await settle(pilot)
        await until(pilot, lambda: view.scroll_offset.y < view.max_scroll_y)
        await settle(pilot)
        under(view)
        cursor = view.cursor
        view.set_passages([("model", LINES + "and on")])
        assert view.cursor == cursor
        view.set_passages([("writer", "Short.")])
        assert view.cursor == len("Short.")
        await pilot.resize_terminal(30, 6)
        await until(pilot, lambda: view.outer_size.width == 30)
        assert under(view)[1:] == (8, 0)


@pytest.mark.parametrize("size", [(7, 3), (3, 2), (1, 1)])
async def test_rows_still_fill_a_tiny_window(size: tuple[int, int]) -> None:
    view = SceneView()
    async with Host(view).run_test(size=size) as pilot:
        await focused(pilot, view, VERSE + " " * 30 + "\n")
        for key in ("up", "end", "left", "ctrl+home", "end", "pagedown", "ctrl+end"):
            await press(pilot, key)
            for y in range(view.size.height):
                assert sum(s.cell_length for s in view.render_line(y)) == view.size.width
                assert row_text(view, y).replace("▌", "").isprintable()


def test_every_binding_has_an_id() -> None:
    bindings: list[Any] = list(SceneView.BINDINGS)
    assert all(isinstance(b, Binding) and b.id and b.tooltip for b in bindings)
    assert len({binding.id for binding in bindings}) == len(bindings)
