"""The key line: what it shows, and the mouse."""

from hosts import Host, click, shown, until
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Input

from bardtui.tui.keys import RebindableApp
from bardtui.tui.widgets.keysline import KeysLine


class Keys(Host):
    """An app with two keys, one of which can be disabled."""

    BINDINGS = [
        Binding("f2", "first", "First", tooltip="The first of them", id="first"),
        Binding("f3", "first", "Again", id="first"),
        Binding("f4", "second", "Second"),
        Binding("f5", "hidden", "Hidden", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(KeysLine())
        self.pressed: list[str] = []
        self.able = True

    def action_first(self) -> None:
        self.pressed.append("first")

    def action_second(self) -> None:
        self.pressed.append("second")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return True if action != "second" or self.able else None

    def bell(self) -> None:
        self.pressed.append("bell")


def row(app: App[None]) -> str:
    return shown(app).splitlines()[-1]


async def test_a_key_is_shown_once_and_a_click_presses_it() -> None:
    app = Keys()
    async with app.run_test(size=(40, 5)) as pilot:
        await until(pilot, lambda: row(app).startswith(" f2 First  f4 Second "))
        assert "Again" not in row(app)
        assert "Hidden" not in row(app)
        for x in (0, 9, 10, 20):
            await click(pilot, KeysLine, offset=(x, 0))
        await until(pilot, lambda: app.pressed == ["first", "first", "second", "second"])
        await click(pilot, KeysLine, offset=(35, 0))
        assert len(app.pressed) == 4


async def test_hovering_over_a_key_shows_its_tooltip() -> None:
    app = Keys()
    async with app.run_test(size=(40, 5)) as pilot:
        line = app.query_one(KeysLine)
        await until(pilot, lambda: len(line.keys) >= 2)
        await pilot.hover(KeysLine, offset=(2, 0))
        assert (line.hovered, line.tooltip) == (0, "The first of them")
        await pilot.hover(KeysLine, offset=(35, 0))
        assert (line.hovered, line.tooltip) == (None, None)


async def test_a_click_on_a_disabled_key_rings_the_bell() -> None:
    app = Keys()
    app.able = False
    async with app.run_test(size=(40, 5)) as pilot:
        await until(pilot, lambda: "Second" in row(app))
        await click(pilot, KeysLine, offset=(12, 0))
        await until(pilot, lambda: app.pressed == ["bell"])
        app.able = True
        app.screen.refresh_bindings()
        await until(pilot, lambda: all(k.enabled for k in app.query_one(KeysLine).keys))
        await click(pilot, KeysLine, offset=(12, 0))
        await until(pilot, lambda: app.pressed == ["bell", "second"])


async def test_a_narrow_row_drops_whole_keys() -> None:
    app = Keys()
    async with app.run_test(size=(15, 5)) as pilot:
        await until(pilot, lambda: row(app).strip() == "f2 First")
        await pilot.resize_terminal(21, 5)
        await until(pilot, lambda: row(app).rstrip() == " f2 First  f4 Second")


async def test_the_order_stays_whatever_has_the_focus_and_uses_a_key() -> None:
    class Field(Input):
        BINDINGS = [
            Binding("f4", "own", "Own", show=False),
            Binding("f6", "other", "Other"),
            Binding("f2", "app.first", "First", id="first"),
        ]

    class TwoFields(Keys):
        def compose(self) -> ComposeResult:
            yield from (Field(), Button("plain"), KeysLine())

    app = TwoFields()
    async with app.run_test(size=(40, 8)) as pilot:
        app.query_one(Button).focus()
        await until(pilot, lambda: row(app).rstrip() == " f2 First  f4 Second")
        app.query_one(Field).focus()
        await until(pilot, lambda: row(app).rstrip() == " f6 Other  f2 First  f4 Second")
        assert [key.enabled for key in app.query_one(KeysLine).keys] == [True, True, False]


async def test_a_key_that_the_settings_change_keeps_its_place() -> None:
    class Field(Input):
        BINDINGS = [
            Binding("f6", "one", "One", id="one"),
            Binding("f7", "two", "Two", id="two"),
        ]

    class Rebound(RebindableApp):
        def compose(self) -> ComposeResult:
            yield from (Field(), KeysLine())

    app = Rebound()
    app.rebound = {"one": "f8"}
    app.set_keymap({"one": "f8"})
    async with app.run_test(size=(40, 8)) as pilot:
        await until(pilot, lambda: row(app).rstrip() == " f8 One  f7 Two")
