"""Fixtures of the writing tests."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def fast_decoders(without_xla: None) -> None:
    """All of these tests use decoders without XLA."""
