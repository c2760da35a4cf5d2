"""Fixtures of the training tests."""

from pathlib import Path

import pytest

from bardtui.training.state import TrainState
from tests.training.runs import Arrays, Recorder, arrays, begin, variables


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """A run that nothing interrupted."""
    recorder = begin(tmp_path_factory.mktemp("whole"))
    assert recorder.run()
    return recorder


@pytest.fixture(scope="module")
def compiled_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorder, Arrays]:
    """A run, and the numbers with which it begins."""
    recorder = begin(tmp_path_factory.mktemp("compiled"))
    return recorder, arrays(recorder.trainer)


@pytest.fixture
def fresh(compiled_run: tuple[Recorder, Arrays], tmp_path: Path) -> Recorder:
    """A run that has not begun, as `begin(tmp_path)` makes it: to compile takes half a second."""
    recorder, numbers = compiled_run
    trainer = recorder.trainer
    for variable, value in zip(variables(trainer), numbers, strict=True):
        variable.assign(value)
    trainer.folder, trainer.state, trainer.saved = tmp_path, TrainState(), False
    recorder.published.clear()
    recorder.reports.clear()
    return recorder
