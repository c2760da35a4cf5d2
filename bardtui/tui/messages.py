"""What the engine tells the screen. Messages with text are never dropped or merged."""

from dataclasses import dataclass

from textual.message import Message


@dataclass
class ModelLoading(Message):
    """A model is being loaded; `first` when TensorFlow has to be started for it."""

    name: str
    first: bool


@dataclass
class ModelReady(Message):
    """A model is loaded. `compiled` is False where XLA is missing and writing is slower."""

    name: str
    compiled: bool


@dataclass
class ModelFailed(Message):
    """A model could not be loaded."""

    name: str
    error: str


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
class Finished(Message):
    """A generation has ended: "length", "stopped" or "error" (then `error` says which)."""

    generation: int
    reason: str
    error: str = ""
