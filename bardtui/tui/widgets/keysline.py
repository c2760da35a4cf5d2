"""The active keys in one row.

Textual's footer has a widget for each key and makes all of them again when one changes, which took
a sixth of the time to the first screen. This is one widget.
"""

from typing import Any

from textual import events
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from bardtui.tui.keys import bindings_in_force


class KeysLine(Widget):
    """The keys whose bindings are to be shown, and what they do; a click presses one."""

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
        """Show the active keys: the focused widget's own, then those of the screen and the app.

        The latter keep their order, whatever has the focus. A key that the focused widget uses for
        something else is shown disabled.
        """
        if screen is not self.screen:
            return
        active = screen.active_bindings
        found: dict[str, ActiveBinding] = {}
        for each in active.values():
            if each.binding.show:
                found.setdefault(_name(each.binding), each)  # the first of several keys
        places: dict[str, int] = {}
        for node in (screen, self.app):
            for binding in bindings_in_force(self.app, type(node)):
                if binding.show:
                    places.setdefault(_name(binding), len(places))
                    if binding.key in active:
                        disabled = ActiveBinding(node, binding, False, binding.tooltip)
                        found.setdefault(_name(binding), disabled)
        own: dict[str, int] = {}  # which `active` does not have in order if the settings change one
        for binding in bindings_in_force(self.app, type(screen.focused or screen)):
            own.setdefault(_name(binding), len(own))
        names = sorted(found, key=lambda name: (places.get(name, -1), own.get(name, 0)))
        self.keys = tuple(found[name] for name in names)

    def _labels(self) -> list[Content]:
        """The keys that fit in the row."""
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
        """Act on the press, as Textual's footer does; the seed line keeps the focus."""
        if (number := self._at(event.x)) is None:
            return
        if self.keys[number].enabled:
            self.app.simulate_key(self.keys[number].binding.key)
        else:
            self.app.bell()


def _name(binding: Binding) -> str:
    """What is the same for all keys of a binding, wherever it is."""
    return binding.id or binding.action
