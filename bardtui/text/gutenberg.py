"""Remove what Project Gutenberg adds to its books: headers, licences, credits, transcriber's notes.

A book is between a start mark and an end mark. A mark counts only near the beginning or the end:
what is before a start mark has to look like a header, and what is after an end mark like a licence.
A file may have several books.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

HEADER = 40_000  # characters: no header is longer
LICENCE = 40_000  # characters: no licence is longer, not even with the header of the next book
NOTES = 4_000  # characters at each end of a book that are searched for credits and notes

_REACH = 1_200  # characters: no mark is longer
_BRIEF = 300  # characters before a starred mark that are taken for a header, whatever they say
_GAP = 100  # characters between two end marks of one book
_AFTER_END = 2_000  # characters after an end mark without stars, in which a licence shows itself

_EBOOK = r"PROJECT GUTENBERG(?:['\u2019]S)? E-?(?:BOOK|TEXT)\b"
_LINE = r"[^\n]{0,400}(?=\n|\Z)"
# A long title goes on in the next lines, up to the stars.
_TITLE = r"(?:(?:[^\n]|\n(?![ \t]*\n)){0,400}?\*\*\*[ \t]*(?=\n|\Z)|" + _LINE + ")"
_MARK = re.compile(
    r"\n[ \t]{0,80}(?:"
    rf"(?P<start>\*{{1,5}} ?START OF (?:THE |THIS )?{_EBOOK}{_TITLE}"
    r"|\*END\*? ?THE SMALL PRINT![^\n]{0,200}\*END\*" + _LINE + ")"
    rf"|(?P<plain_start>(?-i:Start|START) OF (?:THE |THIS )?{_EBOOK}{_LINE})"
    rf"|(?P<end>\*{{1,5}} ?END OF (?:THE |THIS )?{_EBOOK}{_LINE})"
    r"|(?P<plain_end>(?-i:End|END) OF (?:THE |THIS )?PROJECT GUTENBERG"
    rf"(?:['\u2019]S| E-?(?:BOOK|TEXT))\b{_LINE}))",
    re.IGNORECASE,
)
_IS_HEADER = re.compile(
    r"^(?:[\W_]*(?:The )?Project Gutenberg\b"
    r"|(?:Title|Author|Editor|Translator|Release date|Language|Credits) ?:)",
    re.IGNORECASE | re.MULTILINE,
)
_IS_LICENCE = re.compile(
    r"Project Gutenberg(?:\u2122|-tm| Literary| License)|electronic works?\b|should be named"
    r"|gutenberg\.(?:org|net)|pglaf|SMALL PRINT|\*\*\* ?(?:START|END)\b",
    re.IGNORECASE,
)

_TRANSCRIBER = r"Transcriber(?:['\u2019]s|s['\u2019]?)?(?:['\u2019])? Notes?\b"
_NOTE = re.compile(rf"[\W_]{{0,200}}{_TRANSCRIBER}(?P<alone>[\W_]{{0,200}}\Z)?", re.IGNORECASE)
_CREDIT = re.compile(
    r"[\W_]{0,20}(?:(?:This |The )?(?:E-?text|E-?book|File|Text) (?:was |is )?)?"
    r"(?:Produced|Prepared|Transcribed|Scanned|Digiti[sz]ed|Proofread)\b[^.]{0,60}?\bby\b"
    r"|.*?(?:for Project Gutenberg|Project Gutenberg (?:also|has|volunteer)"
    r"|Distributed Proofread|pgdp\.net|generously made available)",
    re.IGNORECASE | re.DOTALL,
)
_CREDIT_LENGTH = 800  # characters: no paragraph of credits is longer
_PARAGRAPH = re.compile(r"\s*(\S.*?)(?=\n[ \t]*\n|\Z)", re.DOTALL)
_END_NOTE = re.compile(rf"\n[ \t]*\n[^\w\n]*{_TRANSCRIBER}[^\n]{{0,40}}", re.IGNORECASE)


@dataclass
class _Mark:
    """A mark: its text, whether it starts a book or ends one, and whether it has its stars."""

    text: str
    starts: bool
    starred: bool


class Books:
    """One reading of a text in pieces: iterate over it for what the books say, also in pieces.

    An empty piece stands where something was cut off. `header` and `notes` count the characters
    that were: those of headers and licences, and those of credits and transcriber's notes. Only a
    limited part of the text is in memory, and how it is cut into pieces makes no difference.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = pieces
        self.header = self.notes = 0
        self._state = "header"
        self._held = ""  # text about which nothing is decided: a header, a front, or a book's end
        self._size = 0  # characters of the book, without what is held
        self._end = _Mark("", starts=False, starred=False)
        self._after = ""  # what is after `_end`, in the state "licence"
        self._found = False

    def __iter__(self) -> Iterator[str]:
        for text, mark in _marked(self._pieces):
            yield from self._read(text)
            if mark is not None:
                yield from self._start(mark) if mark.starts else self._stop(mark)
        if self._state == "licence" and self._is_licence():
            yield from self._close()
        yield from self._settle()
        if self._held:
            yield self._held

    def _read(self, text: str) -> Iterator[str]:
        if self._state == "licence":
            self._after += text
            if len(self._after) > LICENCE:
                yield from self._settle()
            return
        self._held += text
        if self._state == "header" and len(self._held) <= HEADER:
            return
        if self._state == "front" and len(self._held) <= NOTES:
            return
        yield from self._settle()

    def _settle(self) -> Iterator[str]:
        """Take what is undecided for text of the book, and yield it but for its last characters."""
        if self._state == "licence":
            self._held += self._end.text + self._after
            self._after = ""
        elif self._state == "front":
            self._held = self._without_credits(self._held)
        self._state = "book"
        text, self._held = self._held[:-NOTES], self._held[-NOTES:]
        self._size += len(text)
        if text:
            yield text

    def _start(self, mark: _Mark) -> Iterator[str]:
        if self._state == "licence" and self._is_licence():
            yield from self._close()
        elif self._is_header(mark.starred):
            self.header += len(self._held)
        elif mark.starred and self._found:  # a book whose end mark is missing
            yield from self._settle()
            if self._held:
                yield self._held
        else:
            yield from self._settle()
            yield from self._read(mark.text)
            return
        self.header += len(mark.text)
        self._state, self._held, self._size, self._found = "front", "", 0, True
        yield ""

    def _stop(self, mark: _Mark) -> Iterator[str]:
        gap = len(self._after.strip())
        if self._state == "licence" and (gap <= _GAP or self._speaks_of_licence()):
            self._after += mark.text
            self._end.starred |= mark.starred
            return
        yield from self._settle()
        self._state, self._end = "licence", mark

    def _is_header(self, starred: bool) -> bool:
        """Whether what is before a start mark is a header, or what follows the first of two."""
        brief = starred and len(self._held.strip()) <= _BRIEF
        if self._state == "header":
            return brief or _IS_HEADER.search(self._held) is not None
        return self._state == "front" and brief

    def _is_licence(self) -> bool:
        """Whether the end mark ends the book, by what is after it."""
        after = self._after.strip()
        brief = self._end.starred or len(after) <= _AFTER_END
        return not after or (self._found and brief) or self._speaks_of_licence()

    def _speaks_of_licence(self) -> bool:
        return _IS_LICENCE.search(self._after.lstrip()[:_AFTER_END]) is not None

    def _close(self) -> Iterator[str]:
        """End the book at the end mark."""
        self.header += len(self._end.text) + len(self._after)
        book = self._without_end_note(self._held)
        self._state, self._held, self._after, self._found = "book", "", "", True
        if book:
            yield book
        yield ""

    def _without_credits(self, front: str) -> str:
        """The beginning of a book without the credits and notes that it begins with."""
        begin = 0
        while paragraph := _PARAGRAPH.match(front, begin, NOTES):
            text, end = paragraph[1], paragraph.end()
            if note := _NOTE.match(text):
                if text.startswith("["):
                    end = _closing_bracket(front, paragraph.start(1), NOTES)
                elif note["alone"] is not None and (after := _PARAGRAPH.match(front, end, NOTES)):
                    end = after.end()
            elif len(text) > _CREDIT_LENGTH or not _CREDIT.match(text):
                break
            if end >= min(len(front), NOTES):  # it may go on
                break
            begin = end
        self.notes += begin
        return front[begin:]

    def _without_end_note(self, end: str) -> str:
        """The end of a book without the transcriber's note that it ends with."""
        notes = list(_END_NOTE.finditer(end))
        if not notes:
            return end
        begin = notes[-1].start()
        bracket = end.find("[", begin, notes[-1].end())
        if bracket >= 0:
            ends_here = not end[_closing_bracket(end, bracket, len(end)) :].strip()
        else:
            ends_here = self._size + begin > 4 * (len(end) - begin)
        if not ends_here:
            return end
        self.notes += len(end) - begin
        return end[:begin]


def _closing_bracket(text: str, begin: int, end: int) -> int:
    """The offset after the bracket that closes the one at `begin`; `end` if there is none."""
    depth = 0
    for at in range(begin, min(end, len(text))):
        depth += {"[": 1, "]": -1}.get(text[at], 0)
        if not depth:
            return at + 1
    return end


def _marked(pieces: Iterable[str]) -> Iterator[tuple[str, _Mark | None]]:
    """Cut a text at its marks: what is before each, and the mark."""
    text = "\n"  # begins with the character before, as marks begin with a line
    for piece in chain(pieces, [""]):
        text += piece
        # A mark that begins later may go on in the next piece.
        at, sure = 1, len(text) - (_REACH if piece else 0)
        for found in _MARK.finditer(text):
            if found.start() >= sure:
                break
            starts = bool(found["start"] or found["plain_start"])
            starred = bool(found["start"] or found["end"])
            mark = _Mark(found[0][1:], starts=starts, starred=starred)
            yield text[at : found.start() + 1], mark
            at = found.end()
        sure = max(at, sure)
        yield text[at:sure], None
        text = text[sure - 1 :]
