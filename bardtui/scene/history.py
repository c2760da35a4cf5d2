"""What undo and redo need to know about a scene, apart from its text.

Undo has no stack: the visible text is the history, and undo steps back along it, one exchange at a
time. Only what cannot be seen from the text is recorded here: where jumps came from, and what undo
left. A scene rebuilds both from its events, so they survive a restart.
"""

from collections.abc import Iterable, Iterator
from typing import Any

Position = tuple[int | None, int | None]
"""A passage's id (None: before all text), and after how many of its characters (None: all)."""


class History:
    """The jumps that undo can take back, and the positions that redo can return to.

    Attributes:
        redo: What undo left, and whether it undid a jump; the last one last.
    """

    def __init__(self) -> None:
        self._origins: dict[Position, list[Position]] = {}  # of the jumps to each position
        self.redo: list[tuple[Position, bool]] = []

    def origin(self, position: Position) -> Position | None:
        """Return where the last jump to this position came from, None if there was no jump."""
        origins = self._origins.get(position)
        return origins[-1] if origins else None

    @property
    def next(self) -> tuple[Position, bool] | None:
        """Where redo leads, and whether it repeats a jump; None if there is nothing to redo."""
        return self.redo[-1] if self.redo else None

    def move(
        self, here: Position, target: Position, *, jump: bool, back: bool, is_step: bool
    ) -> None:
        """Record a move of the head: a `jump`, one `back` from a jump, a step back or another."""
        if back and target == self.origin(here):
            self._origins[here].pop()
            self.redo.append((here, True))
        elif (target, jump) == self.next:
            self.redo.pop()
        elif is_step and not jump:
            self.redo.append((here, False))
        else:
            self.redo.clear()
        if jump:
            self._origins.setdefault(target, []).append(here)

    def events(self, here: Position, seen: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Yield moves of the head that rebuild this history in a new scene, visit the passages
        `seen`, and end `here`."""
        places = [*(position for position, _ in self.redo), here]
        undone = list(zip(self.redo, places[1:], strict=True))
        # Repeat every jump, also those that undo took back ...
        jumps = [(origin, to) for to, origins in self._origins.items() for origin in origins]
        jumps += [(origin, to) for (to, jump), origin in undone if jump]
        for origin, target in jumps:
            yield move_event(origin)
            yield move_event(target, jump=True)
        for passage in seen:
            yield move_event((passage, None))
        # ... then go to where the first undo started, with nothing to redo, and undo again. The
        # first of two moves to the beginning may be one to redo, the second one never is.
        yield move_event((None, None))
        yield move_event((None, None))
        yield move_event(places[0])
        for (_, jump), place in undone:
            yield move_event(place, back=True) if jump else move_event(place)


def move_event(target: Position, **flag: bool) -> dict[str, Any]:
    """Return the event that moves the head, with the flag `jump` or `back` if it is true."""
    return {"type": "head", "id": target[0], "at": target[1]} | {k: v for k, v in flag.items() if v}
