"""Benchmark of the start: real programs in real pseudo-terminals."""

import sys

import pytest

from bardtui.benchmark.start import launch, start
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle


def test_launches_are_compared_with_baselines(installed: ModelBundle) -> None:
    begun: list[str] = []
    figures = start("tiny", begun.append, screens=1, texts=1)
    assert [figure.most for figure in figures] == [
        *(0.5, None, 1.4),
        *(None, None, 1.3),
        *(None, None, 1.35),
    ]
    values = [figure.value for figure in figures]
    screen, hello, first, character, imported, second, ready, alone, third = values
    assert hello > 0
    assert 0 < screen < character  # which waits for TensorFlow
    assert first == screen / hello
    assert second == character / imported
    assert third == pytest.approx(ready / alone)
    assert third > 1
    assert alone > 50  # megabytes
    assert len(begun) == 3


def test_a_program_that_ends_or_hangs_is_an_error() -> None:
    with pytest.raises(UserError, match="ended before"):
        launch([sys.executable, "-c", ""], bool)
    with pytest.raises(UserError, match="nothing came"):
        launch([sys.executable, "-c", "input()"], bool, patience=0.1)
