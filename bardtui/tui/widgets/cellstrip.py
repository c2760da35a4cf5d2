"""The strip of cells: what the units of one layer hold, or what its gates let through."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from bardtui.escaping import visible
from bardtui.session.watching import Watching

if TYPE_CHECKING:
    from bardtui.model.cell_names import NamedCell
    from bardtui.model.layers import Floats, Values

RATE = 15  # drawings a second at most
MAX_ROWS = 6  # of cells
LEVELS = " .:-=+*#"  # how they are drawn without colour; below zero they are underlined

_TALL, _ROWS_FOR_A_ROW = 32, 8  # rows of a screen with more than one row of cells; for each more
_ENDING = 14  # characters of the text that the title shows
_NAMED = 2  # columns of the block of a named cell
_FAINTEST = 0.1  # of a shade's colour, for a cell near zero

Shade = tuple[int, bool]  # a level, 0 to 7, and whether it is below zero


class CellStrip(Widget, can_focus=True):
    """Shaded blocks, one for each cell of a layer; named cells come first."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cells--high", "cells--low", "cells--words"}
    DEFAULT_CSS = """
    CellStrip {
        display: none;
        height: auto;
        padding: 0 1;
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
        &.-shown { display: block; }
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
        & > .cells--high { color: $cue; }
        & > .cells--low { color: $writer; }
        & > .cells--words { color: $text-muted; }
    }
    StageScreen.-tiny CellStrip { display: none; }
    """

    BINDING_GROUP_TITLE = "The strip of cells"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "layer(1)", "Layer", show=False, id="cells.up", tooltip="The layer above"),
        Binding("down", "layer(-1)", "Layer", show=False, id="cells.down", tooltip="The one below"),
        Binding("right", "gate(1)", "Gate", show=False, id="cells.next", tooltip="The next gate"),
        Binding(
            "left", "gate(-1)", "Gate", show=False, id="cells.previous", tooltip="The gate before"
        ),
    ]

    def __init__(self, watching: Watching, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._watching = watching
        self._layer, self._gate = -1, 0  # the last layer; the first value
        self._resting = self._stale = False
        self._strips: list[Strip] = []
        self._drawn: dict[Shade, tuple[str, Style]] = {}  # the shades in the colours of the theme

    def update(self) -> None:
        """Show the last state, now or when the next drawing may be."""
        if self._resting:
            self._stale = True
            return
        self._resting, self._stale = True, False
        self.set_timer(1 / RATE, self._rested)
        self._show()

    def _rested(self) -> None:
        self._resting = False
        if self._stale:
            self.update()

    # -- choosing ----------------------------------------------------------------------------------

    def action_layer(self, by: int) -> None:
        """Show another layer."""
        if (count := len(self._layers)) > 0:
            self._layer = (self._place % count + by) % count
            self._show()

    def action_gate(self, by: int) -> None:
        """Show another gate or state."""
        if self._layers:
            self._gate = (self._gate + by) % len(self._layers[0])
            self._show()

    @property
    def _layers(self) -> Sequence[Values]:
        return self._watching.state.layers if self._watching.state else ()

    @property
    def _place(self) -> int:
        """The number of the chosen layer, from 0."""
        return self._layer % len(self._layers)

    # -- drawing -----------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row of names, and rows of cells for the size of the screen."""
        return 1 + self._count_rows(viewport.height, width)

    def _count_rows(self, height: int, width: int) -> int:
        if height < _TALL:
            return 1
        units = len(next(iter(self._layers[0].values()))) if self._layers else 1
        room = (height - _TALL + _ROWS_FOR_A_ROW) // _ROWS_FOR_A_ROW
        return max(1, min(MAX_ROWS, room, math.ceil(units / max(1, width))))

    def on_resize(self) -> None:
        self._show()

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self._drawn.clear()
        if self.is_mounted:
            self._show()

    def render_line(self, y: int) -> Strip:
        """One row of the strip."""
        blank = Strip.blank(self.size.width, self.visual_style.rich_style)
        return self._strips[y] if y < len(self._strips) else blank

    def _show(self) -> None:
        """Draw the state anew."""
        width, before = self.content_size.width, len(self._strips)
        ground = self.visual_style.rich_style
        rows = self._words() if not self._layers else self._cells(width)
        self._strips = [Strip(row).simplify().crop_extend(0, width, ground) for row in rows]
        self._show_titles()
        self.refresh(layout=len(self._strips) != before)

    def _show_titles(self) -> None:
        state = self._watching.state
        self.border_title = Content("Cells")
        if state is None or not self._layers:
            return
        gate = list(self._layers[0])[self._gate]
        place = f" · layer {self._place + 1} of {len(self._layers)} · {gate} · after "
        ending = visible(state.ending[-_ENDING:])
        self.border_title = Content.assemble("Cells", place, ending[:-1], (ending[-1:], "reverse"))

    def _words(self) -> Iterator[list[Segment]]:
        """The reason why no cells show."""
        state = self._watching.state
        words = "The model has read nothing yet."
        if state is not None and state.ending:
            words = "The model does not know this character."
        yield [self._said(words)]

    def _cells(self, width: int) -> Iterator[list[Segment]]:
        """The row of names, and the rows of cells: first those with a name that had no room."""
        gate = list(self._layers[0])[self._gate]
        shades = shaded(gate, self._layers[self._place][gate])
        names = [
            name
            for name in self._watching.names
            if name.layer == self._place + 1 and name.cell < len(shades)
        ]
        row, left = list[Segment](), width
        labelled = dict[str, int]()
        for name in names:
            label = f"{'  ' if row else ''}{_label(name)} "
            if name.name not in labelled and cell_len(label) + _NAMED <= left:
                left -= cell_len(label) + _NAMED
                labelled[name.name] = name.cell
                row += [self._said(label), self._named(shades[name.cell])]
        yield row or [self._said(f"no names: bardtui models cells {self._watching.model} --save")]
        order = dict.fromkeys([*(name.cell for name in names), *range(len(shades))])
        left_over = (cell for cell in order if cell not in labelled.values())
        for _ in range(self._count_rows(self.app.size.height, width)):
            yield list(self._blocks([shades[cell] for cell in islice(left_over, width)]))

    def _named(self, shade: Shade) -> Segment:
        """The block of a named cell: two columns, or without colour a sign and a character."""
        character, style = self._draw(shade)
        if style.bgcolor is None:
            return Segment("+-"[shade[1]] + character, Style())
        return Segment(character * _NAMED, style)

    def _blocks(self, shades: list[Shade]) -> Iterator[Segment]:
        """Blocks of these shades."""
        for shade, same in groupby(shades):
            character, style = self._draw(shade)
            yield Segment(character * len(list(same)), style)

    def _draw(self, shade: Shade) -> tuple[str, Style]:
        """The character and the style of a shade."""
        if shade not in self._drawn:
            self._drawn[shade] = self._coloured(shade)
        return self._drawn[shade]

    def _coloured(self, shade: Shade) -> tuple[str, Style]:
        level, is_below = shade
        colour = self.get_component_styles(f"cells--{'low' if is_below else 'high'}").color
        ground = self.background_colors[1]
        if self.app.no_color or colour.ansi is not None or ground.ansi is not None:
            return LEVELS[level], Style(underline=is_below and level > 0)
        share = _FAINTEST + (1 - _FAINTEST) * level / (len(LEVELS) - 1)
        return " ", Style(bgcolor=ground.blend(colour, share).rich_color)

    def _said(self, words: str) -> Segment:
        return Segment(words, self.get_component_rich_style("cells--words"))


def shaded(gate: str, values: Floats) -> list[Shade]:
    """The shade of each cell for its value. A cell state is drawn by its hyperbolic tangent, which
    is what the cell passes on; all other values are between -1 and 1 by themselves."""
    import numpy as np  # not before the first screen

    from bardtui.model.layers import CELL

    bounded = np.tanh(values) if gate == CELL else values
    levels = np.rint(np.abs(bounded) * (len(LEVELS) - 1)).astype(int)
    return list(zip(levels.tolist(), (bounded < 0).tolist(), strict=True))


def _label(name: NamedCell) -> str:
    """The name of a cell as it is shown: a cell that falls where its name applies is a "not"."""
    return name.name if name.rises else f"not {name.name}"
