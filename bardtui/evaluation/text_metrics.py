"""Metrics of a generated text, compared with the text that the model was trained on.

Are its words and cues real ones, how much of it is copied, and how much does it repeat itself?
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

COPY = 50  # a run that the corpus has too counts as copied if it is longer than this
LOOP = 20  # the length of the windows whose repetitions are counted

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A speaker's name in any case: words with one space or joint between them.
# MRS. O'BRIEN  MASTER-GUNNER  LUCILIUS' SERVANT  PAGE & SHALLOW  Senators, &C
_NAME = re.compile(r"[^\W_]+(?:(?:['’.-]|['’.,]? (?:& ?)?)[^\W_]+)*\.?")
_BLOCK = 1 << 20  # characters of the corpus hashed at a time, to limit the memory
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of the hashes: odd, with well-mixed bits
_BUCKETS = 20  # bits of a hash, looked up before all 64


@dataclass(frozen=True)
class TextMetrics:
    """The result of `measure_text`. Shares are from 0 to 1, or None if they are of nothing."""

    characters: int
    words: int
    words_known: float | None
    """The share of the words that occur in the corpus."""
    cues: int | None
    """The number of lines that look like a cue; None if the corpus is not a script."""
    cues_well_formed: float | None
    speakers_known: float | None
    """The share of the well-formed cues that name a speaker of the corpus."""
    longest_copy: str
    """The longest run of characters that occurs in the corpus; the first of several."""
    copied: float | None
    """The share of the characters that are in copied runs of more than 50 characters."""
    repeated: float | None
    """The share of the 20-grams (windows of 20 characters) that occurred earlier in the text."""


def measure_text(text: str, corpus_text: str) -> TextMetrics:
    """Compare a generated text with the corpus.

    The text is taken to start after a blank line and to end anywhere, so its last line need not be
    a cue.

    Words: a word is a longest run of letters with apostrophes inside. Case does not matter.

    Cues: in a script, every paragraph starts with a cue or is a direction in brackets. So a line
    looks like a cue if it starts a paragraph without a bracket. Elsewhere it does if it is a colon
    after a name that is in capitals or is a speaker of the corpus. A cue is well-formed if it
    starts its paragraph, is a name spelt like the corpus's names, ends with a colon, and is
    followed by a line that is not a cue. A name is spelt like them if each of its words occurs in
    the corpus's names or is in capitals; unless all names of the corpus are in capitals, a capital
    and small letters are allowed too. The corpus is a script if at least half of what looks like a
    cue in it is well-formed.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    vocabulary = {word.casefold() for word in {found[0] for found in _WORD.finditer(corpus_text)}}
    copies = np.array([*_shared(text, corpus_text, COPY + 1)], np.int64)
    grams = [text[at : at + LOOP] for at in range(len(text) - LOOP + 1)]
    cues, speakers, known = _cues(text, corpus_text)
    return TextMetrics(
        characters=len(text),
        words=len(words),
        words_known=_share(sum(word in vocabulary for word in words), len(words)),
        cues=cues,
        cues_well_formed=_share(len(speakers), cues or 0),
        speakers_known=_share(sum(name in known for name in speakers), len(speakers)),
        longest_copy=_longest(text, corpus_text, bool(len(copies))),
        copied=_share(_covered(copies, COPY + 1, len(text)), len(text)),
        repeated=_share(len(grams) - len(set(grams)), len(grams)),
    )


def split_end(corpus_text: str, length: int) -> tuple[str, str]:
    """Split the corpus, so that its end can be measured against the rest: (end, before).

    The end has about `length` characters, but at most a tenth of all, and starts with a paragraph
    if one starts near.
    """
    length = min(length, len(corpus_text) // 10)
    at = len(corpus_text) - length
    gap = corpus_text.find("\n\n", at, at + length // 2)
    at = gap + 2 if gap >= 0 else at
    return corpus_text[at:], corpus_text[:at]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


# --- cues


@dataclass(frozen=True)
class _Names:
    """How a corpus spells its speakers' names."""

    known: frozenset[str]
    words: frozenset[str]
    in_capitals: bool

    @classmethod
    def of(cls, lines: Sequence[str]) -> "_Names":
        openings = [line for before, line in pairwise(["", *lines]) if not before.strip()]
        known = frozenset(
            line[:-1] for line in openings if line.endswith(":") and _NAME.fullmatch(line[:-1])
        )
        words = frozenset(word for name in known for word in name.split())
        return cls(known, words, all(name == name.upper() for name in known))

    def fit(self, line: str) -> bool:
        """Whether the line is a name, spelt as in the corpus, and a colon."""
        name = line[:-1]
        return (
            line.endswith(":")
            and _NAME.fullmatch(name) is not None
            and not name[0].islower()
            and all(word in self.words or self._usual(word) for word in name.split())
        )

    def call(self, line: str) -> bool:
        """Whether the line must be a cue, wherever it is."""
        return self.fit(line) and (line == line.upper() or line[:-1] in self.known)

    def _usual(self, word: str) -> bool:
        mixed = () if self.in_capitals else (word.capitalize(), word.title())
        return word in (word.upper(), *mixed)


def _cues(text: str, corpus_text: str) -> tuple[int | None, list[str], frozenset[str]]:
    """The number of lines that look like a cue (None: the corpus is not a script), the names in the
    well-formed ones, and the speakers of the corpus."""
    lines = corpus_text.split("\n")
    names = _Names.of(lines)
    meant, speakers = _found(lines, names)
    if not speakers or 2 * len(speakers) < meant:
        return None, [], names.known
    return *_found(text.removesuffix("\n").split("\n"), names), names.known


def _found(lines: Sequence[str], names: _Names) -> tuple[int, list[str]]:
    """The number of lines that look like a cue, and the names in the well-formed ones."""
    meant, speakers = 0, []
    opens = True
    for line, following in pairwise(lines):
        if not line.strip():
            opens = True
            continue
        if not line.lstrip().startswith(("[", "(")) if opens else names.call(line):
            meant += 1
            if opens and names.fit(line) and following.strip() and not names.call(following):
                speakers.append(line[:-1])
        opens = False
    return meant, speakers


# --- copies


def _longest(text: str, corpus: str, copied: bool) -> str:
    """The longest run of `text` that occurs in `corpus`; `copied` says if it is longer than COPY.

    It is found by bisection: if a run is shared, so are all shorter ones in it.
    """
    low, high = (COPY + 1, len(text)) if copied else (1, min(COPY, len(text)))
    longest = ""
    while low <= high:
        length = (low + high) // 2
        start = next(_shared(text, corpus, length), None)
        if start is None:
            high = length - 1
        else:
            longest, low = text[start : start + length], length + 1
    return longest


def _covered(starts: NDArray[np.int64], length: int, size: int) -> int:
    """How many of `size` characters are in one of the windows of `length` at `starts`."""
    steps = np.zeros(size + 1, np.int64)
    steps[starts] += 1
    steps[starts + length] -= 1
    return int(np.count_nonzero(np.cumsum(steps)))


def _shared(text: str, corpus: str, length: int) -> Iterator[int]:
    """The starts of the windows of `length` (1 or more) characters in `text` that `corpus` has too.

    Windows are found by their hashes, and compared as text before they count.
    """
    if min(len(text), len(corpus)) < length:
        return
    span = _BLOCK + length - 1
    hashes = _Hashes(max(min(span, len(corpus)), len(text)), length)
    wanted, window = np.unique(hashes.of(text), return_inverse=True)
    bucket = np.uint64(64 - _BUCKETS)
    maybe = np.zeros(1 << _BUCKETS, bool)
    maybe[wanted >> bucket] = True
    place = np.full(len(wanted), -1)
    for begin in range(0, len(corpus) - length + 1, _BLOCK):
        block = hashes.of(corpus[begin : begin + span])
        likely = np.flatnonzero(maybe[block >> bucket])
        slot = np.searchsorted(wanted, block[likely]).clip(max=len(wanted) - 1)
        same = wanted[slot] == block[likely]
        place[slot[same]] = begin + likely[same]
    places = place[window]
    for start in np.flatnonzero(places >= 0).tolist():
        copy, at = text[start : start + length], int(places[start])
        # Two texts with one hash are next to impossible, and only cost a search.
        if copy == corpus[at : at + length] or copy in corpus:
            yield start


class _Hashes:
    """Polynomial hashes modulo 2**64 of all windows of a text of at most `size` characters."""

    def __init__(self, size: int, length: int) -> None:
        self._length = length
        self._powers = np.cumprod(np.full(size, _BASE), dtype=np.uint64)

    def of(self, text: str) -> NDArray[np.uint64]:
        """One hash for each window: uint64 (len(text) - length + 1,)."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        sums: NDArray[np.uint64] = np.zeros(len(codes) + 1, np.uint64)
        # The powers fall with the position in the text; rising powers then take it out again.
        np.cumsum(codes * self._powers[::-1][: len(codes)], out=sums[1:])
        windows = sums[self._length :] - sums[: -self._length]
        return windows * self._powers[: len(windows)]
