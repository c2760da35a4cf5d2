"""Fixtures of the evaluation tests."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def without_xla() -> None:
    """XLA would take longer to compile than the texts take to score."""
    pytest.MonkeyPatch().setenv("BARDTUI_XLA", "0")
