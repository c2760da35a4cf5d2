"""A compact index of a model's training text, to find what a text has in common with it.

It holds the hash of a *gram*, GRAM characters, at every STEP-th character of the corpus. To find
copies, the grams at all characters of a text are looked up. So a run of at least GRAM + STEP - 1 =
40 characters that stands in the corpus is always found, and what is found stands there, except
where hashes collide. Winnowing (Schleimer, Wilkerson and Aiken 2003, "Winnowing: local algorithms
for document fingerprinting") gives the same guarantee with fewer lookups, but keeps twice as many
hashes. Here lookups are cheap, and the space is better used for the names of documents. rsync
chooses blocks in the same way (Tridgell and Mackerras 1996).

White space characters count as alike, and so do capitals and small letters. Nothing is left out, so
lengths are those of the text.
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.escaping import one_line

GRAM, STEP = 30, 11  # characters
FOUND = GRAM + STEP - 1  # a run of so many characters is always found
MAX_TEXT = 40_000_000  # characters of a corpus; the index of a longer one would be incomplete
MAX_DOCUMENTS = 100  # of a corpus with more, no names are kept

_MAX_HASHES = MAX_TEXT // STEP + 1
_MAX_NAMES = 100_000  # bytes
_NAME_WIDTH = 80  # terminal cells
_MAGIC = b"bardtui corpus index 1\n"
_HEADER = len(_MAGIC) + 8
MAX_BYTES = _HEADER + _MAX_NAMES + 4 * _MAX_HASHES
_BLOCK = 1 << 20  # characters that are hashed at a time, to limit the memory
_MULTIPLIERS = np.cumprod(np.full(GRAM, 0x9E3779B97F4A7C15, np.uint64))

Hashes = NDArray[np.uint64]


class IndexDamaged(UserError):
    """Bytes that are not an index."""


@dataclass(frozen=True)
class CopiedRun:
    """A run of characters of a text that stands in the corpus.

    `start` and `length` are estimates, at most 5 and 10 characters off. `document` is the name of
    the document in which the run stands, "" if it is not known.
    """

    start: int
    length: int
    document: str


def described(runs: Sequence[CopiedRun]) -> str:
    """Return in words what was found in a text."""
    if not runs:
        return "original"
    longest = max(runs, key=lambda run: run.length)
    others = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
    whose = f" of {longest.document}" if longest.document else ""
    return f"copies about {round(longest.length, -1)} characters{whose}{others}"


class CorpusIndex:
    """An index of a corpus.

    An entry is the number `hash * number of documents + document`. The entries are sorted. A hash
    has as many bits as make the entries on average 2**24 apart, so a lookup of what is not in the
    corpus succeeds about once in 2**24 / number of documents.
    """

    def __init__(self, entries: Hashes, documents: tuple[str, ...]) -> None:
        self._entries, self._documents = entries, documents
        self._count = max(1, len(documents))
        self._shift = 64 - _hash_bits(len(entries), len(documents))
        self._listed = entries.data  # quicker for single entries

    @classmethod
    def of(cls, documents: Iterable[tuple[str, Iterable[str]]]) -> "CorpusIndex | None":
        """Index a corpus: the name of each document, and its text in pieces.

        Returns None if it has more than MAX_TEXT characters.
        """
        names: list[str] = []
        parts, numbers = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
        rest, begin, length = "", 0, 0  # text not hashed yet, and where its next GRAM begins
        for number, (name, pieces) in enumerate(documents):
            names.append(_name(name))
            for piece in _short(pieces):
                length += len(piece)
                if length > MAX_TEXT:
                    return None
                rest += piece
                hashes = _hashes(rest[begin:], STEP)
                parts.append(hashes)
                numbers.append(np.full(len(hashes), number, np.uint64))
                begin += STEP * len(hashes)
                rest, begin = rest[begin:], max(0, begin - len(rest))
        if len(names) > MAX_DOCUMENTS:
            names = []
        count = max(1, len(names))
        every, places = np.concatenate(parts), np.concatenate(numbers)
        shift = np.uint64(64 - _hash_bits(len(every), len(names)))
        entries = (every >> shift) * np.uint64(count)
        return cls(np.sort(entries + places if names else entries), tuple(names))

    def to_bytes(self) -> bytes:
        """Return the index as at most 3.25 bytes an entry, and the names of the documents.

        The sorted entries are in the code of Elias and Fano: the low 24 bits of each as they are,
        the rest as the positions of ones in a row of bits.
        """
        names, entries = json.dumps(self._documents).encode(), self._entries
        low = entries.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :3]
        high = np.zeros(2 * len(entries), np.uint8)
        high[(entries >> np.uint64(24)).astype(np.int64) + np.arange(len(entries))] = 1
        sizes = np.array([len(entries), len(names)], "<u4").tobytes()
        return _MAGIC + sizes + names + np.packbits(high).tobytes() + low.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "CorpusIndex":
        """Read an index, whoever made it. Raises IndexDamaged."""
        if len(data) < _HEADER or not data.startswith(_MAGIC):
            raise IndexDamaged("this is not the index of a corpus")
        size, of_names = np.frombuffer(data, "<u4", 2, len(_MAGIC)).tolist()
        at = _HEADER + of_names
        of_high = (2 * size + 7) // 8
        if size > _MAX_HASHES or of_names > _MAX_NAMES or len(data) != at + of_high + 3 * size:
            raise IndexDamaged("the index of the corpus has a wrong size")
        documents = _names(data[_HEADER:at])
        bits = np.unpackbits(np.frombuffer(data, np.uint8, of_high, at))
        high = np.flatnonzero(bits).astype(np.uint64)
        low = np.zeros((size, 8), np.uint8)
        low[:, :3] = np.frombuffer(data, np.uint8, 3 * size, at + of_high).reshape(-1, 3)
        if len(high) != size:
            raise IndexDamaged("the index of the corpus is damaged")
        entries: Hashes = low.view("<u8").reshape(-1).astype(np.uint64, copy=False)
        high -= np.arange(size, dtype=np.uint64)  # in place: an index may be large
        high <<= np.uint64(24)
        entries |= high
        largest = max(1, len(documents)) << _hash_bits(size, len(documents))
        if size and (int(entries[-1]) >= largest or (entries[1:] < entries[:-1]).any()):
            raise IndexDamaged("the index of the corpus is damaged")
        return cls(entries, documents)

    def holds(self, gram: str) -> bool:
        """Return whether a gram is in the index."""
        entry = (int(_codes(gram) @ _MULTIPLIERS) >> self._shift) * self._count
        place = bisect_left(self._listed, entry)
        return place < len(self._listed) and self._listed[place] < entry + self._count

    def find(self, text: str) -> list[CopiedRun]:
        """Return the runs of a text that stand in the corpus, in their order.

        Every run of at least FOUND characters is found, and some that have at least GRAM. Of runs
        that may be the same one, found in several places of the corpus, the longest is returned.
        """
        spans = sorted(self._spans(text), key=lambda span: (span.start, -span.end))
        kept: list[_Span] = []
        for span in spans:
            if kept and kept[-1].explains(span):
                continue
            if kept and span.explains(kept[-1]):
                kept.pop()
            kept.append(span)
        return [self._run(span, len(text)) for span in kept]

    def _run(self, span: "_Span", length: int) -> CopiedRun:
        """A run. At each end it may have up to STEP - 1 more characters; half of them are added."""
        start = max(0, span.start - STEP // 2)
        end = min(length, span.end + STEP // 2)
        document = span.documents.most_common(1)[0][0]
        name = self._documents[document] if self._documents else ""
        return CopiedRun(start, end - start, name)

    def _spans(self, text: str) -> Iterator["_Span"]:
        """What is found of the runs: characters that follow each other in steps of STEP, because
        the corpus was indexed in such steps."""
        open_: dict[int, _Span] = {}  # by the place where each would go on
        for begin in range(0, max(1, len(text) - GRAM + 1), _BLOCK):
            block = text[begin : begin + _BLOCK + GRAM - 1]
            for offset, document in zip(*self._places(_hashes(block)), strict=True):
                at = begin + offset
                span = open_.pop(at, None) or _Span(at, at, Counter())
                span.end = at + GRAM
                span.documents[document] += 1
                open_[at + STEP] = span
                yield from (open_.pop(place) for place in [*open_] if place < at)
        yield from open_.values()

    def _places(self, hashes: Hashes) -> tuple[list[int], list[int]]:
        """Which of the hashes are in the index, and the number of a document for each."""
        wanted = (hashes >> np.uint64(self._shift)) * np.uint64(self._count)
        places = np.searchsorted(self._entries, wanted)
        inside = places < len(self._entries)
        found = np.zeros_like(wanted)
        found[inside] = self._entries[places[inside]] - wanted[inside]
        which = np.flatnonzero(inside & (found < np.uint64(self._count)))
        return which.tolist(), found[which].tolist()


@dataclass
class _Span:
    """Characters start to end of a text, which stand in the corpus; the documents are counted."""

    start: int
    end: int
    documents: Counter[int]

    def explains(self, other: "_Span") -> bool:
        """Whether the other span can be a part of the run that this one is a part of."""
        return other.start > self.start - STEP and other.end < self.end + STEP


def _hash_bits(entries: int, documents: int) -> int:
    """The bits of a hash: as many as the entries below `entries * 2**24` have room for."""
    return (max(1, entries) * 2**24 // max(1, documents)).bit_length() - 1


def _hashes(text: str, step: int = 1) -> Hashes:
    """The hashes of the GRAM characters that begin at every `step`-th character: uint64."""
    if len(text) < GRAM:
        return np.zeros(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(_codes(text), GRAM)
    # Products and sums are modulo 2**64; the high bits are well mixed.
    return np.asarray(windows[::step] @ _MULTIPLIERS, np.uint64)


def _codes(text: str) -> Hashes:
    data = text.translate(_ALIKE).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(data, "<u4").astype(np.uint64)


def _short(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces of at most _BLOCK characters, to limit the memory."""
    for piece in pieces:
        yield from (piece[at : at + _BLOCK] for at in range(0, len(piece), _BLOCK))


class _Alike(dict[int, str]):
    """A table for str.translate: one character for all that count as alike."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = " " if character.isspace() else character.casefold()
        self[code] = folded if len(folded) == 1 else character
        return self[code]


_ALIKE = _Alike()


def _names(data: bytes) -> tuple[str, ...]:
    """The names of documents, cut and safe to show. Raises IndexDamaged."""
    try:
        names: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise IndexDamaged("the documents of the index are not JSON") from error
    valid = isinstance(names, list) and len(names) <= MAX_DOCUMENTS
    if not valid or not all(isinstance(name, str) for name in names):
        raise IndexDamaged("the documents of the index are not a short list of names")
    return tuple(map(_name, names))


def _name(name: str) -> str:
    """The name of a document as one short line that is safe to show."""
    return one_line(name, _NAME_WIDTH)[:_NAME_WIDTH]
