"""A web server on this machine that sends files, lies, stalls, redirects and breaks off."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class Shelf:
    """What a server sends at each path, and what it was asked for: paths, and where they begin.

    Paths in `torn` break off once after so many bytes; those in `whole` ignore ranges, those in
    `stalled` send half and then nothing, and those in `redirects` lead elsewhere.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        self.torn: dict[str, int] = {}
        self.whole: set[str] = set()
        self.stalled: set[str] = set()
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, int]] = []
        self.ended = Event()


class Handler(BaseHTTPRequestHandler):
    shelf: Shelf

    def do_GET(self) -> None:
        shelf, path = self.shelf, self.path
        found = re.fullmatch(r"bytes=([0-9]+)-", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        shelf.asked.append((path, start))
        if path in shelf.redirects:
            self.send_response(302)
            self.send_header("Location", shelf.redirects[path])
            self.end_headers()
        elif (data := shelf.files.get(path)) is None:
            self.send_error(404)
        elif start >= len(data) and found:
            self.send_error(416)
        else:
            if not found or path in shelf.whole:
                start = 0
                self.send_response(200)
            else:
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            end = len(data) // 2 if path in shelf.stalled else shelf.torn.pop(path, len(data))
            self.wfile.write(data[start:end])
            if path in shelf.stalled:
                self.wfile.flush()
                shelf.ended.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing while the tests run."""


@contextmanager
def serving() -> Iterator[Shelf]:
    """Serve a new shelf while the context lasts."""
    handler = type("OneShelf", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        shelf = handler.shelf = Shelf(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield shelf
        shelf.ended.set()
        server.shutdown()
