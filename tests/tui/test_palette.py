"""The command palette without room, clicked twice, and typed into after it has closed."""

from collections.abc import Iterable

import pytest
from hosts import Host, press, settle, until
from textual import events
from textual.app import SystemCommand
from textual.command import CommandInput, CommandList
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from bardtui.tui.screens.palette import Palette


class Counter(Host):
    """Has one command, which counts its runs."""

    count = 0

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Count", "one more", self.add_one)

    def add_one(self) -> None:
        self.count += 1


async def opened(pilot: Pilot[None]) -> Palette:
    palette = Palette()
    pilot.app.push_screen(palette)
    await until(pilot, lambda: bool(palette.query(CommandList)))
    commands = palette.query_one(CommandList)
    await until(pilot, lambda: commands.option_count == 1)
    return palette


@pytest.mark.parametrize("size", [(40, 1), (40, 2), (20, 5)])
async def test_page_keys_do_nothing_without_room_for_the_list(size: tuple[int, int]) -> None:
    app = Counter()
    async with app.run_test(size=size) as pilot:
        palette = await opened(pilot)
        await press(pilot, "pageup", "pagedown", "down", "pageup", "pagedown", "escape")
        await until(pilot, lambda: app.screen is not palette)


async def test_a_double_click_runs_the_command_once() -> None:
    app = Counter()
    async with app.run_test(size=(80, 24)) as pilot:
        palette = await opened(pilot)
        commands = palette.query_one(CommandList)
        await until(pilot, lambda: commands.size.height > 0)
        x, y = commands.content_region.offset + (2, 0)
        for kind in (events.MouseDown, events.MouseUp) * 2:
            app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await until(pilot, lambda: app.count > 0)
        await settle(pilot)
        assert app.count == 1


async def test_a_second_enter_does_not_run_the_command_again() -> None:
    app = Counter()
    async with app.run_test(size=(80, 24)) as pilot:
        field = (await opened(pilot)).query_one(CommandInput)
        for _ in range(2):
            field.post_message(Input.Submitted(field, "Count"))
        await until(pilot, lambda: app.count > 0)
        await settle(pilot)
        assert app.count == 1


async def test_what_is_typed_after_it_has_closed_is_not_searched() -> None:
    app = Counter()
    async with app.run_test(size=(80, 24)) as pilot:
        palette = await opened(pilot)
        field = palette.query_one(CommandInput)
        palette.dismiss()
        palette.post_message(Input.Changed(field, "Count"))
        await until(pilot, lambda: not palette.is_running)
        assert app.is_running


async def test_a_paste_that_acts_on_a_terminal_is_refused() -> None:
    async with Counter().run_test(size=(80, 24)) as pilot:
        palette = await opened(pilot)
        field = palette.query_one(Input)
        for text in ("\x9b31m\u202eCount", "\x1b[2J", "Co"):
            pilot.app.post_message(events.Paste(text))
        await until(pilot, lambda: bool(field.value))
        assert field.value == "Co"
