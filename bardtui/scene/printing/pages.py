"""Where pages break."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from bardtui.scene.printing.rows import Row

_FEWEST_ROWS = 2  # of a block, at the end and at the beginning of a page


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together, such as a paragraph or a speech.

    Distances are in points: `leading` from row to row, `before` to the block above. A block with
    `keep_next` is on the page where the next one begins. A speech that goes on at the next page
    ends with the row `more` and goes on with `again`.
    """

    rows: tuple[Row, ...]
    leading: float
    before: float = 0
    keep_next: bool = False
    more: Row | None = None
    again: Row | None = None
    new_page: bool = False


Page = list[tuple[float, Row]]
"""Rows, each with its distance from the top of the text, in points."""


def paginate(blocks: Sequence[Block], height: float, start: float = 0) -> list[Page]:
    """Distribute blocks over pages of a height; on the first one they begin at `start`.

    No page ends with a row to `keep`. At least two rows of a block are on a page, if it has more
    than three. What is longer than a page breaks anywhere.
    """
    pages = _Pages(height, start)
    for index, block in enumerate(blocks):
        if block.new_page or not pages.has_room(_kept_height(blocks, index, height)):
            pages.turn()
        pages.place(block)
    return pages.done


def _kept_height(blocks: Sequence[Block], index: int, height: float) -> float:
    """The height of what must not be parted from a block; 0 if the block may break."""
    needed = 0.0
    for at in count(index):
        if at == len(blocks) or needed > height:
            return needed
        block = blocks[at]
        needed += block.before * (at > index)
        if not block.keep_next:
            least = _FEWEST_ROWS + (block.rows[:1] != () and block.rows[0].keep)
            fewest = min(len(block.rows), least + (block.more is not None))
            return needed + fewest * block.leading if at > index else 0
        needed += len(block.rows) * block.leading
    raise AssertionError


class _Pages:
    """Pages that are being filled."""

    def __init__(self, height: float, start: float) -> None:
        self._height, self._at = height, start
        self.done: list[Page] = [[]]

    def has_room(self, height: float) -> bool:
        return not self.done[-1] or self._at + height <= self._height

    def turn(self) -> None:
        """Begin a page, unless this one is empty."""
        if self.done[-1]:
            self.done.append([])
            self._at = 0

    def place(self, block: Block) -> None:
        rows = block.rows
        while rows:
            before = block.before if self.done[-1] else 0
            room = int((self._height - self._at - before) / block.leading + 1e-6)
            if len(rows) <= room:
                self._put(rows, before, block.leading)
                return
            end = _break(rows, room - (block.more is not None))
            if not end and self.done[-1]:
                self.turn()
                continue
            end = end or max(room - (block.more is not None), 1)
            more = () if block.more is None else (block.more,)
            self._put((*rows[:end], *more), before, block.leading)
            rest = rows[end:]
            rows = rest if block.again is None else (block.again, *rest)
            self.turn()

    def _put(self, rows: Sequence[Row], before: float, leading: float) -> None:
        self._at += before
        for row in rows:
            self.done[-1].append((self._at, row))
            self._at += leading


def _break(rows: Sequence[Row], room: int) -> int:
    """How many rows stay on a page that has room for some; 0 if all go to the next."""
    least = _FEWEST_ROWS + rows[0].keep
    for end in range(min(room, len(rows) - _FEWEST_ROWS), least - 1, -1):
        if not rows[end - 1].keep:
            return end
    return 0
