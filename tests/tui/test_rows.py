"""Lists of options of several rows: what a click chooses, and where the window begins."""

import pytest
from hosts import Host, mouse, press, settle, until
from textual.content import Content
from textual.events import MouseDown, MouseScrollDown, MouseScrollUp, MouseUp
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.tui.widgets.rows import ListPane, Rows


def options(count: int, rows: int) -> list[Option]:
    """Options of some rows each, which are numbered: `3.0`, `3.1`."""

    def option(number: int) -> Option:
        prompt = Rows(lambda width: [Content(f"{number}.{row}") for row in range(rows)])
        return Option(prompt, id=str(number))

    return [option(number) for number in range(count)]


def a_list(rows: int = 2, count: int = 20) -> ListPane:
    pane = ListPane()
    pane.add_options(options(count, rows))
    return pane


def first_row(pane: ListPane) -> str:
    """What the first row of the window says."""
    return pane.render_line(0).text.strip()


async def test_a_click_chooses_the_option_that_was_pressed() -> None:
    pane, other = a_list(), ListPane()
    host = Host(pane, other)
    async with host.run_test(size=(20, 20), message_hook=host.hear) as pilot:
        other.focus()
        await mouse(pilot, MouseDown, pane, 3, 3)
        pane.scroll_to(y=10, animate=False)  # as when the focus scrolls it
        await until(pilot, lambda: first_row(pane) == "5.0")
        await mouse(pilot, MouseUp, pane, 3, 3)
        await until(pilot, lambda: bool(host.got(OptionList.OptionSelected)))
        assert host.got(OptionList.OptionSelected)[0].option_id == "1"


async def test_a_click_on_an_option_that_goes_chooses_nothing() -> None:
    pane = a_list()
    host = Host(pane)
    async with host.run_test(size=(20, 20), message_hook=host.hear) as pilot:
        await mouse(pilot, MouseDown, pane, 3, 3)
        pane.remove_option("1")
        await mouse(pilot, MouseUp, pane, 3, 3)
        await settle(pilot)
        assert not host.got(OptionList.OptionSelected)


@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("height", [3, 4, 7, 8])
async def test_the_window_begins_with_the_first_row_of_an_option(rows: int, height: int) -> None:
    pane = a_list(rows)
    pane.styles.height = height
    host = Host(pane)
    async with host.run_test(size=(20, 20)) as pilot:
        pane.focus()
        for wheel in [MouseScrollDown] * 12 + [MouseScrollUp] * 3:
            await mouse(pilot, wheel, pane, 1, 1, button=0)
            assert first_row(pane).endswith(".0")
        for key in ["end", "up", "pageup", "pageup", "down", "pagedown", "home"]:
            await press(pilot, key)
            assert first_row(pane).endswith(".0")
        pane.scroll_end(animate=False)
        await until(pilot, lambda: pane.scroll_offset.y == pane.max_scroll_y)
        last = [pane.render_line(y).text.strip() for y in range(pane.size.height)]
        assert first_row(pane).endswith(".0")
        assert "19.0" in last


async def test_the_wheel_reaches_both_ends_in_single_rows() -> None:
    pane = a_list(rows=3, count=5)
    pane.styles.height = 6
    host = Host(pane)
    async with host.run_test(size=(20, 20)) as pilot:
        for wheel, row in ((MouseScrollDown, "4.0"), (MouseScrollUp, "0.0")):
            for _ in range(12):
                await mouse(pilot, wheel, pane, 1, 1, button=0)
            shown = [pane.render_line(y).text.strip() for y in range(pane.size.height)]
            assert row in shown


@pytest.mark.parametrize("key", ["pageup", "pagedown"])
async def test_page_keys_do_nothing_without_room(key: str) -> None:
    pane = a_list()
    host = Host(pane)
    async with host.run_test(size=(1, 1)) as pilot:
        pane.focus()
        await press(pilot, key)
        assert pane.highlighted is None
