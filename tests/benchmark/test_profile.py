"""Profile of one written character."""

import math

import pytest

from bardtui.benchmark import profile
from bardtui.model.store import ModelBundle


def test_every_part_has_a_time(installed: ModelBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "_ROUNDS", 2)
    begun: list[str] = []
    figures = profile.profile(installed, begun.append)
    names = [figure.name.split(",")[0] for figure in figures]
    assert names == [
        "the network",
        "drawing a character",
        "calls of the network",
        "the journal",
        "the screen",
    ]
    assert len(begun) == 4
    assert all(0 <= figure.value < math.inf for figure in figures)
    assert figures[0].value > 0
    assert figures[-1].value > 0
