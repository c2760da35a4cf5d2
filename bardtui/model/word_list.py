"""The words of a model's training text, in a compact form that travels with the model.

The words are sorted and each is stored as what it adds to the one before it (front coding), all
packed by zlib, in base 64: about two bytes a word.
"""

import base64
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

MAX_WORDS = 50_000
MAX_LENGTH = 40  # characters of a word
MAX_PACKED = 200_000  # characters of a packed list
_MOST_TEXT = 50_000_000  # characters that are counted, which takes some seconds
_MAX_BYTES = 2_000_000  # of a list that is unpacked
_A = ord("A")

# Chinese, Japanese, Thai, Lao, Burmese and Khmer: there is no space between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED += "\U00020000-\U0003ffff"
WORD = re.compile(rf"[^\W\d_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)*")


def words_in(text: str) -> Iterator[str]:
    """The words of a text, in small letters: runs of letters with apostrophes inside.

    Scripts that put no space between words have none.
    """
    return (found[0].casefold().replace("’", "'") for found in WORD.finditer(text))


def pack(texts: Iterable[str], more: Iterable[str] = ()) -> str:
    """Return a packed list of the MAX_WORDS most frequent words of a text, which is given in pieces
    that do not cut words, and of the words `more`. Only the beginning of a very long text counts.
    """
    counts, left = Counter(more), _MOST_TEXT
    for text in texts:
        counts.update(words_in(text))
        left -= len(text)
        if left <= 0:
            break
    common = [word for word, _ in counts.most_common() if len(word) <= MAX_LENGTH][:MAX_WORDS]
    parts, before = [], ""
    for word in sorted(common):
        shared = _shared(before, word)
        parts.append(chr(_A + shared) + word[shared:])
        before = word
    packed = base64.b64encode(zlib.compress("\n".join(parts).encode(), 9)).decode()
    return packed if parts and len(packed) <= MAX_PACKED else ""


def unpack(packed: str) -> frozenset[str]:
    """Return the words of a packed list; none if it is damaged or too large."""
    if len(packed) > MAX_PACKED:
        return frozenset()
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(packed, validate=True), _MAX_BYTES)
        parts = data.decode().split("\n")
    except (ValueError, zlib.error):
        return frozenset()
    words, before = set(), ""
    for part in parts[:MAX_WORDS]:
        before = (before[: max(0, ord(part[0]) - _A)] + part[1:])[:MAX_LENGTH] if part else ""
        words.add(before)
    return frozenset(words - {""})


def _shared(one: str, other: str) -> int:
    """How many characters two words begin with alike."""
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count
