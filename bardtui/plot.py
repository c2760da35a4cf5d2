"""Line plots of braille characters: eight dots a cell, as plain text.

The ready widgets cost more than this module: textual-plot imports NumPy, and textual-plotext has
had no release since 2024. Neither draws for rich, as `bardtui train` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Points = Sequence[tuple[float, float]]

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a cell: two columns of four
_BLANK = 0x2800
_MANY = 20


@dataclass(frozen=True)
class Plot:
    """Rows of cells, and the range of the values. `lines[row][column]` is the number of the line
    that a cell belongs to, -1 for none."""

    rows: list[str]
    lines: list[list[int]]
    low: float
    high: float


def plot(series: Sequence[Points], width: int, height: int) -> Plot | None:
    """Draw lines through points (x, y) into `width` by `height` cells; None without a point.

    The first line is solid and lies above the others, which are dotted: without colours, they can
    be told apart. Of many points, those above all in the last nine tenths of the width are left
    out, so that a steep beginning does not flatten the rest.
    """
    points = [point for line in series for point in line]
    if not points or width < 1 or height < 1:
        return None
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    across, down = 2 * width - 1, 4 * height - 1
    begin = left + (right - left) / 10 if len(points) > _MANY else left
    later = [y for x, y in points if x >= begin]
    low, high = min(later), max(later)

    def column(x: float) -> int:
        return round((x - left) / (right - left) * across) if right > left else 0

    def row(y: float) -> int:
        place = (high - y) / (high - low) if high > low else 0.5
        return round(min(down + 1, max(-1, place * down)))

    cells = [[_BLANK] * width for _ in range(height)]
    owners = [[-1] * width for _ in range(height)]
    for number in reversed(range(len(series))):
        dots = {column(x): row(y) for x, y in series[number]}
        for x, y in _joined(sorted(dots.items())):
            if 0 <= y <= down and (number == 0 or x % 2 == 0):
                cells[y // 4][x // 2] |= _DOTS[x % 2][y % 4]
                owners[y // 4][x // 2] = number
    return Plot(["".join(map(chr, row)) for row in cells], owners, low, high)


def _joined(dots: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The dots, with those between two that follow each other."""
    joined = dots[:1]
    for (x, y), (next_x, next_y) in pairwise(dots):
        before = y
        for step in range(1, next_x - x + 1):
            now = y + round((next_y - y) * step / (next_x - x))
            way = 1 if now > before else -1
            joined += [(x + step, between) for between in range(before + way, now, way)]
            joined.append((x + step, now))
            before = now
    return joined
