"""Parts of a scene's text that stand out: kept by the writer, copied, unexpected, or found."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
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


def marks_in(spans: Mapping[Mark, Spans], begin: int, length: int) -> dict[int, list[Mark]]:
    """The marks in a row of `length` characters at offset `begin`, by where in the row they change.

    The cost depends on the row, not on the number of spans.
    """
    inside = [
        (max(first - begin, 0), min(end - begin, length), mark)
        for mark, marked in spans.items()
        for first, end in _near(marked, begin, length)
    ]
    found: dict[int, list[Mark]] = {at: [] for first, end, _ in inside for at in (first, end)}
    for first, end, mark in inside:
        for at in found:
            if first <= at < end:
                found[at].append(mark)
    return found


def _near(spans: Spans, begin: int, length: int) -> list[tuple[int, int]]:
    """The spans that reach into a row: of those that begin before it, only the last."""
    found = []
    for place in range(max(0, bisect_right(spans, (begin, 0)) - 1), len(spans)):
        first, end = spans[place]
        if first >= begin + length:
            break
        if end > begin:
            found.append((first, end))
    return found
