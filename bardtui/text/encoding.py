"""Decode text files, guess the encoding of those that are not UTF-8, and convert them."""

import codecs
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bardtui.files import atomic_write, read_regular
from bardtui.text.errors import CorpusError, EncodingError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

BLOCK = 1 << 20  # bytes read at once
MAX_CONVERTED = 1 << 28  # bytes of a file

# The encodings that texts are in, by the names people know, with those that Python knows. The
# order is that of preference where a text reads the same in several.
ENCODINGS = {
    "UTF-8": "utf_8_sig",
    "UTF-16": "utf_16",
    "UTF-32": "utf_32",
    "Windows-1252": "cp1252",
    "GB18030": "gb18030",
    "Big5": "big5",
    "Shift-JIS": "cp932",
    "EUC-JP": "euc_jp",
    "EUC-KR": "cp949",
    "Windows-1251": "cp1251",
    "KOI8-R": "koi8_r",
    "Windows-1250": "cp1250",
    "ISO-8859-2": "iso8859_2",
    "Windows-1253": "cp1253",
    "Windows-1254": "cp1254",
    "Windows-1255": "cp1255",
    "Windows-1256": "cp1256",
    "Mac-Roman": "mac_roman",
}
_WITH_MARK = {
    "UTF-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "UTF-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
_SAMPLE = 1 << 16  # bytes that a guess is made from
_FEW = 8  # bytes beyond ASCII that say little about an encoding
_ORDERLY = 0.05  # a difference in charset_normalizer's measure of mess that tells texts apart
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "mac_roman")


@dataclass(frozen=True)
class Guess:
    """An encoding, as a name of ENCODINGS, and how sure it is, such as "probably"."""

    encoding: str
    sure: str

    def __str__(self) -> str:
        return f"{self.sure} {self.encoding}"


def decoded(
    file: BinaryIO, name: str, read: Callable[[int], object], block: int = BLOCK
) -> Iterator[str]:
    """The text of a UTF-8 file in pieces, without a byte order mark.

    `read` is called after every `block` bytes with the number of bytes read so far. Raises
    CorpusError if the file is not UTF-8, with the place and the encoding that it may be in, and if
    it has NUL bytes.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    offset, line, raw = 0, 1, b"\n"
    while raw:
        raw = file.read(block)
        if offset == 0 and (guess := _marked(raw)):
            raise EncodingError(f"{name} is not UTF-8: it is {guess}", name)
        if (nul := raw.find(b"\0")) >= 0:
            raise CorpusError(f"{name} is not a text: it has a NUL byte at offset {offset + nul:,}")
        try:
            yield decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            # The decoder may have kept some bytes of the last block.
            at = offset + len(raw) - len(error.object) + error.start
            line += error.object.count(b"\n", 0, error.start)
            byte = error.object[error.start]
            sample = _around(file, at)
            place = f"{name} is not UTF-8: byte 0x{byte:02x} at offset {at:,} (line {line:,})"
            if _is_mostly_utf8(sample):
                told = f"{place}; the text around it is UTF-8: correct this place"
                raise CorpusError(told) from error
            if guess := guess_encoding(sample):
                raise EncodingError(f"{place}; it is {guess}", name) from error
            raise CorpusError(f"{place}; its encoding is not known") from error
        line += raw.count(b"\n")
        offset += len(raw)
        read(offset)


def guess_encoding(sample: bytes) -> Guess | None:
    """The encoding that the bytes of a text are probably in, or None."""
    if guess := _marked(sample):
        return guess
    sample = b"\n".join(line for line in sample.split(b"\n") if not line.isascii())
    if sum(byte >= 0x80 for byte in sample) < _FEW:
        return Guess("Windows-1252", "perhaps")
    from charset_normalizer import from_bytes  # only now: few texts need it

    isolation = [codec for name, codec in ENCODINGS.items() if not name.startswith("UTF")]
    for end in range(len(sample), len(sample) - 4, -1):  # the last character may be cut in two
        matches = from_bytes(sample[:end], cp_isolation=isolation)
        if best := matches.best():
            orderly = [match for match in matches if match.chaos < best.chaos + _ORDERLY]
            likely = best
            if best.encoding in _LATIN:  # they differ in few letters: see which reads as letters
                alike = [m for m in orderly if m.encoding in _LATIN]
                likely = max(alike, key=lambda match: (_letters(str(match)), -min(_ranks(match))))
            if len({str(match) for match in orderly}) == 1:
                sure = "almost certainly"
            else:
                sure = "probably" if likely.coherence >= 0.5 else "perhaps"
            return Guess([*ENCODINGS][min(_ranks(likely))], sure)
    return None


def _is_mostly_utf8(sample: bytes) -> bool:
    """Whether a text that is not UTF-8 seems to be UTF-8 with a few wrong bytes."""
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(not character.isascii() for character in text) > 5 * wrong


def _ranks(match: "CharsetMatch") -> list[int]:
    """The places in ENCODINGS of the encodings in which a match reads the same."""
    known = [*ENCODINGS.values()]
    same = {match.encoding, *match.could_be_from_charset}
    return [known.index(codec) for codec in same if codec in known]


def _letters(text: str) -> float:
    """How much of the text beyond ASCII is letters, 0 to 1."""
    beyond = [character for character in text if not character.isascii()]
    return sum(map(str.isalpha, beyond)) / max(len(beyond), 1)


def convert(path: Path, encoding: str | None = None) -> tuple[Path, Guess]:
    """Convert a text file to UTF-8 in place; return the copy of the original, and its encoding.

    `encoding` is a name of ENCODINGS in any case, or one that Python knows for the same encoding;
    without it, the encoding is guessed. Raises CorpusError and OSError.
    """
    raw = read_regular(path, MAX_CONVERTED)
    guess = (
        Guess(_known(encoding), "certainly") if encoding else _marked(raw) or _guess_of(path, raw)
    )
    try:
        text = raw.decode(ENCODINGS[guess.encoding])
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not {guess.encoding}: byte 0x{raw[error.start]:02x} at offset "
            f"{error.start:,}; name its encoding with --from"
        ) from error
    original = path.with_name(f"{path.name}.original")
    # After a kill between the two writes, the copy is there and the file is not converted yet.
    if not original.exists():
        atomic_write(original, raw, private=False)
    elif read_regular(original, MAX_CONVERTED) != raw:
        raise CorpusError(f"{original} exists: move it away first")
    atomic_write(path, text, private=False)
    return original, guess


def _guess_of(path: Path, raw: bytes) -> Guess:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        sample = _around(io.BytesIO(raw), error.start)
        if _is_mostly_utf8(sample):
            raise CorpusError(
                f"{path} is UTF-8 but for byte 0x{raw[error.start]:02x} at offset "
                f"{error.start:,}: correct this place"
            ) from error
        if guess := guess_encoding(sample):
            return guess
        raise CorpusError(f"the encoding of {path} is not known: name it with --from") from error
    raise CorpusError(f"{path} is UTF-8 already")


def _known(encoding: str) -> str:
    """The name in ENCODINGS for what a user calls an encoding. Raises CorpusError."""
    try:
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError):  # ValueError: a NUL in it
        codec = ""
    for name, known in ENCODINGS.items():
        if name.casefold() == encoding.casefold() or codecs.lookup(known).name == codec:
            return name
    raise CorpusError(f"no encoding called {encoding}; there are {', '.join(ENCODINGS)}")


def _marked(raw: bytes) -> Guess | None:
    """The encoding that a byte order mark other than UTF-8's tells."""
    for name, marks in _WITH_MARK.items():  # UTF-32 first: its mark begins with that of UTF-16
        if raw.startswith(marks):
            return Guess(name, "certainly")
    return None


def _around(file: BinaryIO, at: int) -> bytes:
    """Some of a file's bytes around an offset, to guess the encoding from."""
    begin = max(0, at - _SAMPLE // 2)
    file.seek(begin)
    part = file.read(_SAMPLE)
    # From the beginning of a line to the end of one, if there are several.
    first = part.find(b"\n") + 1 if begin else 0
    last = part.rfind(b"\n") + 1 if len(part) == _SAMPLE else len(part)
    return part[first:last] if first < last else part
