"""What the screen asks of the engine, beside having a model ready."""

import os
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bardtui.scene.scene import Scalar
from bardtui.settings import Stop

if TYPE_CHECKING:
    from bardtui.model.sampling import Sampling


def random_seed() -> int:
    """Another one every time, from 0 to 2^31 - 1. (`secrets` would bring OpenSSL with it, before
    the first picture.)"""
    return int.from_bytes(os.urandom(4)) >> 1


@dataclass
class Order:
    """An order to write on from `text`, the whole scene so far.

    `opening` is what the passage begins with, set by the program: a role's cue, or nothing.
    `length` is at most how many characters follow it; `rule` may end the passage earlier.
    """

    id: int
    model: str
    text: str
    length: int
    temperature: float
    random_seed: int
    opening: str = ""
    rule: Stop = "length"
    top_k: int = 0
    top_p: float = 1.0
    stop: threading.Event = field(default_factory=threading.Event, repr=False, kw_only=True)

    def settings(self) -> dict[str, Scalar]:
        """What it is written with, to be kept with the passage."""
        return {
            "temperature": self.temperature,
            "length": self.length,
            "stop": self.rule,
            "top_k": self.top_k,
            "top_p": self.top_p,
        }

    def sampling(self) -> "Sampling":
        """How its characters are drawn."""
        from bardtui.model.sampling import Sampling

        return Sampling(self.temperature, self.top_k, self.top_p, self.random_seed)


@dataclass
class Generation(Order):
    """One passage, shown at `pace`, in characters a second, which may be changed while it runs."""

    pace: float = float("inf")


@dataclass
class SeveralTakes(Order):
    """As many takes as there are `seeds`, side by side and as fast as they come."""

    seeds: tuple[int, ...] = ()


@dataclass
class Suggestion(Order):
    """A few ways to finish a line. It yields to every other order."""

    count: int = 5

    def seeded(self, number: int) -> "Suggestion":
        """The same order for another of the ways."""
        return replace(self, random_seed=self.random_seed + number)
