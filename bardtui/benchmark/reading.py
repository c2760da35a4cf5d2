"""How long the engine takes to the first written character of a scene that it has never read."""

import time
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from typing import Any

from bardtui.benchmark import Figure
from bardtui.benchmark.scene import script
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle, list_models
from bardtui.session.engine import Engine
from bardtui.session.events import Chunk, Finished, ModelState
from bardtui.session.requests import PassageRequest

SHORT, LONG = 20_000, 1_000_000  # characters
_ROUNDS = 5
_WRITTEN = 100  # characters written each time


def reading(model: ModelBundle, begin: Callable[[str], None]) -> list[Figure]:
    """Compare the time to the first character of a long scene with that of a short one.

    Three situations are measured: a scene is opened, the writer changes to another loaded model,
    and the writer jumps back to the middle of a scene. The change is left out where there is no
    other model. `begin` is called with the name of each part. Raises UserError if the model cannot
    be used.
    """
    other = next((m.name for m in list_models() if m.bundle and m.name != model.name), None)
    clock = _Clock()
    try:
        begin("the first character of a scene")
        clock.load(model.name)
        figures = _compared(
            f"first character in {LONG:,} characters", lambda text: clock.time(model.name, text)
        )
        if other is not None:
            begin(f"the same after a change to {other}")
            clock.load(other)

            def change(text: str) -> float:
                clock.time(model.name, text)
                return clock.time(other, text)

            figures += _compared("the same after a change of model", change)

        begin("the same after a jump")

        def jump(text: str) -> float:
            clock.time(model.name, text)
            return clock.time(model.name, text[: len(text) // 2])

        return figures + _compared("the same after a jump to the middle", jump)
    finally:
        clock.engine.close(1)


def _compared(name: str, measure: Callable[[str], float]) -> list[Figure]:
    """The least of several measurements in new scenes, long and short ones in turns."""
    best = dict.fromkeys((SHORT, LONG), float("inf"))
    for number in range(_ROUNDS):
        for length in best:
            # The first line makes each scene a new one.
            text = (f"{name}, {number}\n" + script(length))[:length]
            best[length] = min(best[length], measure(text))
    return [
        Figure(name, best[LONG], "s", 0.6),
        Figure(f"{name}, against {SHORT:,}", best[LONG] / best[SHORT], "x", 1.3),
    ]


class _Clock:
    """An engine whose events are waited for."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._ids = count(1)
        self.engine = Engine(self._events.put)
        self._started = False

    def load(self, model: str) -> None:
        """Load a model and wait until it is ready. Raises UserError if it cannot be used."""
        if self._started:
            self.engine.load(model)
        else:
            self.engine.start(model)
            self._started = True
        while not (isinstance(event := self._events.get(), ModelState) and event.state == "ready"):
            if isinstance(event, ModelState) and event.state == "unusable":
                raise UserError(f"{model} cannot write: {event.detail}")

    def time(self, model: str, text: str) -> float:
        """Seconds from a request to continue `text` to the first character."""
        request = PassageRequest(next(self._ids), model, text, _WRITTEN, 0.8, random_seed=1)
        began = time.perf_counter()
        self.engine.write(request)
        while not isinstance(event := self._events.get(), Chunk):
            _check(event)
        seconds = time.perf_counter() - began
        while not isinstance(event, Finished):
            event = self._events.get()
        _check(event)
        return seconds


def _check(event: Any) -> None:
    if isinstance(event, Finished) and event.reason == "error":
        raise UserError(event.error)
