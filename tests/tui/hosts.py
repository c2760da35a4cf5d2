"""A small app that holds widgets or dialogs, and what tests do with it and with the program."""

import json
import time
import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar
from unittest.mock import patch

from rich.console import Console
from textual.app import App, ComposeResult
from textual.events import Key, MouseDown, MouseEvent, MouseUp
from textual.geometry import Region
from textual.keys import KEY_NAME_REPLACEMENTS, key_to_character
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from bardtui import paths
from bardtui.tui.theme import THEMES, role_variables

Kind = TypeVar("Kind", bound=Message)
Answer = TypeVar("Answer")

_DRAWINGS = 3  # what a key or a message leads to may follow the next drawing


class Host(App[None]):
    """Holds widgets. Run it with `message_hook=host.hear` to keep the messages they post."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets
        self._heard: list[Message] = []
        self.answers: list[object] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables(self.current_theme)

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def hear(self, message: Message) -> None:
        """Keep a message once, however many widgets it passes."""
        if not any(message is each for each in self._heard):
            self._heard.append(message)

    def got(self, kind: type[Kind]) -> list[Kind]:
        """The messages of a kind, oldest first."""
        return [message for message in self._heard if isinstance(message, kind)]

    def ask(self, dialog: Screen[Answer]) -> None:
        """Show a dialog; its answer goes to `answers`."""
        self.push_screen(dialog, self.answers.append)


async def settle(pilot: Pilot[Any]) -> None:
    """Let the widgets handle their messages, and those that follow from them.

    Unlike `pilot.pause()`, it does not wait until no thread of the process works.
    """
    for _ in range(_DRAWINGS):
        await pilot.pause(0)
        while any(
            node.message_queue_size
            for node in (pilot.app, *pilot.app.screen.walk_children(with_self=True))
        ):
            await pilot.pause(0)


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the program run until the condition holds; a test that waits in vain fails.

    To look takes time too: `shown` draws the whole screen. Most of the time is the program's.
    """
    end = time.monotonic() + 200
    while True:
        began = time.monotonic()
        if condition():
            return
        assert began < end, "waited in vain"
        await pilot.pause(max(0.01, 2 * (time.monotonic() - began)))


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, one after the other, as a terminal sends them: `a`, `?`, `ctrl+a`, `enter`.

    Every key acts before the next one comes, but characters come as fast as they are typed.
    """
    for key, following in zip(keys, (*keys[1:], "end"), strict=True):
        pilot.app.post_message(Key(_name(key), key_to_character(key)))
        if len(key) > 1 or len(following) > 1:
            await settle(pilot)


def _name(key: str) -> str:
    """Textual's name of a key: `?` is question_mark."""
    if len(key) > 1 or key.isalnum():
        return key
    name = unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


async def asked(pilot: Pilot[None], dialog: Screen[Answer]) -> Screen[Answer]:
    """Show a dialog on the host and wait until it is up."""
    assert isinstance(pilot.app, Host)
    pilot.app.ask(dialog)
    await until(pilot, lambda: pilot.app.screen is dialog and dialog.focused is not None)
    return dialog


async def click(
    pilot: Pilot[Any], target: Widget | type[Widget] | str, offset: tuple[int, int] | None = None
) -> None:
    """Click on a widget, at its middle or at an offset, when it has come to rest."""
    widget = target if isinstance(target, Widget) else pilot.app.screen.query_one(target)
    places: list[Region] = []

    def at_rest() -> bool:
        places.append(widget.region)
        return widget.region.area > 0 and places[-2:] == [widget.region] * 2

    await until(pilot, at_rest)
    x, y = offset or (widget.region.width // 2, widget.region.height // 2)
    for kind in (MouseDown, MouseUp):
        await mouse(pilot, kind, widget, x, y)


async def mouse(
    pilot: Pilot[Any], kind: type[MouseEvent], widget: Widget, x: int, y: int, button: int = 1
) -> None:
    """Let a mouse event come from the terminal, at a place of a widget."""
    x, y = widget.region.offset + (x, y)
    pilot.app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))
    await settle(pilot)


def remember(**values: object) -> None:
    """What an earlier session would have left behind."""
    paths.remembered_file().write_text(json.dumps({"model": "tiny", **values}))


def toasts(app: App[Any]) -> str:
    """The messages in boxes over the screen."""
    return "\n".join(str(toast.render()) for toast in app.screen.query("Toast"))


def shown(app: App[Any]) -> str:
    """The screen as text, one line a row."""
    # As text, a screenshot takes a fifth of the time that it takes as SVG.
    with patch.object(Console, "export_svg", lambda console, **options: console.export_text()):
        return app.export_screenshot(simplify=True)
