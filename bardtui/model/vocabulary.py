"""The vocabulary: characters and their indices, and substitutes for characters it lacks."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.escaping import is_safe

MAX_SIZE = 10_000

# Substitutes for what keyboards, word processors and the typography of other languages produce, in
# plainer characters that a model is likely to know. The first that the vocabulary has is taken.
_SUBSTITUTES: dict[str, tuple[str, ...]] = {
    "\t": ("    ", " "),
    "\r": ("\n",),
    "\u2028": ("\n",),
    "\u2029": ("\n",),
    "\u0085": ("\n",),
    "\u00ad": ("",),
    "'": ("\u2019",),
    '"': ("\u201d", "''", "'"),
    "-": ("\u2010", "\u2013", "\u2014"),
    "\u2018": ("'",),
    "\u2019": ("'",),
    "\u201a": (",", "'"),
    "\u201b": ("'",),
    "\u2032": ("'",),
    "\u00b4": ("'",),
    "`": ("'",),
    "\u201c": ('"', "''", "'"),
    "\u201d": ('"', "''", "'"),
    "\u201e": ('"', "''", "'"),
    "\u2033": ('"', "''", "'"),
    "\u00ab": ('"', "''", "'"),
    "\u00bb": ('"', "''", "'"),
    "\u2039": ("'",),
    "\u203a": ("'",),
    "\u2010": ("-",),
    "\u2011": ("-",),
    "\u2012": ("-",),
    "\u2013": ("-", "--"),
    "\u2014": ("--", "-"),
    "\u2015": ("--", "-"),
    "\u2212": ("-",),
    "\u2026": ("...", "."),
    "\u2022": ("-",),
    "\u00b7": (".",),
    "\u00d7": ("x",),
    "\u00e6": ("ae",),
    "\u00c6": ("AE", "Ae"),
    "\u0153": ("oe",),
    "\u0152": ("OE", "Oe"),
    "\u00df": ("ss",),
    "\u00f8": ("o",),
    "\u00d8": ("O",),
    "\u0142": ("l",),
    "\u0141": ("L",),
    "\u0111": ("d",),
    "\u00f0": ("d",),
    "\u00d0": ("D",),
    "\u00fe": ("th",),
    "\u00de": ("Th", "TH"),
    "\u0131": ("i",),
    "(": ("[",),
    ")": ("]",),
    "[": ("(",),
    "]": (")",),
    "{": ("[", "("),
    "}": ("]", ")"),
    "&": ("and",),
}


class VocabularyError(UserError):
    """A vocabulary that cannot be used; the message is one line for the user."""


def code_points(text: str) -> NDArray[np.uint8 | np.uint32]:
    """The code point of every character: shape (n,), uint8 where all are ASCII, else uint32."""
    if text.isascii():
        return np.frombuffer(text.encode(), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def tally(text: str) -> Counter[str]:
    """Count each character. For long texts this is several times as fast as Counter(text)."""
    if len(text) < 20_000:
        return Counter(text)
    counts = np.bincount(code_points(text))
    return Counter({chr(code): int(counts[code]) for code in np.flatnonzero(counts)})


@dataclass(frozen=True)
class Encoded:
    """Text as indices: `indices` is int32 of shape (n,). `unknown` lists once each, in order of
    appearance, the characters that were left out because they have no substitute."""

    indices: NDArray[np.int32]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """An ordered set of characters; index i stands for `characters[i]`.

    Raises VocabularyError for an empty or oversized set and for an entry that is repeated, no
    single character or not safe to show, so that no model can write a control code.
    """

    characters: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.characters:
            raise VocabularyError("the vocabulary is empty")
        if len(self.characters) > MAX_SIZE:
            raise VocabularyError(
                f"{len(self.characters):,} distinct characters; at most {MAX_SIZE:,} are possible"
            )
        for character in self.characters:
            if not isinstance(character, str) or len(character) != 1:
                raise VocabularyError(f"not a single character: {character!r:.40}")
            if not is_safe(character):
                raise VocabularyError(f"a control or invisible character: U+{ord(character):04X}")
        if len(set(self.characters)) != len(self.characters):
            raise VocabularyError("the vocabulary has a character twice")

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """The vocabulary of `text`: its characters in code point order, as in Keras tutorials."""
        return cls(tuple(sorted(set(text))))

    def __len__(self) -> int:
        return len(self.characters)

    def __contains__(self, character: object) -> bool:
        return character in self._index

    def index(self, character: str) -> int:
        """The index of a known character. Raises KeyError."""
        return self._index[character]

    @property
    def first(self) -> int:
        """The index read before a text begins: that of the line break, if it is known."""
        return self._index.get("\n", 0)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {character: i for i, character in enumerate(self.characters)}

    @cached_property
    def _spellings(self) -> dict[str, tuple[int, ...] | None]:
        # The cache of `_spelling`.
        return {character: (i,) for i, character in enumerate(self.characters)}

    def _spelling(self, character: str) -> tuple[int, ...] | None:
        """The indices that stand for a character, or None if it has no substitute."""
        spellings = self._spellings
        if character not in spellings:
            spellings[character] = self._find_spelling(character)
        return spellings[character]

    def _find_spelling(self, character: str) -> tuple[int, ...] | None:
        known = self._index
        for form in (*_SUBSTITUTES.get(character, ()), *_plainer(character)):
            if all(c in known for c in form):
                return tuple(known[c] for c in form)
        return None

    def encode(self, text: str) -> Encoded:
        """Turn text into indices.

        A character that is not in the vocabulary is replaced by a substitute (for curly quotes,
        dashes, accents) or else left out and reported. Each character is encoded on its own, so
        encode(a + b) is encode(a) followed by encode(b).
        """
        known = self._by_code.take(code_points(text), mode="clip")
        if known.min(initial=0) >= 0:
            return Encoded(known, ())
        spellings = {character: self._spelling(character) for character in set(text)}
        indices: list[int] = []
        unknown: dict[str, None] = {}
        for character in text:
            spelling = spellings[character]
            if spelling is None:
                unknown[character] = None
            else:
                indices.extend(spelling)
        return Encoded(np.array(indices, np.int32), tuple(unknown))

    def unknown(self, counts: Mapping[str, int]) -> list[str]:
        """The characters of `counts` that are left out when they are encoded."""
        return [c for c in counts if self._spelling(c) is None]

    def encoded_length(self, counts: Mapping[str, int]) -> int:
        """The number of indices of a text with these numbers of each character."""
        return sum(n * len(self._spelling(c) or ()) for c, n in counts.items())

    @cached_property
    def _by_code(self) -> NDArray[np.int32]:
        # The index of every code point, or -1. The last entry is for all code points beyond it.
        codes = [ord(c) for c in self.characters]
        table = np.full(max(codes) + 2, -1, np.int32)
        table[codes] = np.arange(len(codes))
        return table

    def decode(self, indices: Iterable[int]) -> str:
        """Turn indices into text. Raises IndexError for one out of range."""
        characters = self.characters
        return "".join([characters[i] for i in indices])

    def grown(self, characters: Sequence[str]) -> "Vocabulary":
        """This vocabulary with those of `characters` that it lacks appended in order."""
        new = sorted(set(characters).difference(self.characters))
        return Vocabulary((*self.characters, *new))


def _plainer(character: str) -> tuple[str, ...]:
    """Simpler forms by Unicode decomposition (é -> e, ﬁ -> fi, １ -> 1), then the other case."""
    decomposed = unicodedata.normalize("NFKD", character)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    if not bare and unicodedata.combining(character):
        return ("",)  # a combining accent is dropped
    forms = [bare] if bare and bare != character else []
    letter = bare or character
    forms.extend(form for form in (letter.lower(), letter.upper()) if form != character)
    if character.isspace():
        forms.extend((" ", "\n"))
    return tuple(form for form in forms if form)
