"""What is trained and how: the user's options, and the plan that a run follows."""

import math
from dataclasses import dataclass, fields
from typing import Any, get_args

from bardtui.errors import UserError
from bardtui.model.network import Precision
from bardtui.training.optimizers import Optimizer


class TrainingError(UserError):
    """A run that cannot start, continue or be resumed; the message is one line for the user."""


@dataclass(frozen=True)
class TrainPlan:
    """How a network is trained.

    Lengths are in characters. The network's state is carried through `carry` windows in a row; with
    1, every window starts from a zero state. `averaging` is the share of the run's steps over which
    the weights are averaged. Raises TrainingError if a value is out of range.
    """

    seq_len: int = 120
    batch_size: int = 128
    epochs: int = 20
    learning_rate: float = 2e-3
    random_seed: int = 1
    clip_norm: float = 1.0
    averaging: float = 0.05
    optimizer: Optimizer = "adam"
    precision: Precision = "float32"
    carry: int = 1

    def __post_init__(self) -> None:
        for name in ("seq_len", "batch_size", "epochs"):
            if not 1 <= getattr(self, name) <= 1_000_000:
                raise TrainingError(f"{name.replace('_', '-')} must be from 1 to 1,000,000")
        if not 1 <= self.carry <= 1_000:
            raise TrainingError("carry must be from 1 to 1,000")
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 1):
            raise TrainingError("learning-rate must be above 0 and at most 1")
        if self.optimizer not in get_args(Optimizer):
            raise TrainingError(f"optimizer must be {' or '.join(get_args(Optimizer))}")
        if self.precision not in get_args(Precision):
            raise TrainingError(f"precision must be {' or '.join(get_args(Precision))}")
        if not 0 <= self.random_seed < 2**31:
            raise TrainingError(f"random-seed must be from 0 to {2**31 - 1}")


@dataclass(frozen=True)
class TrainOptions:
    """What the user asked for. None means: choose by the size of the text (see `defaults`)."""

    seq_len: int | None = None
    batch_size: int | None = None
    embedding_dim: int | None = None
    units: int | None = None
    layers: int | None = None
    cell: str | None = None
    dropout: float | None = None
    skip: bool | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    precision: str | None = None
    carry: int | None = None
    random_seed: int | None = None
    validation: float = 0.1
    hold_out: tuple[str, ...] = ()  # whole documents to hold out, instead of a share
    description: str = ""

    @property
    def default_sizes(self) -> bool:
        """Whether no size of the network was asked for."""
        return (self.units, self.layers, self.embedding_dim) == (None, None, None)

    def values_for(self, kind: type, defaults: dict[str, Any]) -> dict[str, Any]:
        """The arguments for the dataclass `kind`: the user's, or else the default."""
        names = {field.name for field in fields(kind)}
        asked = {name: value for name, value in vars(self).items() if value is not None}
        return {name: value for name, value in (defaults | asked).items() if name in names}
