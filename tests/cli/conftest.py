"""Fixtures of the tests of commands."""

from pathlib import Path

import pytest

from tests.conftest import VERSE


@pytest.fixture
def text_file(home: Path) -> Path:
    """A text of some 2,000 characters."""
    path = home / "verse.txt"
    path.write_text(VERSE * 10, encoding="utf-8")
    return path
