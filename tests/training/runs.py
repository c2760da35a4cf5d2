"""Small runs of the training loop, and what they publish and report."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bardtui.model.network import Cell, NetworkSpec
from bardtui.model.vocabulary import Vocabulary
from bardtui.training.loop import Trainer, Weights
from bardtui.training.plan import TrainPlan
from bardtui.training.state import EpochReport, StepReport
from tests.conftest import VERSE

PLAN = TrainPlan(seq_len=12, batch_size=8, epochs=3, learning_rate=0.02)
STEPS = 28  # in an epoch of TEXT
TEXT = (VERSE * 17)[:3_000]
VOCABULARY = Vocabulary.of(TEXT)
INDICES = VOCABULARY.encode(TEXT).indices


@dataclass
class Recorder:
    """A run, what it published and what it reported."""

    trainer: Trainer
    published: list[tuple[Weights, list[dict[str, Any]]]] = field(default_factory=list)
    reports: list[StepReport | EpochReport] = field(default_factory=list)

    def run(self, steps: int = 10**9) -> bool:
        """Train for at most so many steps; return whether the run came to its end."""
        end = len(self.steps) + steps
        return self.trainer.run(self.reports.append, lambda: len(self.steps) >= end)

    @property
    def steps(self) -> list[StepReport]:
        return [report for report in self.reports if isinstance(report, StepReport)]

    @property
    def epochs(self) -> list[EpochReport]:
        return [report for report in self.reports if isinstance(report, EpochReport)]


def begin(
    folder: Path,
    plan: TrainPlan = PLAN,
    units: int = 12,
    dropout: float = 0.3,
    cell: Cell = "lstm",
    **options: Any,
) -> Recorder:
    """Make a run of one small layer, with dropout, so that the random state matters."""
    sizes = {"embedding_dim": 6, "units": units, "layers": 1}
    spec = NetworkSpec(len(VOCABULARY), **sizes, cell=cell, dropout=dropout)
    published: list[tuple[Weights, list[dict[str, Any]]]] = []
    defaults: dict[str, Any] = {
        "text": INDICES,
        "held_out": INDICES[:200],
        "identity": {"corpus": "abc"},
        "publish": lambda weights, history: published.append((weights, list(history))),
    }
    trainer = Trainer(plan, spec, VOCABULARY, folder=folder, **(defaults | options))
    return Recorder(trainer, published)


def resume(folder: Path, plan: TrainPlan = PLAN, **options: Any) -> Recorder:
    """Make the same run again and resume it."""
    recorder = begin(folder, plan, **options)
    recorder.trainer.resume()
    return recorder
