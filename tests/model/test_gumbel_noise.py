"""Gumbel noise that depends only on a key and the position."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model.sampling import gumbel_noise

KEYS = st.integers(0, 2**63 - 1)


@given(KEYS, st.integers(0, 2**31 - 100), st.integers(1, 64), st.integers(1, 130))
def test_the_noise_at_a_position_does_not_depend_on_how_many_are_drawn(
    key: int, position: int, steps: int, size: int
) -> None:
    together = gumbel_noise(key, position, steps, size)
    assert together.shape == (steps, size)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    for step in {0, steps // 2, steps - 1}:
        assert np.array_equal(gumbel_noise(key, position + step, 1, size)[0], together[step])


@given(st.lists(KEYS, min_size=2, max_size=5, unique=True))
def test_each_key_has_noise_of_its_own(keys: list[int]) -> None:
    noise = [gumbel_noise(key, 1_000, 3, 11) for key in keys]
    assert not any(np.array_equal(noise[0], other) for other in noise[1:])


def test_the_distribution_is_gumbel_over_positions_and_over_keys() -> None:
    over_positions = gumbel_noise(7, 0, 2_000, 13)
    over_keys = np.stack([gumbel_noise(key, 5, 1, 13) for key in range(2_000)])
    for noise in (over_positions, over_keys):
        # The share below x is exp(-exp(-x)), within 0.01 for 26,000 numbers.
        ordered = np.sort(noise.ravel().astype(np.float64))
        shares = (np.arange(len(ordered)) + 0.5) / len(ordered)
        assert np.abs(shares - np.exp(-np.exp(-ordered))).max() < 0.01
        correlation = np.corrcoef(noise.ravel()[:-1], noise.ravel()[1:])[0, 1]
        assert abs(correlation) < 0.03
