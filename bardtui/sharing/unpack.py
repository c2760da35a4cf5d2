"""Adding models that come as a file or a folder, from anyone.

Nothing is unpacked before the archive is checked: only stored members with the names that a model
has, each once, of limited size. So a small file never becomes a large one, and no name leads
anywhere. The model is then checked as every model is, and published as a whole.
"""

import errno
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO

from bardtui.errors import UserError, os_message
from bardtui.escaping import one_line
from bardtui.files import open_regular
from bardtui.model.corpus_index import MAX_BYTES as MAX_INDEX
from bardtui.model.description import (
    DESCRIPTION,
    MAX_JSON,
    ModelError,
    file_inside,
    read_description,
)
from bardtui.model.library import check_staged, publish, staging
from bardtui.model.network import MAX_PARAMETERS
from bardtui.model.store import INDEX, ModelBundle, check_name
from bardtui.model.weights import MAX_HEADER, WEIGHTS
from bardtui.sharing.pack import CARD, SUFFIX

#: Bytes of each file that a model may have. Weights may be in single precision.
LIMITS = {
    CARD: 256 * 1024,
    DESCRIPTION: MAX_JSON,
    WEIGHTS: 8 + MAX_HEADER + 4 * MAX_PARAMETERS,
    INDEX: MAX_INDEX,
}
#: Bytes of a packed model.
MAX_FILE = sum(LIMITS.values()) + 64 * 1024

_NEEDED = (DESCRIPTION, WEIGHTS)
_END, _END_SIZE = b"PK\5\6", 22  # of the record with which a zip without a comment ends
_ZIP64_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20
_MAX_DIRECTORY = 16 * 1024
_ENCRYPTED = 1
_PIECE = 1 << 20
_MAX_MESSAGE = 400  # terminal cells: zipfile quotes names of any length


class ArchiveError(UserError):
    """A file that is not a model's; the message is one short line for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, _MAX_MESSAGE))


@dataclass(frozen=True)
class Added:
    """A model that was added, and the SHA-256 of its file, or of its weights if it was a folder."""

    bundle: ModelBundle
    sha256: str


@contextmanager
def opened(source: Path, name: str | None = None, *, origin: str = "") -> Iterator[Added]:
    """Check the model in a file or a folder; while the context lasts, it is in a staged folder.

    It has the name that it gives itself, or another. `origin` is what errors call the source.
    Raises ArchiveError or OSError.
    """
    with staging() as folder:
        try:
            staged = folder / "model"
            staged.mkdir(mode=0o700)
            sha256 = _copy_folder(source, staged) if source.is_dir() else _unpack(source, staged)
            bundle = check_staged(staged, name or _name_of(staged, source))
        except (ArchiveError, ModelError) as error:
            raise ArchiveError(f"{origin or source.name} cannot be used: {error}") from error
        yield Added(bundle, sha256 or bundle.sha256)


def add(
    source: Path, name: str | None = None, *, replace_own: bool = False, origin: str = ""
) -> Added:
    """Add the model in a file or a folder to the user's, under its own name or another.

    Nothing is published unless everything is right. Raises ArchiveError, NameTaken or OSError.
    """
    with opened(source, name, origin=origin) as found:
        return replace(found, bundle=publish(found.bundle, replace_own=replace_own))


def _name_of(staged: Path, source: Path) -> str:
    """The name that a model gives itself, or that of its file. Raises ModelError."""
    named = read_description(staged).get("name")
    return check_name(named if isinstance(named, str) else source.name.removesuffix(SUFFIX))


def _copy_folder(source: Path, staged: Path) -> str:
    for name in LIMITS:
        if name in _NEEDED or (name == INDEX and os.path.lexists(source / name)):
            path = file_inside(source, name)
            with open_regular(path, LIMITS[name]) as file:
                _copy(file, staged / name, LIMITS[name])
    return ""


def _unpack(source: Path, staged: Path) -> str:
    """Unpack the model's files; return the SHA-256 of the archive."""
    with open_regular(source, MAX_FILE) as file, _archive(file) as archive:
        for member in _checked(archive):
            if member.filename != CARD:  # it is for people, and may say anything
                with _reading(member.filename), archive.open(member) as content:
                    _copy(content, staged / member.filename, member.file_size)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip once it is known that its directory is small: zipfile reads it whole."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_SIZE - _LOCATOR_SIZE))
    tail = file.read()
    end = tail[-_END_SIZE:]
    if len(end) < _END_SIZE or end[:4] != _END or end[-2:] != b"\0\0":
        raise ArchiveError("it is not a file of a model, or it is cut off")
    members, directory = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if tail.startswith(_ZIP64_LOCATOR) or members > len(LIMITS) or directory > _MAX_DIRECTORY:
        raise ArchiveError("it holds more files than a model has")
    with _reading("its directory"):
        archive = zipfile.ZipFile(file)
    with archive:
        yield archive


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Turn what zipfile raises for a damaged archive into an ArchiveError."""
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise ArchiveError(f"{what} is damaged: {error}") from error
    except OSError as error:
        if error.errno not in (errno.EINVAL, None):  # seeking to where nothing is
            raise
        raise ArchiveError(f"{what} is damaged: {os_message(error)}") from error


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members of an archive, each of them one that a model may have. Raises ArchiveError."""
    members = archive.infolist()
    if len(members) > len(LIMITS):
        raise ArchiveError("it holds more files than a model has")
    for member in members:
        if problem := _problem(member):
            raise ArchiveError(f"{member.orig_filename!r:.80} {problem}")
    names = [member.filename for member in members]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ArchiveError(f"it holds {twice[0]} twice")
    if missing := [name for name in _NEEDED if name not in names]:
        raise ArchiveError(f"it is not a model: {missing[0]} is missing")
    return members


def _problem(member: zipfile.ZipInfo) -> str:
    """Why a member does not belong in a model's file; empty if it does."""
    name = member.orig_filename
    if name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/"):
        return "leads out of the model's folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if name != member.filename or name not in LIMITS:
        return "does not belong to a model"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
        return "is compressed: a model's files are stored as they are"
    if member.file_size > LIMITS[name]:
        return f"has {member.file_size:,} bytes, more than {LIMITS[name]:,}"
    return ""


def _copy(source: IO[bytes], path: Path, limit: int) -> None:
    """Copy at most `limit` bytes to a new private file, and wait for the disk."""
    done = 0
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        while piece := source.read(_PIECE):
            done += len(piece)
            if done > limit:
                raise ArchiveError(f"{path.name} has more than {limit:,} bytes")
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
