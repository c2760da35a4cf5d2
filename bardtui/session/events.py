"""Events of the engine thread and of a writing session: plain named tuples.

The engine's events are created in its thread. A front end passes each to
`WritingSession.handle` in its own thread. The session's events tell the front end what changed.

Python makes a class of named tuples five times faster than a dataclass, and the first screen waits
for these classes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bardtui.scene.scene import Author

if TYPE_CHECKING:
    from bardtui.model.layers import Values
    from bardtui.writing.alternatives import Alternatives

Severity = Literal["information", "warning", "error"]

# -- events of the engine --------------------------------------------------------------------------


class ModelState(NamedTuple):
    """A model is being loaded, is ready, or cannot be used.

    `detail` is a message for the writer: the reason, or a warning that writing is slow.
    """

    name: str
    state: Literal["loading", "ready", "unusable"]
    detail: str = ""


class Started(NamedTuple):
    """Writing for a request begins, with the weights of that fingerprint.

    `unknown` are characters of the scene that the model's vocabulary lacks. `unchecked` says that
    copies were to be kept short, but the model has no index of its corpus.
    """

    request: int
    fingerprint: str
    unknown: tuple[str, ...]
    unchecked: bool = False


class Chunk(NamedTuple):
    """The next text of a passage."""

    request: int
    text: str


class Suggested(NamedTuple):
    """Endings found so far for an unfinished line."""

    request: int
    endings: tuple[str, ...]


class CopiesFound(NamedTuple):
    """What a text copies from the corpus of a model, in words, and where in the text."""

    request: int
    words: str
    spans: tuple[tuple[int, int], ...]


class Scored(NamedTuple):
    """How likely the model thought the characters from offset `begin` of the scene.

    `surprise` has the negative log-probability of each in nats, NaN for one that the model does not
    know; `entropy` what was to be expected there. Both are empty where scoring has failed.
    """

    request: int
    begin: int
    surprise: tuple[float, ...]
    entropy: tuple[float, ...]


class TakesScored(NamedTuple):
    """The surprise of each character of some takes in nats, NaN for one that the model lacks."""

    request: int
    surprise: tuple[list[float], ...]


class StateRead(NamedTuple):
    """The state of a model's layers after `ending`, the last characters of a text.

    `layers` has the values of each layer; none if the model does not know the last character. The
    fingerprint is that of the model's weights. While a passage is written, `request` is the request
    for it.
    """

    request: int
    fingerprint: str
    ending: str
    layers: "tuple[Values, ...]"


class AlternativesFound(NamedTuple):
    """What may come at the place that was asked about."""

    request: int
    found: "Alternatives"


class Finished(NamedTuple):
    """A request has ended.

    `reason` is "length", a rule of `settings.STOPS`, "stopped" or "error"; `error` is the message
    of an error.
    """

    request: int
    reason: str
    error: str = ""


class EngineFault(NamedTuple):
    """An error in the engine that ended no passage. One that is a bug was logged."""

    message: str


EngineEvent = (
    ModelState
    | Started
    | Chunk
    | Suggested
    | CopiesFound
    | Scored
    | TakesScored
    | StateRead
    | AlternativesFound
    | Finished
    | EngineFault
)

# -- events of the session -------------------------------------------------------------------------


class SceneShown:
    """The visible text was replaced: undo, another take, another scene."""


class PassageBegan(NamedTuple):
    """A passage by this author begins at the end of the visible text."""

    author: Author


class TextAdded(NamedTuple):
    """Text was added to the passage that began last."""

    text: str


class StateChanged:
    """Some property of the session changed: the model, the cast, the turn, the saving."""


class KeptChanged:
    """The writer marked a part of the scene as one to keep, or unmarked it."""


class SurpriseChanged:
    """More of the scene was scored, or Surprise was turned on or off."""


class SuggestionsFound(NamedTuple):
    """Endings for `line`, the unfinished line that they were asked for."""

    line: str
    endings: tuple[str, ...]


class SuggestionsDropped:
    """The suggestions no longer fit the scene."""


class TakesShown(NamedTuple):
    """The whole text so far of every take; empty for one that has not begun."""

    texts: tuple[str, ...]


class TakesEnded(NamedTuple):
    """The takes are complete and saved; `failed` if an error ended them."""

    failed: bool


class Notice(NamedTuple):
    """Something to tell the writer.

    `name` identifies the message; a front end has a text for each, with `values` to fill in.
    """

    name: str
    values: Mapping[str, Any] = MappingProxyType({})
    severity: Severity = "information"


SessionEvent = (
    SceneShown
    | PassageBegan
    | TextAdded
    | StateChanged
    | KeptChanged
    | SurpriseChanged
    | SuggestionsFound
    | SuggestionsDropped
    | TakesShown
    | TakesEnded
    | Notice
)
