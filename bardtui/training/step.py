"""One training step, compiled: gradients of all replicas, the optimizer, the averaged weights."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from bardtui.training.plan import TrainPlan


def compile_step(
    network: Any,
    optimizer: Any,
    averages: Sequence[Any],
    plan: TrainPlan,
    steps: Any,
    strategy: Any,
) -> Callable[[Any, Any], Any]:
    """Compile the step of a run of `steps` steps, a variable.

    The result takes inputs and targets, each distributed int32 (batch, seq_len), and returns the
    loss in nats per character. A step whose gradient is not finite changes nothing and returns
    NaN. `averages` are updated to the mean of the weights over the last `plan.averaging` of the
    run, which generates better text than the last weights do (Polyak and Juditsky 1992).
    """
    import tensorflow as tf

    weights = network.trainable_variables

    def loss_and_gradients(inputs: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = network(inputs, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))
        return [loss, *map(tf.convert_to_tensor, tape.gradient(loss, weights))]

    @tf.function  # type: ignore[untyped-decorator]
    def train_step(inputs: Any, targets: Any) -> Any:
        of_replicas = strategy.run(loss_and_gradients, (inputs, targets))
        loss, *gradients = [strategy.reduce("MEAN", values, axis=None) for values in of_replicas]
        gradients, norm = tf.clip_by_global_norm(gradients, plan.clip_norm)
        if not tf.math.is_finite(norm):
            return tf.constant(math.nan)
        optimizer.apply_gradients(zip(gradients, weights, strict=True))
        # Early in the run the average forgets faster, so that it does not lag behind.
        n = tf.cast(optimizer.iterations, tf.float32)
        share = tf.maximum(1.0 / tf.maximum(1.0, plan.averaging * steps), 9.0 / (10.0 + n))
        for average, weight in zip(averages, weights, strict=True):
            average.assign_add(share * (weight - average))
        return loss

    return train_step  # type: ignore[no-any-return]
