"""How good a written text is, judged beside the text that its model learnt from: whether its words
and cues are real ones, how much of it is copied, and whether it goes round in circles."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

COPY = 50  # a run shared with the corpus counts as copied where it is longer than this
LOOP = 20  # the windows in which a text's repetitions of itself are counted

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What a speaker's name is made of, whatever its letters' case: words with one space or joint
# between them. MRS. O'BRIEN  MASTER-GUNNER  LUCILIUS' SERVANT  PAGE & SHALLOW  Senators, &C
_NAME = re.compile(r"[^\W_]+(?:(?:['’.-]|['’.,]? (?:& ?)?)[^\W_]+)*\.?")
_BLOCK = 1 << 20  # characters of the corpus hashed at a time: what bounds the memory
_BASE = np.uint64(0x9E3779B97F4A7C15)  # of the hashes: odd, with its bits well mixed
_BUCKETS = 20  # bits of a hash that are looked up before all of them are


@dataclass(frozen=True)
class Judgement:
    """What `judge` found. Shares are from 0 to 1, and None where there is nothing to share out."""

    characters: int
    words: int
    words_known: float | None
    """The share of the words that the corpus has too."""
    cues: int | None
    """How many lines look meant as a cue; None where the corpus is no script."""
    cues_well_formed: float | None
    speakers_known: float | None
    """The share of the well-formed cues that name a speaker of the corpus."""
    longest_copy: str
    """The longest run of characters that stands in the corpus as well; the first of several."""
    copied: float | None
    """The share of the characters that lie in copied runs of more than 50 characters."""
    repeated: float | None
    """The share of the 20-grams (windows of 20 characters) that occurred earlier in the text."""


def judge(text: str, corpus_text: str) -> Judgement:
    """Judge a written text beside the corpus. It is taken to begin as if after a blank line, and
    to break off anywhere: its last line is not asked to be a cue.

    A word is a run of letters, apostrophes inside it included, as long as it goes; case does not
    matter. In a script every paragraph opens with a cue or is a direction in brackets: so a line
    looks meant as a cue when it opens a paragraph without a bracket, and also when it stands
    elsewhere but is a name in capitals, or a speaker's of the corpus, and a colon. It is
    well-formed when it opens its paragraph, is a name written as the corpus writes names, ends in
    the colon, and has a line under it that is no cue. A name is written as the corpus writes them
    when each of its words is one of the corpus's names or is in capitals; unless all the corpus's
    names are in capitals, a capital and small letters will do. The corpus is a script when at
    least half of what looks meant as a cue in it is well-formed.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    vocabulary = {word.casefold() for word in {found[0] for found in _WORD.finditer(corpus_text)}}
    copies = np.array([*_shared(text, corpus_text, COPY + 1)], np.int64)
    grams = [text[at : at + LOOP] for at in range(len(text) - LOOP + 1)]
    meant, speakers, known = _cues(text, corpus_text)
    return Judgement(
        characters=len(text),
        words=len(words),
        words_known=_share(sum(word in vocabulary for word in words), len(words)),
        cues=meant,
        cues_well_formed=_share(len(speakers), meant or 0),
        speakers_known=_share(sum(name in known for name in speakers), len(speakers)),
        longest_copy=_longest(text, corpus_text, bool(len(copies))),
        copied=_share(_covered(copies, COPY + 1, len(text)), len(text)),
        repeated=_share(len(grams) - len(set(grams)), len(grams)),
    )


def yardstick(corpus_text: str, length: int) -> tuple[str, str]:
    """The corpus's own end, to be judged beside what stands before it: (end, before).

    The end has about `length` characters, but at most a tenth of all, and begins with a paragraph
    where one begins near.
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
    """How a corpus writes its speakers' names."""

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
        """Whether the line is a name and a colon, the name written as in the corpus."""
        name = line[:-1]
        return (
            line.endswith(":")
            and _NAME.fullmatch(name) is not None
            and not name[0].islower()
            and all(word in self.words or self._usual(word) for word in name.split())
        )

    def call(self, line: str) -> bool:
        """Whether the line can be nothing but a cue, wherever it stands."""
        return self.fit(line) and (line == line.upper() or line[:-1] in self.known)

    def _usual(self, word: str) -> bool:
        mixed = () if self.in_capitals else (word.capitalize(), word.title())
        return word in (word.upper(), *mixed)


def _cues(text: str, corpus_text: str) -> tuple[int | None, list[str], frozenset[str]]:
    """How many lines look meant as a cue (None: the corpus is no script), whom the well-formed
    ones name, and the speakers of the corpus."""
    lines = corpus_text.split("\n")
    names = _Names.of(lines)
    meant, speakers = _found(lines, names)
    if not speakers or 2 * len(speakers) < meant:
        return None, [], names.known
    return *_found(text.removesuffix("\n").split("\n"), names), names.known


def _found(lines: Sequence[str], names: _Names) -> tuple[int, list[str]]:
    """How many lines look meant as a cue, and whom the well-formed ones of them name."""
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
    """The longest run of `text` that stands in `corpus`; `copied` tells whether it is longer than
    COPY. Found by bisection: where a run is shared, so are all shorter ones in it."""
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
    """How many of `size` characters lie in one of the windows of `length` that begin there."""
    steps = np.zeros(size + 1, np.int64)
    steps[starts] += 1
    steps[starts + length] -= 1
    return int(np.count_nonzero(np.cumsum(steps)))


def _shared(text: str, corpus: str, length: int) -> Iterator[int]:
    """Where in `text` the windows of `length` (1 or more) characters begin that `corpus` has too.

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
        # Two texts of one hash are next to impossible, and then only cost a search.
        if copy == corpus[at : at + length] or copy in corpus:
            yield start


class _Hashes:
    """Polynomial hashes, modulo 2**64, of all windows of a text of at most `size` characters."""

    def __init__(self, size: int, length: int) -> None:
        self._length = length
        self._powers = np.cumprod(np.full(size, _BASE), dtype=np.uint64)

    def of(self, text: str) -> NDArray[np.uint64]:
        """One hash a window: uint64 (len(text) - length + 1,)."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        sums: NDArray[np.uint64] = np.zeros(len(codes) + 1, np.uint64)
        # The weights fall from left to right, by the place in the text; the powers that then rise
        # with the place take it out again.
        np.cumsum(codes * self._powers[::-1][: len(codes)], out=sums[1:])
        windows = sums[self._length :] - sums[: -self._length]
        return windows * self._powers[: len(windows)]
