"""A passage: what one author wrote in one go."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bardtui.scene.events import Scalar

Author = Literal["writer", "model"]


@dataclass(slots=True, eq=False)
class Passage:
    """A run of text by one author.

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
        }
        return {name: value for name, value in event.items() if value is not None}

    def grow(self, text: str) -> None:
        """Add to its text. Only for the scene that it belongs to."""
        if text:
            self._chunks.append(text)
            self.length += len(text)
