"""The learning rate schedule, compared with that of Keras."""

import keras
import numpy as np
import tensorflow as tf

from bardtui.training.schedule import Schedule


def test_the_rates_are_those_of_keras_until_the_number_of_steps_changes() -> None:
    steps = tf.Variable(200.0)
    ours = Schedule(0.05, 20, steps)
    theirs = keras.optimizers.schedules.CosineDecay(
        0.0, 180, alpha=0.02, warmup_target=0.05, warmup_steps=20
    )
    for step in (0, 1, 19, 20, 21, 100, 199, 200, 300):
        np.testing.assert_allclose(float(ours(step)), float(theirs(step)), rtol=1e-5, atol=1e-8)
    steps.assign(100.0)
    np.testing.assert_allclose(float(ours(100)), 0.02 * 0.05, rtol=1e-4)
