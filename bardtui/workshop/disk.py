"""The disk that models take, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bardtui.model.library import size_of
from bardtui.training import disk
from bardtui.training.disk import Freeable, trash_size, usage
from bardtui.workshop import kept_texts

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


def freeable(days: float) -> list[Freeable]:
    """What can be removed: see `training.disk`; and copies of texts that no run reads any more."""
    texts = [
        Freeable(f"copy of a text, {path.stem}", size_of(path), partial(kept_texts.release, path))
        for path in kept_texts.unneeded()
    ]
    return [*disk.freeable(days), *texts]


def texts_size() -> int:
    """The bytes of the copies of scenes that are kept for runs."""
    return sum(map(size_of, kept_texts.every()))


def look() -> Disk:
    """Look at the disk. Raises OSError."""
    rows = usage()
    models, runs = sum(row.model for row in rows), sum(row.run for row in rows)
    taken = (
        f"Your models take {_size(models)}, their training runs {_size(runs)}, deleted models "
        f"{_size(trash_size())}, and copies of scenes for training {_size(texts_size())}."
    )
    return Disk(taken, freeable(_KEPT))


def _size(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
