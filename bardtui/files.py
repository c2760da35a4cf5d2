"""Opening files from outside safely, and replacing files whole or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import reduce
from io import BufferedReader, FileIO
from operator import or_
from pathlib import Path


def open_regular(path: Path, limit: int | None = None) -> BufferedReader:
    """Open a regular file of at most `limit` bytes for reading.

    Use this for every file that bardtui did not make. A pipe, a device, a socket or a folder is
    refused and never waited for. Links are followed. Raises OSError with a `strerror` for the user.
    """
    _check_regular(path, path.stat(), limit)  # first, because opening some devices has effects
    # Each platform has some of these.
    flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
    descriptor = os.open(path, reduce(or_, flags, os.O_RDONLY))
    try:
        _check_regular(path, os.fstat(descriptor), limit)  # the file may have been replaced
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes. Raises OSError."""
    with open_regular(path, limit) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def _check_regular(path: Path, status: os.stat_result, limit: int | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, f"{_kind(status.st_mode)}, not a file", str(path))
    if limit is not None and status.st_size > limit:
        raise _too_large(path, limit)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _too_large(path: Path, limit: int) -> OSError:
    return OSError(errno.EFBIG, f"larger than {limit:,} bytes", str(path))


def expanded(path: str) -> Path:
    """Return a path with the home folder in the place of ~; as it is, where there is none.

    That is so for `~somebody` who has no account.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def private_folder(folder: Path) -> Path:
    """Create `folder` and its missing parents with mode 0700; return it.

    Existing folders keep their modes. Raises OSError.
    """
    if not folder.exists():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def open_private(path: str, flags: int) -> int:
    """Open a file of bardtui's own for writing, as the `opener` of `open`.

    A new file gets mode 0600. A pipe in its place is never waited for. Raises OSError.
    """
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)


def lock(file: FileIO) -> None:
    """Lock an open file until it is closed or the process ends in any way.

    Raises BlockingIOError if another process holds the lock, and OSError if the file system has no
    locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(2**31 - 2)  # far beyond the content: on Windows a locked byte cannot be read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(0)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except PermissionError as error:  # what some systems raise instead
        raise BlockingIOError(error.errno, error.strerror) from error


@contextmanager
def lock_file(path: Path) -> Iterator[None]:
    """Hold a lock file while the context lasts, and remove it at the end.

    Another process may have opened the file just before it was removed, and would then lock a file
    without a name. So a lock only counts if `path` still leads to the file that was locked.
    Raises BlockingIOError if another process holds the lock, OSError if there are no locks.
    """
    while True:
        with FileIO(path, "a", opener=open_private) as file:
            lock(file)
            if not _is_at(path, file):
                continue
            try:
                yield
            finally:
                with suppress(PermissionError):  # Windows keeps a file that is open
                    path.unlink(missing_ok=True)
            return


def _is_at(path: Path, file: FileIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    """Make a name that was just created in `folder` survive a power cut; only needed on POSIX."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def atomic_write(
    path: Path, data: str | bytes, *, private: bool = True, durable: bool = True
) -> None:
    """Replace the file at `path` atomically: a reader finds the old or the new content.

    The data is written to a temporary file in the same folder, synced, and renamed. If `durable` is
    false it is not synced, so a power cut can undo the change. On an error the temporary file is
    removed and the old file stays. Text is written as UTF-8 with its line ends unchanged; a lone
    surrogate becomes "?".

    A `private` file gets the mode 0600, and missing folders are created with 0700. Any other file
    keeps the mode of the file that it replaces, or gets the default mode, and its folder must
    exist. A symbolic link is followed. A pipe or a device is written directly.
    Raises OSError, which names `path`.
    """
    content = data.encode("utf-8", "replace") if isinstance(data, str) else data
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    if private:
        private_folder(target.parent)
    # The name does not contain the target's, which may already have the maximum length.
    temporary = target.parent / f".{os.urandom(8).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                if durable:
                    os.fsync(descriptor)
            if not private and target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # not the temporary name
        raise
    if durable:
        sync_folder(target.parent)
