"""A network in training: its optimizer, its averaged weights, and the compiled step."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.model.network import NetworkSpec, build_network
from bardtui.training.checkpoint import Arrays
from bardtui.training.optimizers import scheduled
from bardtui.training.plan import TrainPlan


class TrainingStep:
    """A network with new weights, its optimizer and averaged weights, and the step that trains it.

    If `plan.carry` is more than 1, the network's state goes on from batch to batch until
    `reset_state`. `start` are weights to begin with, if not random ones. `averages` are the mean of
    the weights over the last `plan.averaging` of the run, which generates better text than the last
    weights do (Polyak and Juditsky 1992). `steps` is a variable, the steps of the run.
    """

    def __init__(
        self,
        plan: TrainPlan,
        spec: NetworkSpec,
        steps: int,
        strategy: Any,
        start: Sequence[NDArray[np.float32]] | None = None,
    ) -> None:
        import tensorflow as tf

        with strategy.scope():
            carry = plan.carry > 1
            self.network = build_network(
                spec,
                plan.batch_size if carry else None,
                stateful=False,
                precision=plan.precision,
                carry=carry,
            )
            if start is not None:
                self.network.set_weights(start)
            self.averages = [tf.Variable(w, trainable=False) for w in self.network.get_weights()]
            self.steps = tf.Variable(float(steps), trainable=False)
            weights = self.network.trainable_variables
            self.optimizer = scheduled(plan.optimizer, plan.learning_rate, self.steps, weights)
        layers = self.network.layers if carry else []
        self._states = [state for layer in layers for state in getattr(layer, "states", None) or []]
        self._plan, self._strategy = plan, strategy
        self._compiled = tf.function(self._step)

    def __call__(self, inputs: Any, targets: Any) -> float:
        """Train on a batch: inputs and targets, each distributed int32 (batch, seq_len).

        Returns the loss in nats per character. A step whose gradient is not finite changes no
        weights and returns NaN.
        """
        return float(self._compiled(inputs, targets))

    def reset_state(self) -> None:
        """Let the next batch start from a zero state."""
        for state in self._states:
            state.assign(np.zeros(state.shape, np.float32))

    def arrays(self) -> Arrays:
        """Copies of all that training changes, for a checkpoint."""
        return {group: [v.numpy() for v in each] for group, each in self._variables().items()}

    def assign(self, arrays: Arrays) -> None:
        """Continue from what `arrays` returned."""
        for group, each in self._variables().items():
            for variable, array in zip(each, arrays[group], strict=True):
                variable.assign(array)

    def _variables(self) -> dict[str, list[Any]]:
        return {
            "network": list(self.network.variables),
            "averages": self.averages,
            "optimizer": list(self.optimizer.variables),
        } | ({"state": self._states} if self._states else {})

    def _loss_and_gradients(self, inputs: Any, targets: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            logits = self.network(inputs, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))
        gradients = tape.gradient(loss, self.network.trainable_variables)
        return [loss, *map(tf.convert_to_tensor, gradients)]

    def _step(self, inputs: Any, targets: Any) -> Any:
        import tensorflow as tf

        weights, strategy, plan = self.network.trainable_variables, self._strategy, self._plan
        of_replicas = strategy.run(self._loss_and_gradients, (inputs, targets))
        loss, *gradients = [strategy.reduce("MEAN", values, axis=None) for values in of_replicas]
        gradients, norm = tf.clip_by_global_norm(gradients, plan.clip_norm)
        if not tf.math.is_finite(norm):
            return tf.constant(math.nan)
        self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        # Early in the run the average forgets faster, so that it does not lag behind.
        n = tf.cast(self.optimizer.iterations, tf.float32)
        share = tf.maximum(1.0 / tf.maximum(1.0, plan.averaging * self.steps), 9.0 / (10.0 + n))
        for average, weight in zip(self.averages, weights, strict=True):
            average.assign_add(share * (weight - average))
        return loss
