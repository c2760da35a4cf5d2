"""Download a file over HTTP: of a limited size, and only from where the first address leads."""

import ipaddress
import queue
import re
import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from bardtui import __version__
from bardtui.errors import UserError
from bardtui.progress import OnProgress

STALLED = 30.0  # seconds without a byte after which a server is given up
PATIENCE = 60.0  # seconds after which a download has to be faster than _SLOWEST
_SLOWEST = 1_000  # bytes a second
_BEAT = 0.2  # seconds between two calls of `on_progress`, at most
_PIECE = 1 << 16  # bytes
_DIGITS = re.compile("[0-9]{1,18}")


class DownloadError(UserError):
    """A file could not be downloaded; the message says why."""


def download(
    url: str,
    path: Path,
    limit: int,
    *,
    on_progress: OnProgress = lambda done, total: None,
    stalled: float = STALLED,
    patience: float = PATIENCE,
    resume: bool = False,
) -> None:
    """Download at most `limit` bytes from `url` to `path`, which must not exist.

    To `resume`, only what is missing of the file at `path` is asked for; a server that cannot send
    a part sends everything. The caller must check that the parts belong together.

    A server that sends nothing for `stalled` seconds is given up, and so is one that has sent less
    than 1,000 bytes a second after `patience` seconds, or has not finished its headers by then. For
    redirects see `redirect_problem`. Raises DownloadError; what is at `path` then is incomplete.

    `on_progress` is called a few times a second, also while nothing comes. It may raise to stop the
    download, which goes through.
    """
    left = threading.Event()  # what still comes is not written
    told: queue.SimpleQueue[tuple[int, int | None] | Exception | None] = queue.SimpleQueue()

    def fetch() -> None:
        try:
            _fetch(url, path, limit, stalled, patience, resume, left, lambda *done: told.put(done))
        except Exception as error:  # raised again below
            told.put(error)
        told.put(None)

    # In a thread: a server that sends its headers one byte at a time can be left, but not stopped.
    threading.Thread(target=fetch, name="download", daemon=True).start()
    progress: tuple[int, int | None] = (0, None)
    end = time.monotonic() + stalled + patience
    try:
        while True:
            try:
                found = told.get(timeout=_BEAT)
            except queue.Empty:
                if time.monotonic() > end:
                    raise DownloadError("the server is too slow") from None
            else:
                if isinstance(found, Exception):
                    raise found
                if found is None:
                    return
                progress, end = found, time.monotonic() + stalled + patience
            on_progress(*progress)
    finally:
        left.set()


def _fetch(
    url: str,
    path: Path,
    limit: int,
    stalled: float,
    patience: float,
    resume: bool,
    left: threading.Event,
    on_progress: OnProgress,
) -> None:
    try:
        from urllib.request import HTTPSHandler  # everything else works without OpenSSL
    except ImportError as error:
        raise DownloadError("this Python has no module ssl, which HTTPS needs") from error
    opener = OpenerDirector()  # not build_opener, which also knows ftp:, file: and data:
    for handler in (
        *(ProxyHandler(), HTTPHandler(), HTTPSHandler(), UnknownHandler()),
        *(HTTPDefaultErrorHandler(), HTTPErrorProcessor(), _Redirects()),
    ):
        opener.add_handler(handler)
    request = Request(url, headers={"User-Agent": f"bardtui/{__version__}"})
    there = path.stat().st_size if resume and path.exists() else 0
    if there:
        request.add_header("Range", f"bytes={there}-")
    try:
        with opener.open(request, timeout=stalled) as response:
            place = response.headers.get("Content-Range", "")
            if response.status != HTTPStatus.PARTIAL_CONTENT:
                there = 0
            elif not place.startswith(f"bytes {there}-"):
                raise DownloadError("the server sends another part than it was asked for")
            length = response.headers.get("Content-Length", "")
            total = there + int(length) if _DIGITS.fullmatch(length) else None
            if total is not None and total > limit:
                raise DownloadError(f"it has {total:,} bytes, more than {limit:,}")
            with path.open("ab" if there else "wb" if resume else "xb") as file:
                done = there + _copy(
                    response,
                    file,
                    limit - there,
                    patience,
                    left,
                    lambda done: on_progress(there + done, total),
                )
            if total is not None and done < total:
                raise DownloadError(f"the connection broke after {done:,} of {total:,} bytes")
    except HTTPError as error:
        if there and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            path.unlink()  # the file there has another size now
            _fetch(url, path, limit, stalled, patience, False, left, on_progress)
            return
        raise DownloadError(f"the server answers {error.code} {error.reason}") from error
    except URLError as error:
        raise DownloadError(_reason(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise DownloadError(_reason(error)) from error


def _copy(
    response: IO[bytes],
    file: BinaryIO,
    limit: int,
    patience: float,
    left: threading.Event,
    on_progress: Callable[[int], object],
) -> int:
    done, began = 0, time.monotonic()
    while piece := response.read1(_PIECE):  # type: ignore[attr-defined]  # HTTPResponse has it
        if left.is_set():
            return done
        done += len(piece)
        if done > limit:
            raise DownloadError(f"it has more than {limit:,} bytes")
        file.write(piece)
        file.flush()  # all of it is there if the download is stopped now
        on_progress(done)
        if time.monotonic() - began > patience + done / _SLOWEST:
            raise DownloadError("the server is too slow")
    return done


def _reason(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "the server does not answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def redirect_problem(
    origin: str, target: str, resolve: Callable[[str], list[str]] | None = None
) -> str | None:
    """Why a server at `origin` may not redirect to `target`; None if it may.

    It may to http and https, but not from https to http, and not from a public host to one of
    this machine or its network. `resolve` gives the IP addresses of a host and raises OSError.
    """
    try:
        here, there = urlsplit(origin), urlsplit(target)
        _ = here.port, there.port  # which are only checked when they are asked for
    except ValueError:
        return "the address is malformed"
    if there.scheme not in ("http", "https"):
        return f"{there.scheme or 'no scheme'} is not allowed"
    if (here.scheme, there.scheme) == ("https", "http"):
        return "it is not encrypted"
    if here.hostname == there.hostname:
        return None
    resolve = resolve or _addresses
    try:
        private = _is_private(there, resolve)
    except OSError:
        return "its host is not known"
    try:
        if not private or _is_private(here, resolve):
            return None
    except OSError:  # behind a proxy, which knows the host
        pass
    return "its host is on a private network"


def _is_private(url: SplitResult, resolve: Callable[[str], list[str]]) -> bool:
    for address in resolve(url.hostname or ""):
        ip = ipaddress.ip_address(address)
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        if not (mapped or ip).is_global:
            return True
    return False


def _addresses(host: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None)]
    except UnicodeError as error:  # no host can have this name
        raise OSError(str(error)) from error


class _Redirects(HTTPRedirectHandler):
    """Follows redirects that have no `redirect_problem`."""

    def http_error_302(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> object:
        location = headers.get("Location")
        if location is not None:
            try:
                target = urljoin(req.full_url, location)
            except ValueError:
                target = location  # malformed
            if problem := redirect_problem(req.full_url, target):
                raise URLError(f"it redirects to {target}: {problem}")
        fp.close()  # the library would read all of its body, which may have any length
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302
