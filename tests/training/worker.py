"""One worker of a distributed run: python -m tests.training.worker FOLDER STOP_AFTER.

TF_CONFIG says which worker it is. It leaves its weights and losses in FOLDER/weights.npz.
"""

import sys
from pathlib import Path

from bardtui.tf_startup import set_tensorflow_environment

set_tensorflow_environment()

import numpy as np  # noqa: E402

from bardtui.model.network import NetworkSpec  # noqa: E402
from bardtui.model.vocabulary import Vocabulary  # noqa: E402
from bardtui.training.distributed import Distribution  # noqa: E402
from bardtui.training.loop import Trainer  # noqa: E402
from bardtui.training.plan import TrainPlan  # noqa: E402
from bardtui.training.state import EpochReport, StepReport  # noqa: E402


def train(folder: Path, distribution: Distribution, stop_after: int) -> None:
    """Train a small network without dropout on a text that is the same in all workers."""
    text = np.random.default_rng(7).integers(0, 6, 2_000).astype(np.int32)
    spec = NetworkSpec(6, embedding_dim=5, units=9, layers=1, dropout=0.0)
    folder.mkdir(parents=True, exist_ok=True)
    steps: list[StepReport] = []
    losses: list[float] = []

    def on_report(report: StepReport | EpochReport) -> None:
        if isinstance(report, StepReport):
            steps.append(report)
        else:
            losses.extend([report.loss, report.held_out or 0.0])

    trainer = Trainer(
        TrainPlan(seq_len=16, batch_size=8, epochs=2, learning_rate=0.01),
        spec,
        Vocabulary(tuple("abcdef")),
        text,
        text[:300],
        folder / "run",
        identity={},
        publish=lambda weights, history: (folder / "published").touch(),
        distribution=distribution,
    )
    # Only the last worker asks to stop; all of them must.
    asks = distribution.rank == distribution.workers - 1
    trainer.run(on_report, lambda: asks and len(steps) >= stop_after)
    weights = {str(n): w for n, w in enumerate(trainer.network.get_weights())}
    np.savez(folder / "weights.npz", losses=losses, steps=len(steps), **weights)


if __name__ == "__main__":
    train(Path(sys.argv[1]), Distribution.from_environment(), int(sys.argv[2]))
