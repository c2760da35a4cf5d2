"""Clean a text of any length in pieces, with little memory."""

import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from bardtui.escaping import LINE_BREAK, MARK_LIMIT, limit_marks, remove_controls, remove_invisible
from bardtui.model.vocabulary import tally
from bardtui.text.encoding import BLOCK, decoded
from bardtui.text.errors import EmptyTextError
from bardtui.text.gutenberg import Books

_CONTEXT = MARK_LIMIT + 1  # characters that cleaning what follows them may depend on


def clean(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the text in `raw`, cleaned, and notes on what was done to it: see `Cleaning`."""
    cleaning = Cleaning(io.BytesIO(raw), name)
    return "".join(cleaning), cleaning.notes


class Cleaning:
    """One reading of a file from beginning to end: iterate over it for the clean text's pieces.

    The clean text is in Unicode normalization form C and has `\\n` line ends. It has no byte order
    mark, no control characters but newlines and tabs, no invisible characters but those that
    languages and emoji need (see `bardtui.escaping.remove_invisible`), and nothing that Project
    Gutenberg added. Cleaning a clean text changes nothing, nor does the size of the pieces.

    `name` is for the messages. `strip` removes the line ends at the beginning and the end of the
    text. `read` is called after every `block` bytes with the number of bytes read so far. The
    iteration raises CorpusError if the file is not UTF-8 or not a text, and EmptyTextError.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        *,
        strip: bool = False,
        read: Callable[[int], object] = lambda offset: None,
        block: int = BLOCK,
    ) -> None:
        self._name, self._strip = name, strip
        self._removed = self._marks = 0
        plain = _normalized(self._plain(decoded(file, name, read, block)))
        self._books = Books(plain)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the text, one line each, once it has been read to the end."""
        header, credits = self._books.header, self._books.notes
        done = (
            (self._removed, "removed {} control or invisible character{}"),
            (self._marks, "removed {} combining mark{} after thirty in a row"),
            (header, "cut off {} character{} of Project Gutenberg's header and licence"),
            (credits, "cut off {} character{} of transcriber's credits and notes"),
        )
        return tuple(note.format(f"{n:,}", "s" * (n > 1)) for n, note in done if n)

    def __iter__(self) -> Iterator[str]:
        pieces = self._edged(self._books)
        begin = ""
        for piece in pieces:
            begin += piece
            if not begin.isspace():
                break
        else:
            raise EmptyTextError(f"{self._name} is empty")
        yield begin
        yield from pieces

    def _plain(self, pieces: Iterable[str]) -> Iterator[str]:
        """The text with `\\n` line ends and without characters that do not belong into a text."""
        visible = limited = ""  # the characters before, without invisible ones, and without marks
        for text in _whole_line_ends(pieces):
            # Few texts need a change, which their different characters show quickly. Blanks between
            # them, because some characters may only stand after certain others.
            different = " ".join(tally(text))
            if LINE_BREAK.search(different):
                text = LINE_BREAK.sub("\n", text)
            length = len(text)
            if remove_invisible(remove_controls(different)) != different:
                text = remove_invisible(remove_controls(text), visible)
            self._removed += length - len(text)
            visible = (visible + text[-_CONTEXT:])[-_CONTEXT:]
            length = len(text)
            if any(unicodedata.category(character)[0] == "M" for character in different):
                text = limit_marks(limited + text)[len(limited) :]
            self._marks += length - len(text)
            limited = (limited + text[-_CONTEXT:])[-_CONTEXT:]
            if text:
                yield text

    def _edged(self, books: Iterable[str]) -> Iterator[str]:
        """Books without the line ends at their edges and with a blank line between them.

        A text of which nothing was cut off keeps its edges, unless it is to be stripped.
        """
        begins, between, held, cut = self._strip, "", "", False
        for piece in books:
            if not piece:  # something was cut off here
                begins, held, cut = True, "", True
                continue
            text = piece.lstrip("\n") if begins else piece
            if body := text.rstrip("\n"):
                yield (between if begins else held) + body
                begins, between, held = False, "\n\n", text[len(body) :]
            else:
                held += text
        if held and not (self._strip or cut):
            yield held


def _whole_line_ends(pieces: Iterable[str]) -> Iterator[str]:
    """The same text, in pieces that do not end between `\\r` and `\\n`."""
    rest = ""
    for piece in pieces:
        text = rest + piece
        rest = "\r" if text.endswith("\r") else ""
        yield text.removesuffix("\r")
    yield rest


def _normalized(pieces: Iterable[str]) -> Iterator[str]:
    for piece in _cut(pieces):
        yield piece if piece.isascii() else unicodedata.normalize("NFC", piece)


def _cut(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in pieces of which each is normalized as it would be in the whole text.

    The cuts are after a newline or, in a line longer than a piece, before a character that does not
    combine with the one before it.
    """
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
    """Whether no character before this one combines with it."""
    if "\u1100" <= character <= "\u11ff":  # letters of Hangul, which make syllables
        return False
    return unicodedata.category(character)[0] in "LNPSZ"
