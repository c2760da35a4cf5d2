"""How hard the tests of trust try: briefly by default, at length where BARDTUI_TRUST is "long"."""

import os

import pytest

from tests.conftest import DECODERS

long_form = os.environ.get("BARDTUI_TRUST") == "long"


def times(short: int, long: int) -> int:
    """How often to try something."""
    return long if long_form else short


@pytest.fixture(autouse=True)
def slow_model() -> None:
    """Let the tiny model write slowly: tests interrupt it."""
    DECODERS.slow = True
