"""A scrollbar that is drawn anew only where it looks different."""

from math import ceil

from rich.console import RenderableType
from textual.reactive import reactive
from textual.scrollbar import ScrollBar

_PARTS = 8  # of a cell, in which its ends are drawn


def thumb(size: int, virtual: float, window: float, position: float) -> tuple[int, int] | None:
    """Where the thumb begins and ends, in eighths of a cell, as Textual draws it in `size` cells;
    None where there is nothing to scroll."""
    virtual, window = ceil(virtual), ceil(window if window < virtual else 0)
    if not (window and size) or size == virtual:
        return None
    length = max(1, window / (virtual / size))
    begin = int((size - length) * (position / (virtual - window)) * _PARTS)
    return begin, begin + ceil(length * _PARTS)


class StillBar(ScrollBar):
    """Textual's, but for this: while the end of a long scene is followed, many times a second, its
    thumb hardly ever moves, and drawing it would take a third of all drawing."""

    window_virtual_size = reactive(100, repaint=False)
    position = reactive(0.0, repaint=False)

    _drawn: tuple[int, int] | None = None

    def render(self) -> RenderableType:
        self._drawn = self._thumb()
        return super().render()

    def watch_window_virtual_size(self) -> None:
        self.moved()

    def watch_position(self) -> None:
        self.moved()

    def moved(self) -> None:
        """Draw it, if it looks different now."""
        if self._thumb() != self._drawn:
            self.refresh()

    def _thumb(self) -> tuple[int, int] | None:
        return thumb(self.size.height, self.window_virtual_size, self.window_size, self.position)
