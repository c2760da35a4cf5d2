"""The disk that models take, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from bardtui.training.disk import Freeable, freeable, trash_size, usage

_KEPT = 30  # days for which a deleted model can be brought back
_LISTED = 6


@dataclass(frozen=True)
class Disk:
    """What the user's models take, and what nobody needs any more."""

    taken: str
    freeable: Sequence[Freeable]

    @property
    def size(self) -> str:
        """The size of what can be removed, such as "8.45 MB"."""
        return _size(sum(each.size for each in self.freeable))

    def listed(self) -> str:
        """What can be removed, a row each."""
        rows = [f"{each.what}, {_size(each.size)}" for each in self.freeable[:_LISTED]]
        more = len(self.freeable) - _LISTED
        return "\n".join([*rows, *([f"and {more} more"] if more > 0 else [])])

    def clean(self) -> None:
        """Remove it for good. Raises OSError."""
        for each in self.freeable:
            each.remove()


def look() -> Disk:
    """Look at the disk. Raises OSError."""
    rows = usage()
    models, runs = sum(row.model for row in rows), sum(row.run for row in rows)
    taken = (
        f"Your models take {_size(models)}, their training runs {_size(runs)}, and deleted models "
        f"{_size(trash_size())}."
    )
    return Disk(taken, freeable(_KEPT))


def _size(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
