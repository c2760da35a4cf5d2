"""A tiny application that holds one widget or one dialog, and what tests ask of it."""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.events import MouseEvent
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from bardtui import paths
from bardtui.tui.theme import THEMES, role_variables

Kind = TypeVar("Kind", bound=Message)
Answer = TypeVar("Answer")


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


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Let the program run until the condition holds; a test that waits in vain fails."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await pilot.pause(0.01)


async def asked(pilot: Pilot[None], dialog: Screen[Answer]) -> Screen[Answer]:
    """Show a dialog on the host and wait until it is up."""
    assert isinstance(pilot.app, Host)
    pilot.app.ask(dialog)
    await until(pilot, lambda: pilot.app.screen is dialog and dialog.focused is not None)
    return dialog


async def mouse(
    pilot: Pilot[Any], kind: type[MouseEvent], widget: Widget, x: int, y: int, button: int = 1
) -> None:
    """Let a mouse event come from the terminal, at a place of a widget."""
    x, y = widget.region.offset + (x, y)
    pilot.app.post_message(kind(None, x, y, 0, 0, button, False, False, False, x, y))
    await pilot.pause()


def remember(**values: object) -> None:
    """What an earlier session would have left behind."""
    paths.remembered_file().write_text(json.dumps({"model": "tiny", **values}))


def shown(app: App[Any]) -> str:
    """The screen as text, one line a row."""
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text for strip in strips)
