"""The lines of losses that are plotted."""

import math

from bardtui.training.curves import MOST_POINTS, LossCurves


def test_steps_and_epochs_are_placed_by_epochs() -> None:
    curves = LossCurves()
    curves.add_step(1, 5, 10, 4.0)
    curves.add_step(1, 10, 10, 3.0)
    curves.add_epoch(1, 2.5)
    curves.add_step(2, 5, 10, 2.0)
    assert curves.training == [(0.5, 4.0), (1.0, 3.0), (1.5, 2.0)]
    assert curves.held_out == [(1, 2.5)]


def test_steps_that_a_resumed_run_reads_again_replace_the_old_ones() -> None:
    curves = LossCurves()
    for step in (2, 4, 6, 8):
        curves.add_step(1, step, 10, 3.0)
    curves.add_step(1, 5, 10, 2.0)
    assert curves.training == [(0.2, 3.0), (0.4, 3.0), (0.5, 2.0)]


def test_losses_that_are_unknown_or_not_finite_are_left_out() -> None:
    curves = LossCurves()
    curves.add_step(1, 1, 10, math.nan)
    curves.add_epoch(1, None)
    assert not curves.training + curves.held_out


def test_a_long_run_keeps_its_ends_and_a_bounded_number_of_points() -> None:
    curves = LossCurves()
    for step in range(1, 10_001):
        curves.add_step(1, step, 10_000, 1.0)
    assert len(curves.training) <= MOST_POINTS
    assert (curves.training[0][0], curves.training[-1][0]) == (1 / 10_000, 1.0)
