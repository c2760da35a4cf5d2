"""The dial: its stops, its keys, typing into it, the mouse, and how it is drawn."""

import math
from collections.abc import Callable

import pytest
from hosts import Host, click, press, settle, shown, until
from hypothesis import given
from hypothesis import strategies as st
from textual.events import MouseScrollDown, MouseScrollUp

from bardtui.tui.widgets.dial import Dial, linear_stops, round_stops


def temperature(value: float = 0.8) -> Dial:
    return Dial(
        "Temperature",
        0.1,
        2.0,
        value,
        step=0.05,
        format="{:.2f}".format,
        low_hint="sober",
        high_hint="wild",
    )


def length(value: float = 400) -> Dial:
    return Dial("Length", 1, 20_000, value, scale="log", format="{:,.0f}".format)


def pace(value: float = 120) -> Dial:
    return Dial(
        "Pace",
        10,
        1000,
        value,
        scale="log",
        unlimited=True,
        format=lambda v: "full speed" if math.isinf(v) else f"{v:.0f}",
    )


def title(host: Host) -> str:
    """The top border without its line."""
    return shown(host).splitlines()[0].strip("╭╮─ ")


def footing(host: Host) -> str:
    """The bottom border without its line."""
    return shown(host).splitlines()[3].strip("╰╯─ ")


def test_linear_stops_are_exact_and_end_at_the_maximum() -> None:
    stops = linear_stops(0.1, 2.0, 0.05)
    assert (stops[0], stops[14], stops[-1], len(stops)) == (0.1, 0.8, 2.0, 39)
    assert linear_stops(0, 1, 0.3) == (0, 0.3, 0.6, 0.9, 1)


def test_round_stops_are_whole_and_round() -> None:
    assert round_stops(10, 120) == (10, 15, 20, 30, 40, 50, 70, 100, 120)
    stops = round_stops(1, 20_000)
    assert stops[:8] == (1, 2, 3, 4, 5, 7, 10, 15)
    assert stops[-3:] == (10_000, 15_000, 20_000)
    assert all(stop.is_integer() for stop in stops)


@pytest.mark.parametrize(
    ("dial", "key", "value"),
    [
        (temperature, "right", 0.85),
        (temperature, "left", 0.75),
        (temperature, "pageup", 1.05),
        (temperature, "pagedown", 0.55),
        (temperature, "shift+right", 1.05),
        (temperature, "ctrl+left", 0.55),
        (temperature, "home", 0.1),
        (temperature, "end", 2.0),
        (length, "right", 500),
        (length, "left", 300),
        (length, "pageup", 2000),
        (length, "end", 20_000),
        (pace, "right", 150),
        (pace, "left", 100),
        (pace, "end", math.inf),
    ],
)
async def test_keys_go_from_stop_to_stop(dial: Callable[[], Dial], key: str, value: float) -> None:
    widget = dial()
    host = Host(widget)
    async with host.run_test(message_hook=host.hear) as pilot:
        widget.focus()
        await press(pilot, key)
        await until(pilot, lambda: bool(host.got(Dial.Changed)))
        assert widget.value == value
        (changed,) = host.got(Dial.Changed)
        assert (changed.dial, changed.control, changed.value) == (widget, widget, value)


@pytest.mark.parametrize("key", ["left", "right", "pageup", "pagedown"])
async def test_at_the_ends_nothing_changes(key: str) -> None:
    widget = temperature(0.1 if key in ("left", "pagedown") else 2.0)
    host = Host(widget)
    async with host.run_test(message_hook=host.hear) as pilot:
        widget.focus()
        await press(pilot, key)
        await settle(pilot)
        assert not host.got(Dial.Changed)


async def test_full_speed_lies_above_the_maximum() -> None:
    widget = pace(1000)
    host = Host(widget)
    async with host.run_test(size=(40, 6)) as pilot:
        widget.focus()
        await press(pilot, "right")
        assert widget.value == math.inf
        await until(pilot, lambda: title(host) == "Pace  full speed")
        await press(pilot, "left")
        assert widget.value == 1000


async def test_a_typed_number_is_used_exactly() -> None:
    widget = temperature()
    host = Host(widget)
    async with host.run_test(size=(40, 6)) as pilot:
        widget.focus()
        await press(pilot, "1", ".", "2", "3")
        await until(pilot, lambda: title(host) == "Temperature  1.23▏")
        assert (widget.value, footing(host)) == (0.8, "Enter sets it")
        await press(pilot, "enter")
        await until(pilot, lambda: title(host) == "Temperature  1.23")
        assert (widget.value, footing(host)) == (1.23, "")
        await press(pilot, "right")
        assert widget.value == 1.25


@pytest.mark.parametrize(
    ("dial", "keys", "value", "said"),
    [
        (temperature, "9", 2.0, "2.00 is the maximum"),
        (temperature, "0", 0.1, "0.10 is the minimum"),
        (length, "999999", 20_000, "20,000 is the maximum"),
        (pace, "5000", 1000, "1000 is the maximum"),
        (pace, "1", 10, "10 is the minimum"),
    ],
)
async def test_a_number_out_of_range_is_clamped_and_the_limit_shown(
    dial: Callable[[], Dial], keys: str, value: float, said: str
) -> None:
    widget = dial()
    host = Host(widget)
    async with host.run_test(size=(40, 6)) as pilot:
        widget.focus()
        await press(pilot, *keys, "enter")
        assert widget.value == value
        await until(pilot, lambda: footing(host) == said)


async def test_esc_and_backspace_undo_typing() -> None:
    widget = temperature()
    host = Host(widget)
    async with host.run_test(size=(40, 6)) as pilot:
        widget.focus()
        await press(pilot, "1", "5", "escape", "1", "backspace", "enter")
        await until(pilot, lambda: title(host) == "Temperature  0.80")
        assert widget.value == 0.8
        await press(pilot, "1", "5", "backspace", "enter")
        assert widget.value == 1.0


async def test_a_comma_counts_as_a_point_and_a_point_alone_as_nothing() -> None:
    widget = temperature()
    host = Host(widget)
    async with host.run_test() as pilot:
        widget.focus()
        await press(pilot, "1", ",", "5", ",", "2", "enter")
        assert widget.value == 1.52
        await press(pilot, ".", "enter")
        assert widget.value == 1.52


async def test_leaving_the_dial_sets_the_typed_number() -> None:
    widget, other = length(), temperature()
    host = Host(widget, other)
    async with host.run_test() as pilot:
        widget.focus()
        await press(pilot, "6", "0", "0", "tab")
        await until(pilot, lambda: other.has_focus and widget.value == 600)


async def test_enter_and_esc_belong_to_the_screen_when_nothing_is_typed() -> None:
    class Screenlike(Host):
        BINDINGS = [("escape", "note('esc')", ""), ("enter", "note('enter')", "")]
        noted: list[str] = []

        def action_note(self, key: str) -> None:
            self.noted.append(key)

    widget = temperature()
    host = Screenlike(widget)
    async with host.run_test() as pilot:
        widget.focus()
        await press(pilot, "escape", "enter", "1", "escape")
        assert host.noted == ["esc", "enter"]


async def test_click_and_drag_set_the_value() -> None:
    widget = temperature()
    host = Host(widget)
    async with host.run_test(size=(43, 6)) as pilot:  # a track of 39 cells: a cell a stop
        await click(pilot, widget, offset=(2, 1))
        assert widget.value == 0.1
        await pilot.mouse_down(widget, offset=(2 + 10, 1))
        assert widget.value == 0.6
        await pilot.hover(widget, offset=(2 + 20, 2))
        assert widget.value == 1.1
        await pilot.hover(widget, offset=(42, 3))
        assert widget.value == 2.0
        await pilot.mouse_up(widget, offset=(42, 3))
        await pilot.hover(widget, offset=(5, 1))
        assert widget.value == 2.0


@pytest.mark.parametrize(("wheel", "value"), [(MouseScrollUp, 0.85), (MouseScrollDown, 0.75)])
async def test_the_wheel_moves_it(
    wheel: type[MouseScrollUp] | type[MouseScrollDown], value: float
) -> None:
    widget = temperature()
    host = Host(widget)
    async with host.run_test() as pilot:
        widget.post_message(wheel(widget, 5, 1, 0, 0, 0, False, False, False))
        await until(pilot, lambda: widget.value == value)


async def test_how_it_is_drawn() -> None:
    host = Host(temperature(0.1))
    async with host.run_test(size=(26, 4)) as pilot:
        assert shown(host).splitlines() == [
            "╭─ Temperature  0.10 ────╮",
            "│ ●───────────────────── │",
            "│ sober             wild │",
            "╰────────────────────────╯",
        ]
        host.query_one(Dial).value = 2.0
        await until(pilot, lambda: "│ ━━━━━━━━━━━━━━━━━━━━━● │" in shown(host))


@pytest.mark.parametrize("width", [1, 3, 4, 5, 8])
async def test_it_works_in_a_terminal_of_few_columns(width: int) -> None:
    widget = pace(math.inf)
    host = Host(widget)
    async with host.run_test(size=(width, 4)) as pilot:
        widget.focus()
        await press(pilot, "left", "home")
        assert widget.value == 10


@given(st.floats())
def test_any_value_becomes_a_possible_one(value: float) -> None:
    assert 0.1 <= temperature(value).value <= 2.0
    assert 1 <= length(value).value <= 20_000
    held = pace(value).value
    assert held == math.inf if value > 1000 else 10 <= held <= 1000


def test_a_logarithmic_dial_holds_whole_numbers() -> None:
    assert length(3.7).value == 4
