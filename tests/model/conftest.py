"""Fixtures of the tests of models, which are compiled by XLA as they are for users."""

from collections.abc import Iterator

import pytest

from bardtui.model.decoder import Decoder
from bardtui.model.store import ModelBundle


@pytest.fixture(autouse=True, scope="module")
def with_xla() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BARDTUI_XLA")
        yield


@pytest.fixture(scope="session")
def shared_decoder(tiny_model: ModelBundle) -> Decoder:
    """The tiny model's decoder in some state; use `decoder` instead, which starts a new text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BARDTUI_XLA", raising=False)  # of the test that happens to come first
        return Decoder(tiny_model.spec, tiny_model.vocabulary, tiny_model.weights())
