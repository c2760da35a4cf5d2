"""The keys of the moment in one row, for eyes and for the mouse.

Textual's footer has a widget for each key, makes all of them anew whenever one changes, and took a
sixth of the time to the first picture; this is one widget.
"""

from typing import Any

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget


class KeysLine(Widget):
    """What the keys in force do, of those that say it in one word; a click presses one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeysLine {
        dock: bottom;
        height: 1;
        background: $footer-background;
    }
    """

    keys: reactive[tuple[ActiveBinding, ...]] = reactive(())
    hovered: reactive[int | None] = reactive(None)
    """Which of the keys the mouse is over."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look)
        self._look(self.screen)

    def _look(self, screen: Screen[Any]) -> None:
        if screen is self.screen:
            keys: dict[str, ActiveBinding] = {}
            for active in screen.active_bindings.values():
                if active.binding.show:
                    keys.setdefault(active.binding.action, active)  # the first, where it has more
            self.keys = tuple(keys.values())

    def _labels(self) -> list[Content]:
        """The keys that the row has room for, each whole."""
        labels, left = [], self.content_size.width
        for number, active in enumerate(self.keys):
            key = self.app.get_key_display(active.binding)
            label = Content.assemble(
                (f" {key} ", "bold $footer-key-foreground"),
                (f"{active.binding.description} ", "$footer-description-foreground"),
            )
            if (left := left - label.cell_length) < 0:
                break
            if not active.enabled:
                label = label.stylize("dim")
            elif number == self.hovered:
                label = label.stylize("on $block-hover-background")
            labels.append(label)
        return labels

    def render(self) -> Content:
        return Content("").join(self._labels())

    def _at(self, x: int) -> int | None:
        """The number of the key at a column."""
        for number, label in enumerate(self._labels()):
            if x < label.cell_length:
                return number
            x -= label.cell_length
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.hovered = self._at(event.x)
        self.tooltip = None if self.hovered is None else self.keys[self.hovered].tooltip

    def on_leave(self) -> None:
        self.hovered = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """As with Textual's footer it is the press that counts: the line keeps the focus."""
        if (number := self._at(event.x)) is None:
            return
        if self.keys[number].enabled:
            self.app.simulate_key(self.keys[number].binding.key)
        else:
            self.app.bell()
