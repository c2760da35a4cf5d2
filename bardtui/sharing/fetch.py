"""Fetching files of models: from https, or over http from this machine; going on where it stopped.

A file whose hash is known is kept while it is incomplete, and counts only if it has that hash.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bardtui import paths
from bardtui.download import STALLED, DownloadError, download
from bardtui.errors import UserError
from bardtui.files import lock_file, private_folder
from bardtui.progress import OnProgress

_MAX_URL = 2_000  # characters


class FetchError(UserError):
    """A file that could not be fetched; the message is one line for the user."""


def is_address(source: str) -> bool:
    """Whether a source is meant as an address on the network."""
    return source.lower().startswith(("http://", "https://"))


def host_of(url: str) -> str:
    """The host of an address that a model may be fetched from. Raises FetchError for any other."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise FetchError(f"{url:.200} is not an address") from error
    if not host or len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise FetchError(f"{url!r:.200} is not an address")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host)):
        return host
    raise FetchError(f"{url:.200}: models are fetched over https only")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False


@contextmanager
def fetched(
    url: str,
    limit: int,
    sha256: str = "",
    *,
    on_progress: OnProgress = lambda done, total: None,
    stalled: float = STALLED,
) -> Iterator[Path]:
    """Fetch a file of at most `limit` bytes; it exists while the context lasts.

    With its `sha256`, what was fetched before is not fetched again. Raises FetchError or OSError.
    """
    host_of(url)
    folder = private_folder(paths.downloads_dir())
    path = folder / hashlib.sha256(f"{url} {sha256}".encode()).hexdigest()[:32]
    with ExitStack() as stack:
        try:
            stack.enter_context(lock_file(path.with_suffix(".lock")))
        except BlockingIOError as error:
            raise FetchError(f"{url} is being fetched by another bardtui") from error
        if not sha256:
            path.unlink(missing_ok=True)  # nothing could tell whether the parts belong together
        _complete(url, path, limit, sha256, on_progress, stalled)
        stack.callback(path.unlink, missing_ok=True)
        yield path


def _complete(
    url: str, path: Path, limit: int, sha256: str, on_progress: OnProgress, stalled: float
) -> None:
    path.touch(0o600)
    began = path.stat().st_size > 0
    if began and _digest(path) == sha256:
        return
    try:
        download(url, path, limit, on_progress=on_progress, stalled=stalled, resume=True)
    except DownloadError as error:
        left = path.stat().st_size if path.exists() else 0
        if not sha256 or not left:
            path.unlink(missing_ok=True)
            raise FetchError(f"cannot fetch {url}: {error}") from error
        raise FetchError(
            f"cannot fetch {url}: {error}; {left:,} bytes are kept, "
            "and the next try continues from there"
        ) from error
    if sha256 and _digest(path) != sha256:
        path.unlink()
        if not began:
            raise FetchError(f"{url} is not the right file, by its SHA-256: it was not kept")
        _complete(url, path, limit, sha256, on_progress, stalled)  # the first part was another's


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
