"""Downloading from a real server on this machine, which lies, stalls and redirects."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import pytest

from bardtui.download import DownloadError, download, redirect_problem

TEXT = b"ANN:\nHello.\n" * 5_000


class Server(BaseHTTPRequestHandler):
    """Answers each path in its own way; it holds on to stalled connections until `ended` is set."""

    ended = Event()

    def do_GET(self) -> None:
        match self.path.split("/")[1:]:
            case ["text"]:
                self.answer(TEXT)
            case ["torn"]:
                self.answer(TEXT[:99], length=len(TEXT))
            case ["huge"]:
                self.answer(b"x", length=1 << 40)
            case ["endless"]:
                self.answer(b"x" * 1_000_000, length=None)
            case ["silent"]:
                self.ended.wait()
            case ["stalled"]:
                self.answer(TEXT[:99], length=len(TEXT))
                self.ended.wait()
            case ["slow"]:
                self.answer(b"", length=len(TEXT))
                while not self.ended.wait(0.01):
                    self.wfile.write(b"x")
            case ["slow-headers"]:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
                while not self.ended.wait(0.01):
                    self.wfile.write(b"x")
            case ["long-redirect"]:
                self.send_response(302)
                self.send_header("Location", "/text")
                self.end_headers()
                while not self.ended.is_set():
                    self.wfile.write(b"x" * 65_536)
            case ["long-length"]:
                self.answer(TEXT[:99], length=int("9" * 4_000))
            case ["no-http"]:
                self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
            case ["redirect", *target]:
                self.send_response(302)
                self.send_header("Location", "/".join(target))
                self.end_headers()
            case _:
                self.send_error(404)

    def answer(self, body: bytes, length: int | None = -1) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing while the tests run."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        Server.ended.set()
        http.shutdown()


def refusal(url: str, folder: Path, **limits: float) -> str:
    path = folder / str(len(list(folder.iterdir())))
    with pytest.raises(DownloadError) as caught:
        download(url, path, len(TEXT), **limits)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_file_is_downloaded_and_progress_reported(server: str, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    download(
        f"{server}/text", tmp_path / "a", len(TEXT), on_progress=lambda *done: told.append(done)
    )
    assert (tmp_path / "a").read_bytes() == TEXT
    assert told == sorted(told)
    assert told[-1] == (len(TEXT), len(TEXT))


def test_a_body_over_the_limit_is_refused(server: str, tmp_path: Path) -> None:
    assert "1,099,511,627,776 bytes, more than 60,000" in refusal(f"{server}/huge", tmp_path)
    assert not list(tmp_path.iterdir())
    assert "more than 60,000 bytes" in refusal(f"{server}/endless", tmp_path)


@pytest.mark.parametrize(
    ("shelf", "reason"),
    [
        ("torn", "the connection broke after 99 of 60,000 bytes"),
        ("none", "the server answers 404 Not Found"),
        ("no-http", "SSH-2.0-OpenSSH"),
    ],
)
def test_a_bad_answer_is_an_error(server: str, tmp_path: Path, shelf: str, reason: str) -> None:
    assert reason in refusal(f"{server}/{shelf}", tmp_path)


def test_a_length_of_thousands_of_digits_is_none(server: str, tmp_path: Path) -> None:
    download(f"{server}/long-length", tmp_path / "a", len(TEXT))
    assert (tmp_path / "a").read_bytes() == TEXT[:99]


def test_a_server_that_stalls_or_is_slow_is_given_up(server: str, tmp_path: Path) -> None:
    for shelf in ("silent", "stalled"):
        said = refusal(f"{server}/{shelf}", tmp_path, stalled=0.1)
        assert said == "the server does not answer"
    assert refusal(f"{server}/slow", tmp_path, patience=0.1) == "the server is too slow"
    said = refusal(f"{server}/slow-headers", tmp_path, stalled=0.2, patience=0.2)
    assert said in ("the server is too slow", "the server does not answer")


def test_a_closed_port_is_an_error(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert "refused" in refusal(f"http://127.0.0.1:{unused.getsockname()[1]}/", tmp_path)


# --- redirects


def test_a_redirect_within_a_host_is_followed(server: str, tmp_path: Path) -> None:
    download(f"{server}/redirect/{server}/text", tmp_path / "a", len(TEXT))
    assert (tmp_path / "a").read_bytes() == TEXT


def test_the_body_of_a_redirect_is_not_read(server: str, tmp_path: Path) -> None:
    download(f"{server}/long-redirect", tmp_path / "a", len(TEXT))
    assert (tmp_path / "a").read_bytes() == TEXT


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "file is not allowed"),
        ("ftp://127.0.0.1/a", "ftp is not allowed"),
        ("data:,hello", "data is not allowed"),
        ("http://[::1/a", "the address is malformed"),
        ("http://127.0.0.1:99999999/a", "the address is malformed"),
        (f"http://{'a' * 70}.invalid/", "its host is not known"),
    ],
)
def test_other_redirects_are_refused(server: str, tmp_path: Path, target: str, reason: str) -> None:
    said = refusal(f"{server}/redirect/{target}", tmp_path)
    assert said == f"it redirects to {target}: {reason}"


def test_endless_redirects_are_an_error(server: str, tmp_path: Path) -> None:
    assert "infinite loop" in refusal(f"{server}/redirect//redirect/", tmp_path)


ADDRESSES = {
    "public.org": ["93.184.216.34", "2606:2800:220:1::1"],
    "other.org": ["93.184.216.35"],
    "localhost": ["127.0.0.1", "::1"],
    "router": ["192.168.0.1"],
    "mapped": ["::ffff:10.0.0.1"],
    "link-local": ["fe80::1%eth0"],
    "metadata": ["169.254.169.254"],
    "both": ["93.184.216.34", "10.0.0.1"],
    "any": ["0.0.0.0"],
}


def resolve(host: str) -> list[str]:
    if host not in ADDRESSES:
        raise OSError("no such host")
    return ADDRESSES[host]


@pytest.mark.parametrize(
    ("origin", "target", "problem"),
    [
        ("https://public.org/a", "https://other.org/a", None),
        ("http://public.org/a", "https://public.org/a", None),
        ("http://localhost/a", "http://router/a", None),
        ("http://localhost/a", "http://public.org/a", None),
        ("https://public.org/a", "http://public.org/a", "not encrypted"),
        ("https://public.org/a", "gopher://public.org/a", "gopher is not allowed"),
        ("https://public.org/a", "https://unknown.org/a", "host is not known"),
        ("https://behind-a-proxy.org/a", "https://router/a", "on a private network"),
        *(
            ("https://public.org/a", f"https://{host}:8080/a", "on a private network")
            for host in ("localhost", "router", "mapped", "link-local", "metadata", "both", "any")
        ),
    ],
)
def test_where_a_server_may_redirect_to(origin: str, target: str, problem: str | None) -> None:
    found = redirect_problem(origin, target, resolve)
    assert found is None if problem is None else problem in (found or "")


def test_a_download_is_stopped_while_the_server_is_silent(server: str, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        if done or shelf == "silent":
            raise Stopped

    for shelf in ("silent", "stalled"):
        with pytest.raises(Stopped):
            download(f"{server}/{shelf}", tmp_path / shelf, 1 << 20, on_progress=stop)


def test_nothing_is_written_after_a_download_was_stopped(tmp_path: Path) -> None:
    first, second = Event(), Event()

    class Slow(Server):
        def do_GET(self) -> None:
            self.answer(b"one", length=6)
            first.wait(60)
            self.wfile.write(b"two")
            second.set()

    def stop(done: int, total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    others = set(enumerate_threads())
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            download(f"http://127.0.0.1:{http.server_port}", tmp_path / "a", 9, on_progress=stop)
        (thread,) = (t for t in set(enumerate_threads()) - others if t.name == "download")
        first.set()
        thread.join(60)
        http.shutdown()
    assert second.is_set()
    assert (tmp_path / "a").read_bytes() == b"one"
