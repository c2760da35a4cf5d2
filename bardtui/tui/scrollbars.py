"""The geometry of Textual's scrollbar."""

from math import ceil

_PARTS = 8  # of a cell; the ends of the thumb are drawn this precisely


def thumb(size: int, virtual: float, window: float, position: float) -> tuple[int, int] | None:
    """Where the thumb begins and ends, in eighths of a cell, in a scrollbar of `size` cells.

    None if there is nothing to scroll. The arithmetic is that of `ScrollBarRender`.
    """
    virtual, window = ceil(virtual), ceil(window if window < virtual else 0)
    if not (window and size) or size == virtual:
        return None
    length = max(1, window / (virtual / size))
    begin = int((size - length) * (position / (virtual - window)) * _PARTS)
    return begin, begin + ceil(length * _PARTS)
