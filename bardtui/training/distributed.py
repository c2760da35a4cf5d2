"""The processors that train one network together: one, several GPUs, or several machines.

TensorFlow's `tf.distribute` does the work; what it needs to know comes from the environment, as
TensorFlow documents it. Every batch is cut into equal shares, a share for each replica of the
network; the replicas average their gradients and so stay equal, step for step.
"""

import json
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError
from bardtui.model.network import Precision

_CPUINFO = Path("/proc/cpuinfo")


class MachinesError(UserError):
    """Why the work cannot be shared out; the message is one line for the user."""


def fast_precision() -> Precision:
    """The type of number whose products are fastest here: bfloat16 where Linux says the processor
    multiplies it by itself, unless a GPU does the work or oneDNN, which knows how, is left out."""
    import tensorflow as tf

    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        return "float32"
    with suppress(OSError):
        can = {"avx512_bf16", "amx_bf16"} & set(_CPUINFO.read_text().split())
        if can and not tf.config.list_physical_devices("GPU"):
            return "bfloat16"
    return "float32"


class Machines:
    """A `tf.distribute` strategy, and which of its workers this process is.

    `workers` processes train together and `rank` counts them from 0, the chief, which alone writes
    files; `replicas` is how many copies of the network there are in all of them.
    """

    def __init__(self, strategy: Any = None, workers: int = 1, rank: int = 0) -> None:
        import tensorflow as tf

        self.strategy = strategy or tf.distribute.get_strategy()
        self.workers, self.rank = workers, rank
        self.replicas = int(self.strategy.num_replicas_in_sync)

    @classmethod
    def from_environment(cls) -> "Machines":
        """The workers that TF_CONFIG names, else all GPUs of this machine. To be called before
        TensorFlow has done anything else; waits until every worker is there. Raises MachinesError
        where there is nothing to share the work with."""
        import tensorflow as tf

        if raw := os.environ.get("TF_CONFIG"):
            try:
                config = json.loads(raw)
                workers, task = list(config["cluster"]["worker"]), config["task"]
                rank = int(task["index"])
                known = task["type"] == "worker" and 0 <= rank < len(workers)
            except (ValueError, KeyError, TypeError) as error:
                raise MachinesError(f"TF_CONFIG cannot be understood: {error!r}") from error
            if not known:
                raise MachinesError("TF_CONFIG must name workers only, and this one among them")
            return cls(tf.distribute.MultiWorkerMirroredStrategy(), len(workers), rank)
        gpus = tf.config.list_physical_devices("GPU")
        if len(gpus) < 2:
            raise MachinesError(
                "there is nothing to distribute over: name the workers in TF_CONFIG, or have "
                f"several GPUs (here: {len(gpus)})"
            )
        return cls(tf.distribute.MirroredStrategy())

    @property
    def chief(self) -> bool:
        """Whether this process writes the files and talks to the user."""
        return self.rank == 0

    def share(self, batch: NDArray[Any]) -> Any:
        """A batch's rows, dealt out to the replicas of this process."""
        rows = len(batch) // self.replicas

        def of(context: Any) -> NDArray[Any]:
            at = context.replica_id_in_sync_group * rows
            return batch[at : at + rows]

        return self.strategy.experimental_distribute_values_from_function(of)

    def agree(self, wish: bool) -> bool:
        """Whether any worker has the wish: all of them get the same answer, at the same step."""
        return (
            wish
            if self.workers == 1
            else bool(self._count(self.share(np.full(self.replicas, wish))) > 0)
        )

    @cached_property
    def _count(self) -> Any:
        """How many replicas hold True."""
        import tensorflow as tf

        def of_all(mine: Any) -> Any:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(mine[0], tf.int32))

        @tf.function  # type: ignore[untyped-decorator]
        def count(wishes: Any) -> Any:
            return self.strategy.reduce("MEAN", self.strategy.run(of_all, (wishes,)), axis=None)

        return count
