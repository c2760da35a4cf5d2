"""Fixtures of the tests of Keras files."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def without_xla() -> None:
    """XLA would take longer to compile than the few characters take to read."""
    pytest.MonkeyPatch().setenv("BARDTUI_XLA", "0")
