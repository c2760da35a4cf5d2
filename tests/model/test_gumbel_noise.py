"""Gumbel noise that depends only on the random seed and the position."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model.gumbel_noise import gumbel_noise

SEEDS = st.integers(0, 2**31 - 1)


@given(SEEDS, st.integers(0, 2**31 - 100), st.integers(1, 64), st.integers(1, 130))
def test_the_noise_at_a_position_does_not_depend_on_how_many_are_drawn(
    seed: int, position: int, steps: int, size: int
) -> None:
    together = gumbel_noise([seed], position, steps, size)
    assert together.shape == (steps, 1, size)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    for step in {0, steps // 2, steps - 1}:
        assert np.array_equal(gumbel_noise([seed], position + step, 1, size)[0], together[step])


@given(st.lists(SEEDS, min_size=2, max_size=5, unique=True))
def test_each_stream_has_the_noise_of_its_seed(seeds: list[int]) -> None:
    together = gumbel_noise(seeds, 1_000, 3, 11)
    for stream, seed in enumerate(seeds):
        assert np.array_equal(together[:, stream], gumbel_noise([seed], 1_000, 3, 11)[:, 0])
    assert not np.array_equal(together[:, 0], together[:, 1])


def test_the_distribution_is_gumbel_over_positions_and_over_seeds() -> None:
    over_positions = gumbel_noise([7], 0, 2_000, 13)
    over_seeds = np.stack([gumbel_noise([seed], 5, 1, 13) for seed in range(2_000)])
    for noise in (over_positions, over_seeds):
        # The share below x is exp(-exp(-x)), within 0.01 for 26,000 numbers.
        ordered = np.sort(noise.ravel().astype(np.float64))
        shares = (np.arange(len(ordered)) + 0.5) / len(ordered)
        assert np.abs(shares - np.exp(-np.exp(-ordered))).max() < 0.01
        correlation = np.corrcoef(noise.ravel()[:-1], noise.ravel()[1:])[0, 1]
        assert abs(correlation) < 0.03
