"""Rename, duplicate, delete and restore scene files.

Deleting moves a scene into the folder `trash` beside the others. It stays there until the writer
restores it or deletes it for good.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bardtui.files import atomic_write
from bardtui.scene.journal import Journal, SceneBusyError
from bardtui.scene.journal_reader import SUFFIX, display_name, encode_header, read_scene
from bardtui.scene.names import clean_title, new_scene_path, reserved_path
from bardtui.scene.passage import encode
from bardtui.scene.scene import Scene, SceneError

TRASH = "trash"


@dataclass(frozen=True)
class DeletedScene:
    """Where a deleted scene was, and where it is in the trash."""

    path: Path
    trashed: Path

    @classmethod
    def in_trash(cls, trashed: Path) -> Self:
        """Return the deleted scene that is in this file of the trash."""
        return cls(trashed.parent.parent / trashed.name, trashed)


def rename_scene(path: Path, title: str) -> None:
    """Give a scene another title. The file keeps its name and its modification time.

    Raises SceneBusyError if the scene is open, here or in another program, and SceneError if it
    cannot be written.
    """
    title = clean_title(title)
    journal, scene, _ = Journal.open(path)
    try:
        before = path.stat()
        scene.set("title", title)
        journal.close()
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    except OSError as error:
        raise _failed(path, "renamed", error) from error
    finally:
        journal.abandon()


def duplicate_scene(path: Path, titles: Collection[str] = ()) -> Path:
    """Copy a scene with all its branches; return the new file. The scene may be open.

    The copy is titled "X (copy)", or "X (copy 2)" if that is among `titles`. It keeps the
    modification time, so that it is listed next to the original. Raises SceneError.
    """
    scene, _ = read_scene(path)
    title, number = f"{scene.title} (copy)", 1
    while title in titles:
        number += 1
        title = f"{scene.title} (copy {number})"
    content = encode_header(Scene(title)) + b"".join(map(encode, scene.events()))
    try:
        before = path.stat()
        name = new_scene_path(path.parent, title).name.removesuffix(SUFFIX)
        with reserved_path(path.parent, name) as copy:
            atomic_write(copy, content)
            os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    except OSError as error:
        raise _failed(path, "copied", error) from error
    return copy


def delete_scene(path: Path) -> DeletedScene:
    """Move a file from the list of scenes into the trash, whether or not it is a valid scene.

    Raises SceneBusyError if the scene is open, here or in another program, and SceneError if it
    cannot be moved.
    """
    if path.is_file():
        try:
            journal, *_ = Journal.open(path)
        except SceneBusyError:
            raise
        except SceneError:
            pass  # not a scene, or not writable: no program can have it open for writing
        else:
            journal.close()
    return DeletedScene(path, _move(path, path.parent / TRASH, path.name, "deleted"))


def restore_scene(deleted: DeletedScene) -> Path:
    """Move a scene back from the trash, under its old name or the next free one; return its path.

    Raises SceneError if it cannot be moved.
    """
    return _move(deleted.trashed, deleted.path.parent, deleted.path.name, "restored")


def delete_for_good(deleted: DeletedScene) -> None:
    """Remove a scene from the trash. Raises SceneError if it cannot be removed."""
    try:
        deleted.trashed.unlink()
    except OSError as error:
        raise _failed(deleted.trashed, "deleted", error) from error


def _move(path: Path, folder: Path, name: str, done: str) -> Path:
    try:
        with reserved_path(folder, name.removesuffix(SUFFIX)) as target:
            path.replace(target)
    except OSError as error:
        raise _failed(path, done, error) from error
    return target


def _failed(path: Path, done: str, error: OSError) -> SceneError:
    return SceneError(f"{display_name(path)} cannot be {done}: {error.strerror or error}")
