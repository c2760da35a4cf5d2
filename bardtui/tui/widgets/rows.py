"""Rows of text laid out for a width, and the lists that are made of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from textual import events
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widgets import OptionList

Layout = Callable[[int], Sequence[Content]]
"""Makes the rows for a width in cells; each row must fit in it."""


class Rows(Visual):
    """A visual whose rows are made for the width it is drawn in."""

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


class RowList(OptionList):
    """An `OptionList` whose window always begins with the first row of an option.

    A click is on the option that was under the pointer when the button was pressed: the list may
    scroll before the button is released. For this, options need ids.
    """

    _pressed: str | None = None
    """The id of the option on which the mouse button was pressed."""

    def action_page_up(self) -> None:
        """Move up by a page, if there is room for rows at all; Textual raises KeyError if not."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        """Move down by a page, if there is room for rows at all."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]

    # -- the mouse ---------------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        index = event.style.meta.get("option")
        self._pressed = None if index is None else self.get_option_at_index(index).id

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # OptionList looks under the pointer again
        if self._pressed in {option.id for option in self.options if not option.disabled}:
            self.click_option(self.get_option_index(self._pressed or ""))

    def click_option(self, index: int) -> None:
        """Highlight the clicked option and select it."""
        self.highlighted = index
        self.action_select()

    # -- scrolling ---------------------------------------------------------------------------------

    @property
    def max_scroll_y(self) -> int:
        """The last position that shows the last row and begins with an option."""
        return self._whole_option(super().max_scroll_y, forward=True)

    def validate_scroll_y(self, value: float) -> float:
        """The nearest position, in the direction of scrolling, that begins with an option."""
        row = round(super().validate_scroll_y(value))
        return self._whole_option(row, forward=row > self.scroll_offset.y)

    def _whole_option(self, row: int, *, forward: bool) -> int:
        """`row`, or the nearest one forward or back that is the first of an option."""
        if row <= 0:
            return 0  # without drawing a row, which the list at its top does not need
        option = self._option_of(row)
        if option is None or self._option_of(row - 1) != option:
            return row
        if forward and self._option_of(self._end_of(row)) is not None:
            return self._end_of(row)
        return self._whole_option(row - 1, forward=False)

    def _end_of(self, row: int) -> int:
        """The row after the option that `row` belongs to."""
        end = row + 1
        while self._option_of(end) == self._option_of(row):
            end += 1
        return end

    def _option_of(self, row: int) -> int | None:
        """The index of the option that a row belongs to; None past the last row, or unmounted."""
        if not self.is_mounted:
            return None
        strip = self.render_line(row - self.scroll_offset.y)
        return next((s.style.meta.get("option") for s in strip if s.style is not None), None)


class ListPane(RowList):
    """A list on the stage, with a border."""

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


def distinct(names: Iterable[str]) -> Iterator[str]:
    """Ids for options with these names. Names may be equal, since long ones are cut."""
    seen = Counter[str]()
    for name in names:
        seen[name] += 1
        yield f"{seen[name]} {name}"


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
