"""Fixtures of the training tests."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def without_xla() -> None:
    """Samples are short, and XLA would take longer to compile than they take to write."""
    pytest.MonkeyPatch().setenv("BARDTUI_XLA", "0")
