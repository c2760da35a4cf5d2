"""The engine: the one thread that owns the generators.

The screen puts commands on its queue and gets messages back; the engine never sees the screen. One
thread, not a worker for each generation: a cancelled thread worker runs on, and two that step one
stateful network corrupt it.
"""

import math
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from bardtui.tui.messages import (
    Chunk,
    Finished,
    ModelState,
    Reading,
    Started,
)

if TYPE_CHECKING:
    from bardtui.language.generator import Sampling
    from bardtui.language.reader import Reader

FRAME = 1 / 60  # seconds: text is posted no more often than the screen is drawn
KEPT_MODELS = 4


@dataclass
class Generation:
    """One order to write on. `text` is the whole scene so far; `pace`, in characters a second, may
    be changed while it runs."""

    id: int
    model: str
    text: str
    length: int
    pace: float
    temperature: float
    random_seed: int
    top_k: int = 0
    top_p: float = 1.0
    stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def settings(self) -> dict[str, float]:
        """What it is written with, to be kept with the passage."""
        return {
            "temperature": self.temperature,
            "length": self.length,
            "top_k": self.top_k,
            "top_p": self.top_p,
        }

    def sampling(self) -> "Sampling":
        """How its characters are drawn."""
        from bardtui.language.generator import Sampling

        return Sampling(self.temperature, self.top_k, self.top_p, self.random_seed)


class Engine:
    """Loads models and writes with them, in its own thread; every method returns at once."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._queue: queue.SimpleQueue[str | Generation | None] = queue.SimpleQueue()
        self._readers: dict[str, Reader] = {}
        self._fingerprints: dict[str, str] = {}
        self._current: Generation | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self, model: str) -> None:
        """Begin to serve, with this model first."""
        self._thread.start()
        self.load(model)

    def load(self, model: str) -> None:
        """Have a model ready: ModelState, twice unless it is loaded already."""
        self._queue.put(model)

    def write(self, generation: Generation) -> None:
        """Stop what is being written and write this: Started, Chunk ..., Finished."""
        self.stop()
        self._current = generation
        self._queue.put(generation)

    def stop(self) -> None:
        """Stop writing, before the next chunk. What was posted already still arrives."""
        if self._current is not None:
            self._current.stop.set()

    def hurry(self) -> None:
        """Write the rest of the current generation as fast as possible."""
        if self._current is not None:
            self._current.pace = math.inf

    def close(self, timeout: float) -> None:
        """Stop and end the thread; waits for at most `timeout` seconds."""
        self.stop()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def busy(self) -> bool:
        """Whether the thread is still at something that it cannot leave."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while (command := self._queue.get()) is not None:
            if isinstance(command, str):
                self._load(command)
                continue
            try:
                reader = self._load(command.model)
                if reader is None:
                    self._post(Finished(command.id, "error", f"{command.model} is not loaded"))
                else:
                    self._write(reader, command)
            except Exception as error:  # whatever went wrong, the scene and the engine go on
                self._readers.pop(command.model, None)
                self._post(Finished(command.id, "error", f"{type(error).__name__}: {error}"))

    def _load(self, name: str) -> "Reader | None":
        if name in self._readers and not self._was_trained_again(name):
            self._readers[name] = self._readers.pop(name)  # the most recently used comes last
            return self._readers[name]
        self._post(ModelState(name, "loading"))
        try:
            from bardtui.language.bundle import find_model
            from bardtui.language.generator import Generator
            from bardtui.language.reader import Reader

            bundle = find_model(name)
            generator = Generator(bundle.spec, bundle.vocabulary, bundle.weights())
        except Exception as error:
            self._post(ModelState(name, "unusable", str(error) or type(error).__name__))
            return None
        reader = self._readers[name] = Reader(generator)
        self._fingerprints[name] = bundle.sha256
        if len(self._readers) > KEPT_MODELS:
            del self._readers[next(iter(self._readers))]
        slow = "" if generator.compiled else "XLA is missing on this machine: writing is slower"
        self._post(ModelState(name, "ready", slow))
        return reader

    def _was_trained_again(self, name: str) -> bool:
        """Whether the model on disk is another than the one that is loaded."""
        from bardtui.language.bundle import ModelError, find_model

        try:
            return find_model(name).sha256 != self._fingerprints[name]
        except ModelError:  # gone or broken: what is loaded can still write
            return False

    def _write(self, reader: "Reader", g: Generation) -> None:
        told = time.monotonic()

        def progress(share: float) -> None:
            nonlocal told
            if time.monotonic() - told > 0.1:
                told = time.monotonic()
                self._post(Reading(g.id, share))

        unknown = reader.seek(g.text, progress=progress, stopped=g.stop.is_set)
        self._post(Started(g.id, self._fingerprints[g.model], unknown))
        pieces = reader.write(g.length, g.sampling())
        waiting, credit, exhausted = "", 1.0, False
        shown = time.monotonic()
        while waiting or not exhausted:
            # Write until the next frame is due, but not far ahead of what may be shown.
            due = shown + FRAME
            while not exhausted and time.monotonic() < due and not g.stop.is_set():
                if len(waiting) > g.pace * FRAME:
                    break
                piece = next(pieces, "")
                waiting, exhausted = waiting + piece, not piece
            if g.stop.wait(max(0.0, due - time.monotonic())):
                self._post(Finished(g.id, "stopped"))
                return
            now = time.monotonic()
            elapsed = max(now - shown, 1e-9)  # infinity times zero would be no number
            credit = min(credit + elapsed * g.pace, len(waiting))
            shown = now
            if count := int(credit):
                self._post(Chunk(g.id, waiting[:count]))
                waiting, credit = waiting[count:], credit - count
        self._post(Finished(g.id, "length"))
