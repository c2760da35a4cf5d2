"""Count and search the text of saved scenes."""

import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bardtui.escaping import limit_marks
from bardtui.scene.journal_reader import display_name, read_scene
from bardtui.scene.library import SceneInfo
from bardtui.scene.scene import SceneError

_CACHE_SIZE = 1 << 26  # characters of text kept in memory for the next search
_BEFORE, _AFTER = 48, 200  # characters of context around a match
_INTERVAL = 0.05  # seconds between two reports of progress


@dataclass(frozen=True)
class Counts:
    """The size of a scene's visible text."""

    words: int
    characters: int
    by_writer: int  # characters written by the writer

    @property
    def writer_share(self) -> float:
        """The writer's share of the characters, 0 to 1."""
        return self.by_writer / max(self.characters, 1)


@dataclass(frozen=True)
class Match:
    """Text that was found, and its context, without line breaks.

    `passage` is the passage it was found in, if it is not in the visible text.
    """

    before: str
    found: str
    after: str
    passage: int | None = None

    @property
    def in_other_take(self) -> bool:
        """Whether it is in a take that does not show."""
        return self.passage is not None


class _Folding(dict[int, int]):
    """Map characters to what they are compared as, one to one, so that offsets stay the same.

    Accents are ignored in the European scripts; elsewhere a mark can make another letter.
    Typographic quotation marks equal straight ones.
    """

    def __missing__(self, code: int) -> int:
        letter, *marks = list(unicodedata.normalize("NFD", chr(code)))
        accented = marks and letter.isalpha() and ord(letter) < 0x590
        self[code] = ord(letter) if accented else code
        return self[code]


_FOLDING = _Folding({ord(a): ord(b) for a, b in zip("’‘“”", "''\"\"", strict=True)})


class Query:
    """Words to search for. Case, accents, the style of quotation marks and the kind of white space
    do not matter. An empty query is false."""

    def __init__(self, words: str) -> None:
        self._folded = _fold(_flatten(words))

    def __bool__(self) -> bool:
        return bool(self._folded)

    def find(self, text: str) -> tuple[int, int] | None:
        """Return the start and end of the first match in a text without line breaks."""
        return self._find_folded(_fold(text))

    def _find_folded(self, folded: str) -> tuple[int, int] | None:
        start = folded.find(self._folded)
        return None if start < 0 else (start, start + len(self._folded))


class SceneSearch:
    """Reads scene files and caches what it read until a file changes.

    It takes no locks on scenes and can be used by several threads. Texts are cached up to
    `cache_size` characters; counts always are.
    """

    def __init__(self, cache_size: int = _CACHE_SIZE) -> None:
        self._entries: dict[Path, _Entry] = {}
        self._room = cache_size
        self._lock = threading.Lock()

    def counts(self, path: Path) -> Counts:
        """Return the size of a scene. Raises SceneError if it cannot be read."""
        return self._entry(path).counts

    def find(self, path: Path, query: Query) -> Match | None:
        """Return the first match in the visible text of a scene, or else in its other takes.

        Raises SceneError if the scene cannot be read.
        """
        entry = self._entry(path)
        texts = entry.texts if entry.texts is not None else _read(path)[1]
        for text in texts:
            if place := query._find_folded(text.folded):
                return text.match(*place)
        return None

    def _entry(self, path: Path) -> "_Entry":
        try:
            status = path.stat()
        except OSError as error:
            raise SceneError(
                f"{display_name(path)} cannot be read: {error.strerror or error}"
            ) from error
        stamp = status.st_mtime_ns, status.st_size
        entry = self._entries.get(path)
        if entry is None or entry.stamp != stamp:
            entry = self._store(path, _Entry(stamp, *_read(path)))
        return entry

    def _store(self, path: Path, entry: "_Entry") -> "_Entry":
        with self._lock:
            if (old := self._entries.get(path)) is not None:
                self._room += old.size
            if entry.size > self._room:
                entry = _Entry(entry.stamp, entry.counts, None)
            self._room -= entry.size
            self._entries[path] = entry
        return entry


@dataclass(frozen=True)
class SearchResult:
    """What was found in one scene, or the reason why it cannot be read."""

    path: Path
    counts: Counts | None = None
    match: Match | None = None
    error: str | None = None


@dataclass(frozen=True)
class SearchProgress:
    """Results for some of the scenes; `done` with the last of them."""

    query: Query
    results: list[SearchResult]
    done: bool


def search_scenes(
    search: SceneSearch, scenes: Iterable[SceneInfo], query: Query
) -> Iterator[SearchProgress]:
    """Read scenes in order and yield results every few hundredths of a second.

    A scene whose title matches is not searched.
    """
    results: list[SearchResult] = []
    reported = time.monotonic()
    for scene in scenes:
        if scene.broken is None:
            results.append(_search_scene(search, scene, query))
        if time.monotonic() - reported >= _INTERVAL:
            yield SearchProgress(query, results, done=False)
            results, reported = [], time.monotonic()
    yield SearchProgress(query, results, done=True)


def _search_scene(search: SceneSearch, scene: SceneInfo, query: Query) -> SearchResult:
    try:
        counts = search.counts(scene.path)
        in_text = query and not query.find(scene.title)
        match = search.find(scene.path, query) if in_text else None
    except SceneError as error:
        return SearchResult(scene.path, error=str(error))
    return SearchResult(scene.path, counts, match)


@dataclass(frozen=True)
class _Text:
    """A text without line breaks, as it is shown and as it is compared; both of equal length.

    `passage` is None for the visible text.
    """

    flat: str
    folded: str
    passage: int | None

    def match(self, start: int, stop: int) -> Match:
        begin, end = max(0, start - _BEFORE), stop + _AFTER
        before, after = self.flat[begin:start], self.flat[stop:end]
        if begin:
            before = "…" + before[before.find(" ") + 1 :]  # begin with a whole word
        if end < len(self.flat):
            after += "…"
        return Match(before, self.flat[start:stop], after, self.passage)


@dataclass(frozen=True)
class _Entry:
    stamp: tuple[int, int]  # modification time in nanoseconds, and size of the file
    counts: Counts
    texts: list[_Text] | None  # the visible text, then every passage that is not all visible

    @property
    def size(self) -> int:
        return sum(2 * len(text.flat) for text in self.texts or ())


def _read(path: Path) -> tuple[Counts, list[_Text]]:
    scene, _ = read_scene(path)
    visible = scene.path()
    text = "".join(passage.text[:length] for passage, length in visible)
    runs = (run for passage, length in visible for run in passage.by_author(length))
    by_writer = sum(len(text) for author, text in runs if author == "writer")
    whole = {passage.id for passage, length in visible if length == passage.length}
    hidden = [passage for passage in scene.passages.values() if passage.id not in whole]
    found = [(text, None), *((passage.text, passage.id) for passage in hidden)]
    texts = [_Text(flat := _flatten(raw), _fold(flat), passage) for raw, passage in found]
    words = texts[0].flat.count(" ") + bool(texts[0].flat)
    return Counts(words, len(text), by_writer), texts


def _flatten(text: str) -> str:
    """Replace all white space by single spaces, line by line so that other threads get to run."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return unicodedata.normalize("NFC", limit_marks(" ".join(filter(None, lines))))


def _fold(text: str) -> str:
    return text.translate(_FOLDING).lower().replace("ς", "σ")
