"""Parts of a scene's text that stand out: kept by the writer, copied, unexpected, or found."""

from collections.abc import Sequence
from typing import Literal, get_args

from rich.style import Style
from textual.widget import Widget

SurpriseMark = Literal["surprise-0", "surprise-1", "surprise-2", "surprise-3", "surprise-4"]
Mark = Literal["kept", SurpriseMark, "copied", "hit", "current-hit", "chosen"]
MARKS: tuple[Mark, ...] = get_args(Mark)
"""All marks; where several are at one place, a later one is drawn over an earlier one."""

Spans = Sequence[tuple[int, int]]
"""Ascending offsets of start and end in a text."""


def mark_style(widget: Widget, mark: Mark) -> Style:
    """Return what a mark adds to the style of a text, by the component class of its name.

    Textual's partial styles take a translucent background as opaque. Its blended colour is that of
    the whole style.
    """
    name = f"transcript--{mark}"
    style = widget.get_component_rich_style(name, partial=True)
    if style.bgcolor is None:
        return style
    return style + Style(bgcolor=widget.get_component_rich_style(name).bgcolor)
