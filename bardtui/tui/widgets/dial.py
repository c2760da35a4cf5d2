"""A dial: a number on a slider, set by keys, by mouse or by typing it.

The slider moves between *stops*. A linear scale has a stop every `step`, a logarithmic one at the
round numbers 1, 2, 3, 4, 5, 7, 10, 15, 20, ... The stops are evenly spaced on the track of either,
and so is the top of an unlimited scale. A typed number is used exactly, also between two stops.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Literal

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from bardtui.tui.widgets.rows import spread

_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
_LEAP = 5


def linear_stops(minimum: float, maximum: float, step: float) -> tuple[float, ...]:
    """Stops from `minimum` up, `step` apart; `maximum` is the last one."""
    count = math.floor((maximum - minimum) / step + 1e-9)
    # Rounded: 0.1 + 14 x 0.05 is 0.8000000000000001.
    stops = [round(minimum + index * step, 9) for index in range(count + 1)]
    return tuple(stops) if stops[-1] >= maximum else (*stops, maximum)


def round_stops(minimum: float, maximum: float) -> tuple[float, ...]:
    """The round whole numbers from `minimum` to `maximum`, both included."""
    decades = range(math.ceil(math.log10(maximum)) + 1)
    between = (mantissa * 10.0**decade for decade in decades for mantissa in _MANTISSAS)
    inside = {stop for stop in between if minimum < stop < maximum and stop.is_integer()}
    return tuple(sorted({float(minimum), float(maximum)} | inside))


def _binding(keys: str, action: str, id: str, does: str) -> Binding:
    return Binding(keys, action, does, show=False, id=id)


class Dial(Widget, can_focus=True):
    """A slider whose border title is its label and value.

    Args:
        label: The name of the number.
        minimum: The least value.
        maximum: The greatest finite value.
        value: The first value.
        step: The distance between the stops of a linear scale.
        format: Formats the value for the title.
        scale: A `log` scale gives small numbers more room and has whole numbers only.
        unlimited: Whether there is one more stop, `math.inf`, above `maximum`.
        low_hint: A word for the low end.
        high_hint: A word for the high end.
    """

    DEFAULT_CSS = """
    Dial {
        height: 4;
        padding: 0 1;
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $warning;
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
    }
    """

    BINDING_GROUP_TITLE = "A dial"
    TYPED = "0123456789.,"  # printable keys that the dial uses
    BINDINGS = [
        _binding("left", "move(-1)", "dial.less", "Less"),
        _binding("right", "move(1)", "dial.more", "More"),
        _binding("pagedown,shift+left,ctrl+left", f"move(-{_LEAP})", "dial.much_less", "Much less"),
        _binding("pageup,shift+right,ctrl+right", f"move({_LEAP})", "dial.much_more", "Much more"),
        _binding("home", "lowest", "dial.least", "Least"),
        _binding("end", "highest", "dial.most", "Most"),
    ]

    value: reactive[float] = reactive(0.0, init=False)

    class Changed(Message):
        """The value has changed."""

        def __init__(self, dial: "Dial", value: float) -> None:
            super().__init__()
            self.dial = dial
            self.value = value

        @property
        def control(self) -> "Dial":
            return self.dial

    def __init__(
        self,
        label: str,
        minimum: float,
        maximum: float,
        value: float,
        *,
        step: float = 1.0,
        format: Callable[[float], str] = str,
        scale: Literal["linear", "log"] = "linear",
        unlimited: bool = False,
        low_hint: str = "",
        high_hint: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._minimum, self._maximum = minimum, maximum
        self._format = format
        self._whole = scale == "log"
        stops = round_stops(minimum, maximum) if self._whole else ()
        self._stops = (stops or linear_stops(minimum, maximum, step)) + (math.inf,) * unlimited
        self._low_hint, self._high_hint = low_hint, high_hint
        self._typed = ""
        self.set_reactive(Dial.value, self.validate_value(value))
        self._show_title()

    def validate_value(self, value: float) -> float:
        """The nearest possible value; the least for NaN."""
        if math.isinf(value) and value > 0:
            return self._stops[-1]
        if not value >= self._minimum:
            return self._minimum
        if value > self._maximum:
            return self._stops[-1]
        return float(round(value)) if self._whole else value

    def watch_value(self, value: float) -> None:
        self._show_title()
        self.post_message(self.Changed(self, value))

    def render(self) -> Content:
        width = self.content_size.width
        if width < 1:
            return Content("")
        knob = round(self._position() * (width - 1))
        track = Content.assemble(
            ("━" * knob, "$cue"),
            ("●", "bold $foreground"),
            ("─" * (width - 1 - knob), "$foreground-disabled"),
        )
        if self.content_size.height < 2:
            return track
        hints = spread(Content(self._low_hint), Content(self._high_hint), width)
        return Content.assemble(track, "\n", hints.stylize("$foreground-muted"))

    def action_move(self, stops: int) -> None:
        """Move up by `stops` stops, or down if negative."""
        if stops > 0:
            index = bisect_right(self._stops, self.value) + stops - 1
        else:
            index = bisect_left(self._stops, self.value) + stops
        self._set(self._stops[max(0, min(index, len(self._stops) - 1))])

    def action_lowest(self) -> None:
        self._set(self._stops[0])

    def action_highest(self) -> None:
        self._set(self._stops[-1])

    def on_key(self, event: events.Key) -> None:
        """Type a number. Enter and Esc belong to the screen while none is typed."""
        character = "." if event.character == "," else event.character or ""
        if character.isdecimal() or (character == "." and "." not in self._typed):
            self._type(self._typed + character)
        elif self._typed and event.key == "backspace":
            self._type(self._typed[:-1])
        elif self._typed and event.key == "enter":
            self._take_typed()
        elif self._typed and event.key == "escape":
            self._type("")
        else:
            return
        event.stop()
        event.prevent_default()

    def on_blur(self) -> None:
        self._take_typed()
        self.border_subtitle = ""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._point_at(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._point_at(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(-1)

    def _position(self) -> float:
        """The place of the value on the track, from 0 to 1."""
        above = bisect_left(self._stops, self.value)
        place = float(above)
        if self._stops[above] != self.value:
            low, high = self._stops[above - 1 : above + 1]
            # The maximum is a stop, so both neighbours are finite.
            place = above - 1 + (self.value - low) / (high - low)
        return place / (len(self._stops) - 1)

    def _point_at(self, event: events.MouseEvent) -> None:
        """Move to the stop nearest to the mouse."""
        x = event.get_content_offset_capture(self).x
        last = max(1, self.content_size.width - 1)
        fraction = min(1.0, max(0.0, x / last))
        self._set(self._stops[round(fraction * (len(self._stops) - 1))])

    def _set(self, value: float, *, note: str = "") -> None:
        self._typed = ""
        self.value = value
        self.border_subtitle = Content(note)
        self._show_title()

    def _type(self, typed: str) -> None:
        self._typed = typed[:9]
        self.border_subtitle = "Enter sets it" if typed else ""
        self._show_title()

    def _take_typed(self) -> None:
        if not self._typed.strip("."):
            self._type("")
            return
        wanted = float(self._typed)
        if wanted > self._maximum:
            self._set(self._maximum, note=f"{self._format(self._maximum)} is the maximum")
        elif wanted < self._minimum:
            self._set(self._minimum, note=f"{self._format(self._minimum)} is the minimum")
        else:
            self._set(wanted)

    def _show_title(self) -> None:
        state = f"{self._typed}▏" if self._typed else self._format(self.value)
        self.border_title = Content.assemble(self._label, "  ", (state, "$foreground"))
