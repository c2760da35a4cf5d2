"""Requests to the engine thread to write text.

Nothing compares or prints a request. The methods for that are left out, because the first screen
waits while Python makes them.
"""

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bardtui.scene.scene import Scalar
from bardtui.writing.rules import Rules

if TYPE_CHECKING:
    from bardtui.model.sampling import Sampling

SCORED_PAGE = 256  # characters that are scored in one piece


@dataclass(eq=False, repr=False)
class WriteRequest:
    """A request to continue `text`, the visible text of the scene.

    Args:
        id: Identifies the request in the engine's events.
        model: Name of the model that writes.
        text: The whole visible text, without `opening`.
        length: About how many characters to write after `opening`.
        temperature: Sampling temperature.
        random_seed: Key of the sampling noise, 0 to 2^31 - 1.
        speaker: The role that the model speaks; "" in free text.
        opening: Text that the program puts first, such as a role's cue.
        rules: How the passage is written, and where it ends.
        top_k: Sample from the k likeliest characters only; 0 for all.
        top_p: Sample from the likeliest characters of this total probability.
        min_p: Leave out characters less probable than this times the likeliest.
        stop: Set from another thread to end the request early.
    """

    id: int
    model: str
    text: str
    length: int
    temperature: float
    random_seed: int
    speaker: str = ""
    opening: str = ""
    rules: Rules = field(default_factory=Rules)
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)

    def settings(self) -> dict[str, Scalar]:
        """Return the settings that are saved with the passage."""
        return {
            "temperature": self.temperature,
            "length": self.length,
            "top_k": self.top_k,
            "top_p": self.top_p,
            "min_p": self.min_p,
            **self.rules._asdict(),
            "banned": "\n".join(self.rules.banned),
        }

    def sampling(self) -> "Sampling":
        """Return the sampling parameters."""
        from bardtui.model.sampling import Sampling

        return Sampling(self.temperature, self.top_k, self.top_p, self.random_seed, self.min_p)


@dataclass(eq=False, repr=False)
class PassageRequest(WriteRequest):
    """A request for one passage, shown at `pace` characters a second.

    `pace` may be changed while the passage is written.
    """

    pace: float = float("inf")


@dataclass(eq=False, repr=False)
class SuggestionRequest(WriteRequest):
    """A request for `count` ways to finish a line. Every other request cancels it."""

    count: int = 5

    def variant(self, number: int) -> "SuggestionRequest":
        """Return the same request with another random seed."""
        return replace(self, random_seed=self.random_seed + number)


@dataclass(eq=False, repr=False)
class CopyRequest:
    """A request to find what `text` copies from the corpus of a model.

    `stop` is set from another thread to cancel it; every request to write does.
    """

    id: int
    model: str
    text: str
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)


@dataclass(eq=False, repr=False)
class ScoreRequest:
    """A request to score the characters of `text`, in pieces of SCORED_PAGE.

    `begin` is the offset of `text` in the scene, `before` what stands before it there, at least as
    far as a model may remember. `stop` is set from another thread to cancel it; every request to
    write does, and all others come first.
    """

    id: int
    model: str
    before: str
    text: str
    begin: int
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)


@dataclass(eq=False, repr=False)
class TakesScoreRequest:
    """A request to score the characters of each of `takes`, after the text `before`.

    `stop` is set from another thread to cancel it; every request to write does.
    """

    id: int
    model: str
    before: str
    takes: tuple[str, ...]
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)


@dataclass(eq=False, repr=False)
class StateRequest:
    """A request for the state of a model's layers after the last character of `text`.

    `stop` is set from another thread to cancel it; the next such request and every request to write
    do.
    """

    id: int
    model: str
    text: str
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)


@dataclass(eq=False, repr=False)
class AlternativesRequest:
    """A request for what may come after `text`, by these rules.

    `stop` is set from another thread to cancel it; every request to write does.
    """

    id: int
    model: str
    text: str
    rules: Rules
    stop: threading.Event = field(default_factory=threading.Event, kw_only=True)
