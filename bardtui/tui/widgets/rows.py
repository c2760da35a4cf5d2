"""Rows of text laid out to the width they are given: the shape of every list and table here."""

from collections.abc import Callable, Sequence
from typing import Literal

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import OptionList

Layout = Callable[[int], Sequence[Content]]
"""Makes the rows for a width in cells; each row must fit in it."""


class Rows(Visual):
    """A visual whose rows are made anew for every width."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        rows = self._layout(width)[:height]
        strips = (row.render_strips(width, 1, style, options)[0] for row in rows)
        return [strip.adjust_cell_length(width, style.rich_style) for strip in strips]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        return len(self._layout(width))


class Options(OptionList):
    """A list whose pages can be turned at any time."""

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        """Not where rows are not laid out, as in a pane without room: Textual fails there."""
        if self.highlighted in self._index_to_line:
            super()._move_page(direction)


class ListPane(Options):
    """A list in a frame of its own, on the stage."""

    DEFAULT_CSS = """
    ListPane {
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
        background: transparent;
        padding: 0;
        scrollbar-size-vertical: 1;
        &:focus {
            border: round $border;
            background-tint: transparent;
        }
        & > .option-list--option { padding: 0 1; }
        &:nocolor:focus { border: heavy $border; }
    }
    """


def spread(left: Content, right: Content, width: int) -> Content:
    """One row of `width` cells: `left` cut with an ellipsis where `right` needs the room.

    Where fewer than eight cells would be left for `left`, `right` gives way.
    """
    room = width - right.cell_length - 1
    if not right or room < min(left.cell_length, 8):
        return left.truncate(width, ellipsis=True)
    left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)


def wrapped(text: Content, width: int, *, rows: int) -> list[Content]:
    """`text` wrapped to `width` cells; past `rows` rows it ends in an ellipsis."""
    lines = text.wrap(max(1, width))
    if len(lines) > rows:
        lines = lines[:rows]
        lines[-1] = Content(f"{lines[-1].plain}…").truncate(width, ellipsis=True)
    return lines
