"""Train the tiny model of the tests again: `python -m tests.make_tiny_model`.

Two LSTM layers of 24 units learn the verse of tests/conftest.py in a few seconds. The result goes
to tests/data/tiny, which is committed, so that no test has to wait for it. Run this after a change
of the model format, and commit what it writes.
"""

import os
import shutil
import tempfile

from bardtui.model.store import ModelBundle
from bardtui.tf_startup import start_tensorflow
from bardtui.training.plan import TrainOptions
from bardtui.training.run_setup import prepare
from tests.conftest import TINY, VERSE_CORPUS


def train() -> ModelBundle:
    """Train the tiny model, in BARDTUI_HOME."""
    sizes = {"embedding_dim": 16, "units": 24, "dropout": 0.0, "seq_len": 32, "batch_size": 8}
    options = TrainOptions(**sizes, epochs=10, learning_rate=0.02, precision="float32")  # type: ignore[arg-type]
    run = prepare(VERSE_CORPUS, "tiny", options)
    run.trainer.run(lambda report: None, lambda: False)
    run.score()
    run.measure_memory()
    return ModelBundle.load(run.folder)


def main() -> None:
    """Train in a temporary folder, then replace tests/data/tiny."""
    start_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BARDTUI_HOME"] = folder
        model = train()
        assert model.folder is not None
        shutil.rmtree(TINY, ignore_errors=True)
        shutil.copytree(model.folder, TINY)
    print(f"{TINY}: {model.held_out_loss:.4f} nats per character on held-out text")


if __name__ == "__main__":
    main()
