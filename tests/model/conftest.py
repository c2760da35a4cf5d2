"""Fixtures of the tests of models, which are compiled by XLA as they are for users."""

from collections.abc import Iterator

import pytest

from tests.conftest import compiled


@pytest.fixture(autouse=True, scope="module")
def with_xla() -> Iterator[None]:
    with compiled():
        yield
