"""The disk that models and training runs take, and what of it can be freed."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bardtui import paths
from bardtui.model import library
from bardtui.model.library import size_of
from bardtui.training.checkpoint import CheckpointError, is_finished, run_lock

_DAY = 24 * 3600


@dataclass(frozen=True)
class Usage:
    """The bytes that a model of the user's and its training run take."""

    name: str
    model: int
    run: int


@dataclass(frozen=True)
class Freeable:
    """Something that nobody needs any more: what it is, in words, and its bytes.

    `remove` takes it from the disk. It raises OSError.
    """

    what: str
    size: int
    remove: Callable[[], None]


def usage() -> list[Usage]:
    """What each model of the user's takes, and each run, by name."""
    names = {folder.name for root in (paths.models_dir(), paths.runs_dir()) for folder in _in(root)}
    return [
        Usage(name, size_of(paths.models_dir() / name), size_of(paths.runs_dir() / name))
        for name in sorted(names)
    ]


def trash_size() -> int:
    """The bytes of the deleted models."""
    return size_of(paths.models_dir() / library.TRASH)


def freeable(days: float) -> list[Freeable]:
    """What can be removed: checkpoints of finished runs, models deleted more than `days` ago, and
    what is left of downloads and additions that were broken off more than a day ago."""
    found = []
    for folder in _in(paths.runs_dir()):
        with suppress(CheckpointError):  # not a run, or one that cannot be read
            if is_finished(folder):
                what = f"checkpoint of {folder.name}"
                found.append(Freeable(what, size_of(folder), partial(_remove_run, folder)))
    now = time.time()
    for deleted in library.trash():
        if now - deleted.time >= days * _DAY:
            what = f"deleted model {deleted.name}"
            found.append(Freeable(what, deleted.size, deleted.remove))
    for path in (*library.abandoned(), *_old_downloads(now)):
        what = "remains of an interrupted download or addition"
        found.append(Freeable(what, size_of(path), partial(library.remove, path)))
    return found


def _remove_run(folder: Path) -> None:
    """Remove a run's folder, unless the run has begun again."""
    with suppress(CheckpointError), run_lock(folder):
        library.remove(folder)


def _old_downloads(now: float) -> list[Path]:
    folder = paths.downloads_dir()
    old = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in old if now - path.lstat().st_mtime > _DAY)


def _in(root: Path) -> list[Path]:
    """The folders in a folder that are not hidden."""
    folders = root.iterdir() if root.is_dir() else ()
    return sorted(path for path in folders if path.is_dir() and path.name[0] != ".")
