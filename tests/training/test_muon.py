"""Muon's cheaper iteration, compared with that of Keras."""

import keras
import numpy as np
import pytest

from bardtui.training.muon import Muon


@pytest.mark.parametrize("shape", [(8, 32), (32, 8), (16, 16), (1, 5), (64, 256)])
@pytest.mark.parametrize("spread", [0.0, 3.0])
def test_the_matrices_are_those_of_keras(shape: tuple[int, int], spread: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape) * np.exp(spread * rng.normal(size=(1, shape[1])))
    settings = {"learning_rate": 0.1, "rms_rate": None}
    ours, theirs = Muon(**settings), keras.optimizers.Muon(**settings)
    made = [o.zeropower_via_newtonschulz5(keras.ops.array(x, "float32"), 5) for o in (ours, theirs)]
    np.testing.assert_allclose(*(keras.ops.convert_to_numpy(m) for m in made), atol=2e-3)


def test_a_matrix_of_low_rank_keeps_its_rank() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(32, 3)) @ rng.normal(size=(3, 64))
    made = Muon(0.1).zeropower_via_newtonschulz5(keras.ops.array(x, "float32"), 5)
    values = np.linalg.svd(keras.ops.convert_to_numpy(made), compute_uv=False)
    assert all(0.6 < value < 1.3 for value in values[:3])
    assert values[3] < 0.05
