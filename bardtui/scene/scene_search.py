"""What the scenes of a folder hold: how much, whose, and where some words stand in them."""

import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from bardtui.scene.journal_reader import read_scene, shown
from bardtui.scene.scene import SceneError

_ROOM = 1 << 26  # characters of scenes' texts that are kept in memory for the next search
_BEFORE, _AFTER = 48, 200  # characters that are shown around what was found


class _Folding(dict[int, int]):
    """What a character is sought as: a letter without its accents, and quotation marks as they are
    typed. One for one, so that what is found stands at the same place in the text."""

    def __missing__(self, code: int) -> int:
        # Of the scripts of Europe: elsewhere a mark makes another letter.
        letter, *marks = list(unicodedata.normalize("NFD", chr(code)))
        accented = marks and letter.isalpha() and ord(letter) < 0x590
        self[code] = ord(letter) if accented else code
        return self[code]


_FOLD = _Folding({ord(a): ord(b) for a, b in zip("’‘“”", "''\"\"", strict=True)})


@dataclass(frozen=True)
class Counts:
    """How much the visible text of a scene is."""

    words: int
    characters: int
    writers: int  # characters that are the writer's

    @property
    def writers_share(self) -> float:
        """How much of it is the writer's, 0 to 1."""
        return self.writers / max(self.characters, 1)


@dataclass(frozen=True)
class Hit:
    """Where some words were found, and what stands around them, on one line."""

    before: str
    found: str
    after: str
    elsewhere: bool = False  # in another take, not in the visible text


class Sought:
    """Words to look for, in any case, with accents or without; any white space stands for any
    other, and an apostrophe or quotation mark for its typographic kin."""

    def __init__(self, words: str) -> None:
        self._folded = _fold(_flat(words))

    def __bool__(self) -> bool:
        return bool(self._folded)

    def find(self, text: str) -> tuple[int, int] | None:
        """Where they stand first in a text that is on one line already, such as a title."""
        return self._find(_fold(text))

    def _find(self, folded: str) -> tuple[int, int] | None:
        start = folded.find(self._folded)
        return None if start < 0 else (start, start + len(self._folded))


class Contents:
    """Reads scenes, without their locks, and remembers what it read until a file has changed.

    For any number of threads. The texts are kept for the next search as long as there is `room`
    for them, in characters.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._known: dict[Path, _Known] = {}
        self._room = room
        self._lock = threading.Lock()

    def counts(self, path: Path) -> Counts:
        """How much a scene is. Raises SceneError if it cannot be read."""
        return self._look(path).counts

    def find(self, path: Path, sought: Sought) -> Hit | None:
        """Where words stand first in a scene: in its visible text, or else in another take.

        Raises SceneError if it cannot be read.
        """
        known = self._look(path)
        texts = known.texts if known.texts is not None else _read(path)[1]
        for number, text in enumerate(texts):
            if place := sought._find(text.folded):
                return text.around(*place, elsewhere=number > 0)
        return None

    def _look(self, path: Path) -> "_Known":
        try:
            status = path.stat()
        except OSError as error:
            raise SceneError(f"{shown(path)} cannot be read: {error.strerror or error}") from error
        stamp = status.st_mtime_ns, status.st_size
        known = self._known.get(path)
        if known is None or known.stamp != stamp:
            known = self._keep(path, _Known(stamp, *_read(path)))
        return known

    def _keep(self, path: Path, known: "_Known") -> "_Known":
        with self._lock:
            if (before := self._known.get(path)) is not None:
                self._room += before.room
            if known.room > self._room:
                known = _Known(known.stamp, known.counts, None)
            self._room -= known.room
            self._known[path] = known
        return known


@dataclass(frozen=True)
class _Text:
    """A text on one line, as it is shown and as it is searched: of equal length."""

    flat: str
    folded: str

    def around(self, start: int, stop: int, *, elsewhere: bool) -> Hit:
        begin, end = max(0, start - _BEFORE), stop + _AFTER
        before, after = self.flat[begin:start], self.flat[stop:end]
        if begin:
            before = "…" + before[before.find(" ") + 1 :]  # not from the middle of a word
        if end < len(self.flat):
            after += "…"
        return Hit(before, self.flat[start:stop], after, elsewhere)


@dataclass(frozen=True)
class _Known:
    stamp: tuple[int, int]  # when the file was changed, in nanoseconds, and its size
    counts: Counts
    texts: list[_Text] | None  # the visible one, then every passage that is not all in it

    @property
    def room(self) -> int:
        return sum(2 * len(text.flat) for text in self.texts or ())


def _read(path: Path) -> tuple[Counts, list[_Text]]:
    scene, _ = read_scene(path)
    visible = scene.path()
    text = "".join(passage.text[:length] for passage, length in visible)
    runs = (run for passage, length in visible for run in passage.by_author(length))
    writers = sum(len(text) for author, text in runs if author == "writer")
    whole = {passage.id for passage, length in visible if length == passage.length}
    hidden = (passage.text for passage in scene.passages.values() if passage.id not in whole)
    texts = [_Text(flat, _fold(flat)) for flat in map(_flat, (text, *hidden))]
    words = texts[0].flat.count(" ") + bool(texts[0].flat)
    return Counts(words, len(text), writers), texts


def _flat(text: str) -> str:
    """A text with one space for all white space. Line by line: other threads get their turns."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return unicodedata.normalize("NFC", " ".join(filter(None, lines)))


def _fold(text: str) -> str:
    return text.translate(_FOLD).lower().replace("ς", "σ")
