"""Training on several GPUs or machines at once, with TensorFlow's `tf.distribute`.

Every replica holds the whole network and gets an equal share of each batch. The replicas average
their gradients, so they stay equal, step for step. The workers are named in the environment
variable TF_CONFIG, as TensorFlow documents it.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError

_ADDRESS = re.compile(r"[^\s:/]+:(\d{1,5})|\[[0-9A-Fa-f:.]+\]:(\d{1,5})")
_MAX_WORKERS = 1_000


class DistributionError(UserError):
    """The work cannot be distributed; the message is one line for the user."""


class Distribution:
    """A `tf.distribute` strategy, and the rank of this process among the workers.

    `workers` processes train together. `rank` counts them from 0; rank 0 is the chief, and only
    the chief writes files. `replicas` is the number of copies of the network in all workers.
    """

    def __init__(self, strategy: Any = None, workers: int = 1, rank: int = 0) -> None:
        import tensorflow as tf

        self.strategy = strategy or tf.distribute.get_strategy()
        self.workers, self.rank = workers, rank
        self.replicas = int(self.strategy.num_replicas_in_sync)

    @classmethod
    def from_environment(cls) -> "Distribution":
        """Use the workers that TF_CONFIG names, or else all GPUs of this machine.

        Call it before TensorFlow does anything else. It waits until every worker has started.
        Raises DistributionError if TF_CONFIG is wrong or there is nothing to distribute to.
        """
        import tensorflow as tf

        if raw := os.environ.get("TF_CONFIG"):
            workers, rank = parse_tf_config(raw)
            try:
                strategy = tf.distribute.MultiWorkerMirroredStrategy()
            except tf.errors.OpError as error:
                reason = (error.message or type(error).__name__).splitlines()[0]
                raise DistributionError(
                    f"worker {rank} cannot start at {workers[rank]}: {reason}"
                ) from error
            return cls(strategy, len(workers), rank)
        gpus = tf.config.list_physical_devices("GPU")
        if len(gpus) < 2:
            raise DistributionError(
                "nothing to distribute to: name the workers in TF_CONFIG, or use a machine with "
                f"several GPUs (this one has {len(gpus)})"
            )
        return cls(tf.distribute.MirroredStrategy())

    @property
    def chief(self) -> bool:
        """Whether this process writes the files and reports to the user."""
        return self.rank == 0

    def shares(self, batch: NDArray[Any]) -> Any:
        """Deal the rows of a batch to the replicas of this process, in equal shares."""
        rows = len(batch) // self.replicas

        def share(context: Any) -> NDArray[Any]:
            start = context.replica_id_in_sync_group * rows
            return batch[start : start + rows]

        return self.strategy.experimental_distribute_values_from_function(share)

    def any_worker(self, value: bool) -> bool:
        """Whether `value` is true in any worker. All workers get the same answer."""
        if self.workers == 1:
            return value
        with self.worker_lost_as_error():
            return bool(self._count(self.shares(np.full(self.replicas, value))) > 0)

    @contextmanager
    def worker_lost_as_error(self) -> Iterator[None]:
        """Raise DistributionError if a step fails because another worker is gone."""
        import tensorflow as tf

        try:
            yield
        except tf.errors.OpError as error:
            lost = (
                tf.errors.UnavailableError,
                tf.errors.AbortedError,
                tf.errors.CancelledError,
                tf.errors.DeadlineExceededError,
            )
            if self.workers == 1 or not isinstance(error, lost):
                raise
            raise DistributionError(
                "another worker has stopped or cannot be reached: start all workers again with "
                "--resume to continue from the last checkpoint"
            ) from error

    @cached_property
    def _count(self) -> Any:
        """A function that counts the replicas that hold True."""
        import tensorflow as tf

        def sum_of_all(own: Any) -> Any:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.cast(own[0], tf.int32))

        @tf.function  # type: ignore[untyped-decorator]
        def count(values: Any) -> Any:
            return self.strategy.reduce("MEAN", self.strategy.run(sum_of_all, (values,)), axis=None)

        return count


def parse_tf_config(raw: str) -> tuple[list[str], int]:
    """Return the workers' addresses and the rank of this one. Raises DistributionError."""
    try:
        match json.loads(raw):
            case {"cluster": {"worker": list(workers), **others}, "task": dict(task)}:
                pass
            case _:
                raise DistributionError(
                    "TF_CONFIG must be a JSON object with a cluster, whose worker is a list, "
                    "and a task"
                )
    except (ValueError, RecursionError) as error:
        raise DistributionError("TF_CONFIG is not JSON") from error
    if others:
        raise DistributionError("TF_CONFIG must name workers only, no other kind of task")
    if not 1 <= len(workers) <= _MAX_WORKERS:
        raise DistributionError(f"TF_CONFIG must name 1 to {_MAX_WORKERS:,} workers")
    for worker in workers:
        found = _ADDRESS.fullmatch(worker) if isinstance(worker, str) else None
        if found is None or not 1 <= int(found[1] or found[2]) <= 65_535:
            raise DistributionError(
                f"TF_CONFIG: a worker must be HOST:PORT with a port up to 65535: {worker!r:.60}"
            )
    rank = task.get("index")
    if isinstance(rank, str) and re.fullmatch(r"\d{1,4}", rank):  # as TensorFlow accepts it
        rank = int(rank)
    if task.get("type") != "worker" or type(rank) is not int or not 0 <= rank < len(workers):
        raise DistributionError(
            f'TF_CONFIG: the task must be {{"type": "worker", "index": 0 to {len(workers) - 1}}}'
        )
    return workers, rank
