"""Fixtures of the training tests."""

import pytest

from tests.training.runs import Recorder, begin


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """A run that nothing interrupted."""
    recorder = begin(tmp_path_factory.mktemp("whole"))
    assert recorder.run()
    return recorder
