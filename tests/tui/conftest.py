"""What the interface's tests do not wait for."""

import time
from functools import partial

import pytest
from textual._wait import wait_for_idle


@pytest.fixture(autouse=True)
def not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small real model writes at once: it need not be compiled."""
    monkeypatch.setenv("BARDTUI_XLA", "0")


@pytest.fixture(autouse=True)
def whatever_the_engine_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot goes on when the interface has come to rest, or soon, while text is streaming in: by
    default it waits, up to a second after each key, until no thread of the process works."""
    monkeypatch.setattr("textual._wait.process_time", time.thread_time)
    for module in ("pilot", "app"):
        soon = partial(wait_for_idle, max_sleep=0.3)
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", soon)
