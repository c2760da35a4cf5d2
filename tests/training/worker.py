"""A process of a training that several share: python -m tests.training.worker FOLDER STOP_AFTER.

TF_CONFIG says which worker it is. Leaves its weights and losses in FOLDER/weights.npz.
"""

import sys
from pathlib import Path

from bardtui.tf_startup import hush_tensorflow

hush_tensorflow()

import numpy as np  # noqa: E402

from bardtui.model.network import NetworkSpec  # noqa: E402
from bardtui.model.vocabulary import Vocabulary  # noqa: E402
from bardtui.training.distributed import Machines  # noqa: E402
from bardtui.training.loop import Epoch, Plan, Step, Training  # noqa: E402

PLAN = Plan(seq_len=16, batch_size=8, epochs=2, learning_rate=0.01)


def train(folder: Path, machines: Machines, stop_after: int) -> None:
    """Train a small network on a text that is the same everywhere, without dropout."""
    text = np.random.default_rng(7).integers(0, 6, 2_000).astype(np.int32)
    spec = NetworkSpec(6, embedding_dim=5, units=9, layers=2, dropout=0.0, skip=True)
    folder.mkdir(parents=True, exist_ok=True)
    steps: list[Step] = []
    losses: list[float] = []

    def report(event: Step | Epoch) -> None:
        if isinstance(event, Step):
            steps.append(event)
        else:
            losses.extend([event.loss, event.held_out or 0.0])

    training = Training(
        PLAN,
        spec,
        Vocabulary(tuple("abcdef")),
        text,
        text[:300],
        folder / "run",
        identity={},
        publish=lambda weights, history: (folder / "published").touch(),
        machines=machines,
    )
    # Only the last of the workers ever wants to stop; all of them have to.
    impatient = machines.rank == machines.workers - 1
    training.run(report, lambda: impatient and len(steps) >= stop_after)
    weights = {str(n): w for n, w in enumerate(training.network.get_weights())}
    np.savez(folder / "weights.npz", losses=losses, steps=len(steps), **weights)


if __name__ == "__main__":
    train(Path(sys.argv[1]), Machines.from_environment(), int(sys.argv[2]))
