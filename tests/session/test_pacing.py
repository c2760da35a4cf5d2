"""How often a state is read while a model writes."""

import time

import pytest

from bardtui.session.pacing import RATE, SHARE, StatePacing


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


@pytest.mark.parametrize("cost", [0.0, 0.002, 0.02, 0.5])
def test_writing_at_full_speed_gives_a_small_share_of_its_time(clock: Clock, cost: float) -> None:
    pacing, spent, count, began = StatePacing(), 0.0, 0, clock.now
    while clock.now < began + 60:
        if pacing.is_due(False):
            with pacing.reading():
                clock.now += cost
            spent, count = spent + cost, count + 1
        clock.now += 0.001
    assert spent <= SHARE * (clock.now - began) + cost
    assert 0 < count <= 60 * RATE + 1


def test_a_model_that_is_ahead_of_its_display_reads_as_often_as_is_drawn(clock: Clock) -> None:
    pacing, count, began = StatePacing(), 0, clock.now
    while clock.now < began + 10:
        if pacing.is_due(True):
            with pacing.reading():
                clock.now += 0.02
            count += 1
        clock.now += 0.001
    assert 0.9 * 10 * RATE <= count <= 10 * RATE + 1
