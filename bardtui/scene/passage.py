"""Passages, texts written by one author in one go, and the events that they are saved as.

Events come from JSON files that may hold anything, so every value is checked as it is read.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bardtui.errors import UserError
from bardtui.escaping import shared_length

Event = Mapping[str, Any]
Scalar = str | int | float | bool | None
Author = Literal["writer", "model"]

Spans = tuple[tuple[int, int], ...]
"""Parts of a text as pairs of start and end, ascending and not overlapping."""

Changes = Sequence[tuple[int, int, str]]
"""Parts of a text, as `Spans`, each with the text that replaces it."""

_MAX_DEPTH = 100  # of lists and mappings; far deeper ones overflow the stack of what walks them
_TOO_LARGE = 2**64  # random seeds have up to 64 bits; ids and offsets are far smaller

# JSON escapes C0 itself. These characters would control a terminal, break lines in other tools
# (NEL, LS, PS), or cannot be encoded in UTF-8 (lone surrogates).
_TO_ESCAPE = "[\x7f-\x9f\u2028\u2029\ud800-\udfff]"


class SceneError(UserError):
    """A scene cannot do what was asked, or its file cannot be read. The message is one line."""


@dataclass(slots=True, eq=False)
class Passage:
    """Text by one author, and where it stands in the tree.

    `parent` is the passage it follows (None: it opens the scene); it begins after the first `at`
    characters of the parent (None: after all of them). `model`, `fingerprint`, `settings` and
    `random_seed` are what is needed to write it again. `reason` says why it ended; it is None
    while the passage can grow. If the writer edited a model's passage, `kept` are the parts that
    are still the model's. The passages that a model wrote in one go, one for each speaker, are a
    *reply*: all but the first name the first in `reply`.
    """

    id: int
    parent: int | None
    author: Author
    at: int | None = None
    model: str | None = None
    fingerprint: str | None = None
    settings: dict[str, Scalar] = field(default_factory=dict)
    random_seed: int | None = None
    reason: str | None = None
    kept: Spans = ()
    reply: int | None = None
    length: int = field(default=0, init=False)
    _chunks: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def is_take(self) -> bool:
        """Whether a model wrote it, even if the writer edited it later."""
        return self.author == "model" or self.model is not None

    @property
    def text(self) -> str:
        """The whole text. Chunks are joined here, so that growing stays cheap."""
        if len(self._chunks) > 1:
            self._chunks = ["".join(self._chunks)]
        return self._chunks[0] if self._chunks else ""

    def by_author(self, length: int) -> Iterator[tuple[Author, str]]:
        """Yield the first `length` characters in runs of one author each."""
        at = 0
        for begin, end in self.kept if self.author == "writer" else ():
            if begin >= length:
                break
            if begin > at:
                yield "writer", self.text[at:begin]
            at = min(end, length)
            yield "model", self.text[begin:at]
        if at < length:
            yield self.author, self.text[at:length]

    def kept_in(self, text: str, length: int) -> Spans:
        """Return which parts of `text` are still the model's if it replaces the first `length`
        characters: the model's words before the first and after the last difference."""
        old = self.text[:length]
        kept = ((0, length),) if self.author == "model" else self.kept
        before = shared_length(old, text)
        room = min(length, len(text)) - before
        behind = shared_length(old[length - room :][::-1], text[len(text) - room :][::-1])
        moved, rest = len(text) - length, length - behind
        parts = [
            *((begin, min(end, before)) for begin, end in kept),
            *((max(begin, rest) + moved, min(end, length) + moved) for begin, end in kept),
        ]
        return tuple((begin, end) for begin, end in parts if begin < end)

    def substituted(self, length: int, changes: Changes) -> tuple[str, Spans]:
        """Return the first `length` characters with parts replaced, and which parts of the new text
        are still the model's."""
        kept = ((0, length),) if self.author == "model" else self.kept
        parts, still, at, size, place = list[str](), list[tuple[int, int]](), 0, 0, 0
        for begin, end, new in (*changes, (length, length, "")):
            while place < len(kept):
                first, last = max(kept[place][0], at), kept[place][1]
                if first < min(last, begin):
                    still.append((first - at + size, min(last, begin) - at + size))
                if last > end:
                    break  # it goes on behind what is replaced
                place += 1
            parts += [self.text[at:begin], new]
            size += begin - at + len(new)
            at = end
        return "".join(parts), tuple(still)

    def event(self) -> dict[str, Any]:
        """Return the event that creates this passage with its text; empty values are left out."""
        event = {
            "type": "passage",
            "id": self.id,
            "parent": self.parent,
            "at": self.at,
            "author": self.author,
            "model": self.model,
            "fingerprint": self.fingerprint,
            "settings": self.settings or None,
            "random_seed": self.random_seed,
            "text": self.text or None,
            "reason": self.reason,
            "kept": [list(span) for span in self.kept] or None,
            "reply": self.reply,
        }
        return {name: value for name, value in event.items() if value is not None}

    @classmethod
    def from_event(cls, event: Event) -> "Passage":
        """Return the passage that an event creates. Raises SceneError if the event is invalid."""
        passage_id = integer(event, "id")
        author, settings = event.get("author"), event.get("settings", {})
        if passage_id is None:
            raise SceneError("a passage has no id")
        if author not in ("writer", "model"):
            raise SceneError("a passage has an unknown author")
        if not isinstance(settings, dict) or not all(map(is_scalar, settings.values())):
            raise SceneError("the settings of a passage are not plain values")
        passage = cls(
            id=passage_id,
            parent=integer(event, "parent"),
            author=author,
            at=integer(event, "at"),
            model=optional_string(event, "model"),
            fingerprint=optional_string(event, "fingerprint"),
            settings=settings,
            random_seed=integer(event, "random_seed"),
            reason=optional_string(event, "reason"),
            kept=spans(event, "kept"),
            reply=integer(event, "reply"),
        )
        passage.grow(optional_string(event, "text") or "")
        return passage

    def grow(self, text: str) -> None:
        """Append text. Only the scene that owns the passage may call this."""
        if text:
            self._chunks.append(text)
            self.length += len(text)


def canonical(value: Any) -> Any:
    """Return `value` as JSON would give it back: a copy of plain types, UTF-16 pairs joined.

    Raises SceneError if JSON cannot hold it, or it is nested too deeply.
    """
    try:
        copy = json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise SceneError(f"a scene cannot hold a value that JSON cannot: {error}") from error
    level = [copy]
    for _ in range(_MAX_DEPTH + 1):
        parts = [part for part in level if isinstance(part, dict | list)]
        if not parts:
            return copy
        level = [
            inner for part in parts for inner in (part.values() if type(part) is dict else part)
        ]
    raise SceneError("a scene cannot hold a value that is nested so deeply")


def encode(event: Event) -> bytes:
    """Return one line of a journal. It holds any string, also one with lone surrogates."""
    line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return re.sub(_TO_ESCAPE, lambda found: f"\\u{ord(found[0]):04x}", line).encode() + b"\n"


def integer(event: Event, name: str) -> int | None:
    """Return a whole number from 0, None if it is missing. Raises SceneError for other values."""
    value = event.get(name)
    if value is None or (type(value) is int and 0 <= value < _TOO_LARGE):
        return value
    raise SceneError(f"{name} is not a whole number")


def string(event: Event, name: str) -> str:
    """Return a string. Raises SceneError for other values."""
    value = event.get(name)
    if isinstance(value, str):
        return value
    raise SceneError(f"{name} is not a string")


def optional_string(event: Event, name: str) -> str | None:
    """Return a string, None if it is missing. Raises SceneError for other values."""
    return None if event.get(name) is None else string(event, name)


def spans(event: Event, name: str) -> tuple[tuple[int, int], ...]:
    """Return parts of a text as pairs of start and end, ascending and not overlapping.

    A missing value gives no parts. Raises SceneError for other values.
    """
    value = event.get(name) or []
    found, least = [], 0
    for pair in value if isinstance(value, list) else [None]:
        match pair:
            case [int(begin), int(end)] if least <= begin < end < _TOO_LARGE:
                found.append((begin, end))
                least = end
            case _:
                raise SceneError(f"{name} is not a list of parts of the text")
    return tuple(found)


def is_scalar(value: object) -> bool:
    """Return whether a value is allowed among the settings of a passage."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < _TOO_LARGE
    return value is None or isinstance(value, str)
