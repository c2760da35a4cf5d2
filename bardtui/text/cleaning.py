"""Cleaning a text of any length: read in pieces, each cleaned by itself, in little memory."""

import codecs
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from bardtui.model.vocabulary import tally
from bardtui.text.catalogue import CorpusError

BLOCK = 1 << 20  # bytes read at once
HEADER = 100_000  # characters: no header of Project Gutenberg's is longer

_REACH = 1_200  # characters: no mark of Project Gutenberg's is longer, nor spans an empty line
_MARK = re.compile(
    r"\n(?:(?P<start>\*\*\* ?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b"
    r"(?:[^*\n]|\n(?!\n)){0,400}\*\*\*|\*END\*? ?THE SMALL PRINT![^\n]{0,200}\*END\*)"
    r"|\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b"
    r"|End of (?:The |This )?Project Gutenberg(?:'s|\u2019s| E(?:Book|text))\b)"
    r"[^\n]{0,400}(?=\n|\Z)",
    re.IGNORECASE,
)
# Kinds of characters that no character before them changes or is changed by, so that a text may be
# cut before one: spaces, digits, letters with case, punctuation. And CJK ideographs.
_APART = ("Zs", "Nd", "Lu", "Ll", "Po")


class EmptyText(CorpusError):
    """There is nothing in a text, or nothing is left of it."""


def clean(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text in `raw`, cleaned, and notes on what was done to it: see `Cleaning`."""
    cleaning = Cleaning(io.BytesIO(raw), name)
    return "".join(cleaning), cleaning.notes


class Cleaning:
    """One reading of a file from beginning to end: iterate over it for the clean text's pieces.

    The text is Unicode NFC with `\\n` line ends, without a byte order mark, without control and
    invisible format characters but line ends and tabs (no model can learn a terminal's codes),
    and without Project Gutenberg's headers and licences. Cleaning a clean text changes nothing, and
    where the pieces are cut changes nothing either.

    `name` is for the messages. `strip` leaves out the line ends that the text begins and ends with.
    `read` is told how many bytes have been read. The iteration raises CorpusError for what is not
    UTF-8 or not a text, and EmptyText.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        *,
        strip: bool = False,
        read: Callable[[int], object] = lambda offset: None,
    ) -> None:
        self._file, self._name, self._strip, self._read = file, name, strip, read
        self._removed = 0
        self._cut_off = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the text, for people, once it has been read to the end."""
        notes = []
        if n := self._removed:
            notes.append(f"removed {n:,} control or invisible character{'s' * (n > 1)}")
        if self._cut_off:
            notes.append("Project Gutenberg's header and licence cut off")
        return tuple(notes)

    def __iter__(self) -> Iterator[str]:
        pieces = self._edged(self._books(_marked(self._plain())))
        begin = ""
        for piece in pieces:
            begin += piece
            if not begin.isspace():
                break
        else:
            raise EmptyText(f"{self._name} is empty")
        yield begin
        yield from pieces

    def _plain(self) -> Iterator[str]:
        """The text but for Project Gutenberg's additions; no piece is empty."""
        for piece in _cut(self._decoded()):
            text = piece
            for line_end in ("\r\n", "\r", "\u0085", "\u2028", "\u2029"):
                text = text.replace(line_end, "\n")
            length = len(text)
            for character in filter(_is_invisible, tally(text)):
                text = text.replace(character, "")
            self._removed += length - len(text)
            if text:
                yield text if text.isascii() else unicodedata.normalize("NFC", text)

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        offset, line, raw = 0, 1, b"\n"
        while raw:
            raw = self._file.read(BLOCK)
            if offset == 0 and raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
                raise CorpusError(f"{self._name} looks like UTF-16 or UTF-32: save it as UTF-8")
            if (nul := raw.find(b"\0")) >= 0:
                raise CorpusError(
                    f"{self._name} is not a text: it has a NUL byte at offset {offset + nul:,}"
                )
            try:
                yield decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                # The decoder may have kept some bytes of the last block.
                at = offset + len(raw) - len(error.object) + error.start
                line += error.object.count(b"\n", 0, error.start)
                raise CorpusError(_not_utf8(self._name, error, at, line)) from error
            line += raw.count(b"\n")
            offset += len(raw)
            self._read(offset)

    def _books(self, marked: Iterable[tuple[str, str]]) -> Iterator[str]:
        """What stands between Project Gutenberg's marks, of every book in the text; "" at marks.

        What is no longer than a header and ends in a start's mark is one.
        """
        inside, size, head = True, 0, list[str]()
        for text, mark in marked:
            if inside:
                size += len(text)
                head.append(text)
                if size > HEADER or mark == "end":
                    yield from filter(None, head)
                    head.clear()
            if mark:
                self._cut_off = True
                inside, size = mark == "start", 0
                head.clear()
                yield ""
        yield from filter(None, head)

    def _edged(self, books: Iterable[str]) -> Iterator[str]:
        """Books without the line ends at their edges and with a blank line between them. A text
        that no mark was found in keeps its edges, if it is not to be stripped."""
        begins, between, held = self._strip, "", ""
        for piece in books:
            if not piece:  # a mark
                begins, held = True, ""
                continue
            text = piece.lstrip("\n") if begins else piece
            if body := text.rstrip("\n"):
                yield (between if begins else held) + body
                begins, between, held = False, "\n\n", text[len(body) :]
            else:
                held += text
        if held and not (self._strip or self._cut_off):
            yield held


def _is_invisible(character: str) -> bool:
    """Whether it has no glyph of its own: C0, DEL and C1 controls, and the format characters
    that turn the direction of writing or take no room."""
    return unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\t"


def _not_utf8(name: str, error: UnicodeDecodeError, offset: int, line: int) -> str:
    byte = error.object[error.start]
    guess = "Windows-1252" if 0x80 <= byte < 0xA0 else "Latin-1 or Windows-1252"
    return (
        f"{name} is not UTF-8: byte 0x{byte:02x} at offset {offset:,} (line {line:,}); "
        f"it looks like {guess}: save it as UTF-8"
    )


def _cut(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, cut only where cleaning the parts is cleaning the whole: after a line feed or,
    in a line longer than a piece, before a character that stands apart from what is before it."""
    rest = ""
    for piece in pieces:
        new, text = len(rest), rest + piece
        cut = text.rfind("\n", new) + 1
        if not cut:
            backwards = range(len(text) - 1, max(new, 1) - 1, -1)
            cut = next((at for at in backwards if _stands_apart(text[at])), 0)
        if cut:
            yield text[:cut]
        rest = text[cut:]
    if rest:
        yield rest


def _stands_apart(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or unicodedata.category(character) in _APART


def _marked(pieces: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Cut at Project Gutenberg's marks: text, and the mark that ends it: "start", "end" or ""."""
    text = "\n"  # begins with the character before, as marks begin with a line
    for piece in chain(pieces, [""]):
        text += piece
        # A mark that begins later may go on in the next piece.
        at, sure = 1, len(text) - (_REACH if piece else 0)
        for mark in _MARK.finditer(text):
            if mark.start() >= sure:
                break
            yield text[at : mark.start() + 1], "start" if mark["start"] else "end"
            at = mark.end()
        sure = max(at, sure)
        yield text[at:sure], ""
        text = text[sure - 1 :]
