"""Deleting a scene, which only moves it into the folder `trash` beside the others, and undoing it.

Nothing is ever destroyed: what lies in the trash stays there until somebody empties it by hand.
"""

from dataclasses import dataclass
from pathlib import Path

from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.journal_reader import SUFFIX, shown
from bardtui.scene.library import claimed
from bardtui.scene.scene import SceneError

TRASH = "trash"


@dataclass(frozen=True)
class Discarded:
    """A scene that was deleted: where it lay, and where it lies now."""

    path: Path
    kept: Path


def discard(path: Path) -> Discarded:
    """Move a scene, or what claims to be one, into the trash.

    Raises SceneBusyError if it is open, here or elsewhere; SceneError if it cannot be moved.
    """
    if path.is_file():
        try:
            journal, *_ = Journal.open(path)
        except SceneBusyError:
            raise
        except SceneError:
            pass  # no scene, or not to be written: then nobody writes on in it
        else:
            journal.close()
    return Discarded(path, _move(path, path.parent / TRASH, "deleted"))


def restore(discarded: Discarded) -> Path:
    """Move a scene back to where it lay, under its old name or the next free one; its new path.

    Raises SceneError if it cannot be moved.
    """
    return _move(discarded.kept, discarded.path.parent, "brought back", discarded.path.name)


def _move(path: Path, folder: Path, what: str, name: str | None = None) -> Path:
    try:
        with claimed(folder, (name or path.name).removesuffix(SUFFIX)) as target:
            path.replace(target)
    except OSError as error:
        raise SceneError(f"{shown(path)} cannot be {what}: {error.strerror or error}") from error
    return target
