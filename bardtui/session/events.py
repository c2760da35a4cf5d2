"""What the engine tells the screen. Messages with text are never dropped or merged."""

from dataclasses import dataclass
from typing import Literal

from textual.message import Message


@dataclass
class ModelState(Message):
    """A model is being loaded, is ready, or cannot be used; `detail` is what is to be said of it:
    why it is unusable, or that it will be slow."""

    name: str
    state: Literal["loading", "ready", "unusable"]
    detail: str = ""


@dataclass
class Reading(Message):
    """A generation is taking in the scene; `share` of it, 0 to 1, is done."""

    generation: int
    share: float

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Reading)


@dataclass
class Started(Message):
    """A generation begins to write, with the model of that fingerprint. `unknown` are characters
    of the scene that the model left out."""

    generation: int
    fingerprint: str
    unknown: tuple[str, ...]


@dataclass
class Chunk(Message):
    """Text of a generation, in order."""

    generation: int
    text: str


@dataclass
class TakesGrew(Message):
    """Takes of an order are being written side by side: all that there is of each."""

    generation: int
    texts: tuple[str, ...]

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, TakesGrew) and message.generation == self.generation


@dataclass
class Suggested(Message):
    """How a line might go on: ends of it, the likeliest first found."""

    order: int
    ends: tuple[str, ...]


@dataclass
class Finished(Message):
    """A generation has ended: at its "length", by a rule of `stops`, "stopped", or by an "error"
    (then `error` says which)."""

    generation: int
    reason: str
    error: str = ""
