"""A passage: what one author wrote in one go."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bardtui.escaping import shared_length
from bardtui.scene.events import (
    Event,
    Scalar,
    SceneError,
    integer,
    is_scalar,
    optional_string,
    spans,
)

Author = Literal["writer", "model"]

Spans = tuple[tuple[int, int], ...]
"""Parts of a text, in order and apart: where each begins, and where it has ended."""


@dataclass(slots=True, eq=False)
class Passage:
    """A run of text by one author; of a model's that a writer has edited, what is `kept` of it is
    still the model's.

    `parent` is the passage it follows (None: it opens the scene) and `at` how many of the parent's
    characters it follows (None: all of them). `model`, `fingerprint`, `settings` and `random_seed`
    say how to write it again; `reason` why it ended, None while it may still grow.
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
    length: int = field(default=0, init=False)
    _chunks: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def is_take(self) -> bool:
        """Whether it is one of a model's takes, as it was written or as the writer edited it."""
        return self.author == "model" or self.model is not None

    @property
    def text(self) -> str:
        """All its text. Joined when asked for, so that growing costs only what is added."""
        if len(self._chunks) > 1:
            self._chunks = ["".join(self._chunks)]
        return self._chunks[0] if self._chunks else ""

    def by_author(self, shown: int) -> Iterator[tuple[Author, str]]:
        """The first `shown` characters in runs, each with who wrote it."""
        at = 0
        for begin, end in self.kept if self.author == "writer" else ():
            if begin >= shown:
                break
            if begin > at:
                yield "writer", self.text[at:begin]
            at = min(end, shown)
            yield "model", self.text[begin:at]
        if at < shown:
            yield self.author, self.text[at:shown]

    def kept_in(self, text: str, shown: int) -> Spans:
        """What is still the model's where the first `shown` characters are edited to be `text`:
        what of the model's words stands before and behind all that is different."""
        old = self.text[:shown]
        kept = ((0, shown),) if self.author == "model" else self.kept
        before = shared_length(old, text)
        room = min(shown, len(text)) - before
        behind = shared_length(old[shown - room :][::-1], text[len(text) - room :][::-1])
        later, rest = len(text) - shown, shown - behind
        parts = [
            *((begin, min(end, before)) for begin, end in kept),
            *((max(begin, rest) + later, min(end, shown) + later) for begin, end in kept),
        ]
        return tuple((begin, end) for begin, end in parts if begin < end)

    def event(self) -> dict[str, Any]:
        """The event that makes this passage, whole; what is None or empty is left out."""
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
            "kept": self.kept or None,
        }
        return {name: value for name, value in event.items() if value is not None}

    @classmethod
    def of(cls, event: Event) -> "Passage":
        """The passage that an event makes, by itself. Raises SceneError if it makes none."""
        passage_id = integer(event, "id")
        author, settings = event.get("author"), event.get("settings", {})
        if passage_id is None:
            raise SceneError("a passage without an id of its own")
        if author not in ("writer", "model"):
            raise SceneError("a passage by nobody known")
        if not isinstance(settings, dict) or not all(map(is_scalar, settings.values())):
            raise SceneError("settings that are not plain values")
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
        )
        passage.grow(optional_string(event, "text") or "")
        return passage

    def grow(self, text: str) -> None:
        """Add to its text. Only for the scene that it belongs to."""
        if text:
            self._chunks.append(text)
            self.length += len(text)
