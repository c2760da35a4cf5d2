"""The engine: the one thread that owns the decoders.

The screen puts orders on its queue and gets messages back; the engine never sees the screen. One
thread, not a worker for each generation: a cancelled thread worker runs on, and two that step one
stateful network corrupt it.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from typing import TYPE_CHECKING

from textual.message import Message

from bardtui.memory import MB, TooLittleMemory, need_memory
from bardtui.session.events import Chunk, Finished, ModelState, Started, Suggested, TakesGrew
from bardtui.session.requests import Generation, Order, SeveralTakes, Suggestion
from bardtui.settings import Stop
from bardtui.tf_startup import import_tensorflow, lower_thread_priority
from bardtui.writing.stops import end_of

if TYPE_CHECKING:
    from bardtui.model.context import Context
    from bardtui.model.decoder import Decoder
    from bardtui.model.store import ModelBundle

FRAME = 1 / 30  # seconds: text comes this often; drawing it takes a good part of a 60th
KEPT_MODELS = 4
_LONGEST_REASON = 300  # characters

# What has to be free, somewhat more than was measured; to it comes what grows with the network.
_FOR_A_MODEL = 100 * MB
_FOR_TAKES = 60 * MB
_FOR_WRITING = 30 * MB
_PER_PARAMETER = 20  # bytes: read, unpacked, handed over, packed, compiled


@dataclass
class _Loaded:
    """A model ready to write, and its fingerprint; for several takes it has a second network, made
    when they are first asked for."""

    bundle: "ModelBundle"
    context: "Context"
    several: "dict[int, Decoder]" = field(default_factory=dict)

    def takes(self, count: int) -> "Decoder":
        if count not in self.several:
            from bardtui.model.decoder import Decoder

            size = _FOR_TAKES + _PER_PARAMETER * self.bundle.spec.parameters
            need_memory(size, f"a network for {count} takes")
            weights = self.context.decoder.network.get_weights()
            decoder = Decoder(self.bundle.spec, self.bundle.vocabulary, weights, streams=count)
            self.several = {count: decoder}
        return self.several[count]


class Engine:
    """Loads models and writes with them, in its own thread; every method returns at once."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self._queue: queue.SimpleQueue[str | Order | None] = queue.SimpleQueue()
        self._models: dict[str, _Loaded] = {}
        self._current: Generation | SeveralTakes | None = None
        self._suggestion: Suggestion | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # -- what the screen may ask -------------------------------------------------------------------

    def start(self, model: str) -> None:
        """Begin to serve, with this model first."""
        self._thread.start()
        self.load(model)

    def load(self, model: str) -> None:
        """Have a model ready: ModelState, twice unless it is loaded already."""
        self._queue.put(model)

    def write(self, order: Generation | SeveralTakes) -> None:
        """Stop what is being written and write this: Started, then Chunk or TakesGrew ..., then
        Finished."""
        self.stop()
        self._current = order
        self._queue.put(order)

    def suggest(self, order: Suggestion) -> None:
        """Say how a line might go on: Suggested, unless anything else is asked for meanwhile."""
        self.forget_suggestion()
        self._suggestion = order
        self._queue.put(order)

    def forget_suggestion(self) -> None:
        """No suggestion is wanted any more."""
        if self._suggestion is not None:
            self._suggestion.stop.set()

    def stop(self) -> None:
        """Stop writing, before the next chunk. What was posted already still arrives."""
        self.forget_suggestion()
        if self._current is not None:
            self._current.stop.set()

    def hurry(self) -> None:
        """Write the rest of the current generation as fast as possible."""
        if isinstance(self._current, Generation):
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

    # -- the thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        lower_thread_priority()
        while (asked := self._queue.get()) is not None:
            try:
                if isinstance(asked, str):
                    self._load(asked)
                else:
                    self._serve(asked)
            except BaseException as error:  # whatever went wrong, the scene and the engine go on
                self._failed(asked, error)

    def _failed(self, asked: str | Order, error: BaseException) -> None:
        """Say what went wrong; the next time, the model is loaded afresh if it was touched."""
        model = asked if isinstance(asked, str) else asked.model
        if not isinstance(error, TooLittleMemory):
            self._models.pop(model, None)
        if isinstance(asked, str):
            self._post(ModelState(model, "unusable", _reason(error)))
        elif not isinstance(asked, Suggestion):
            self._post(Finished(asked.id, "error", _reason(error)))

    def _serve(self, order: Order) -> None:
        if isinstance(order, Suggestion) and order.model not in self._models:
            return  # a suggestion is not worth the wait for another model
        need_memory(_FOR_WRITING, "writing")
        loaded = self._load(order.model)
        if loaded is None:
            self._post(Finished(order.id, "error", f"{order.model} is not loaded"))
        elif isinstance(order, Suggestion):
            self._suggest(loaded, order)
        else:
            if isinstance(order, SeveralTakes):
                self._write_takes(loaded, order)
            elif isinstance(order, Generation):
                self._write(loaded, order)

    def _load(self, name: str) -> _Loaded | None:
        if name in self._models and not self._was_trained_again(name):
            self._models[name] = self._models.pop(name)  # the most recently used comes last
            return self._models[name]
        self._post(ModelState(name, "loading"))
        try:
            from bardtui.model.context import Context
            from bardtui.model.decoder import Decoder
            from bardtui.model.store import find_model

            bundle = find_model(name)
            import_tensorflow()
            need_memory(_FOR_A_MODEL + _PER_PARAMETER * bundle.spec.parameters, f"loading {name}")
            decoder = Decoder(bundle.spec, bundle.vocabulary, bundle.weights())
        except Exception as error:
            self._post(ModelState(name, "unusable", _reason(error)))
            return None
        loaded = self._models[name] = _Loaded(bundle, Context(decoder, bundle.memory_length))
        if len(self._models) > KEPT_MODELS:
            del self._models[next(iter(self._models))]
        slow = "" if decoder.compiled else "XLA is missing on this machine: writing is slower"
        self._post(ModelState(name, "ready", slow))
        return loaded

    def _was_trained_again(self, name: str) -> bool:
        """Whether the model on disk is another than the one that is loaded."""
        from bardtui.model.store import ModelError, find_model

        try:
            return find_model(name).sha256 != self._models[name].bundle.sha256
        except ModelError:  # gone or broken: what is loaded can still write
            return False

    def _begin(self, loaded: _Loaded, order: Order) -> None:
        """Take in the scene, and say that the writing begins."""
        unknown = loaded.context.seek(order.text + order.opening, stopped=order.stop.is_set)
        self._post(Started(order.id, loaded.bundle.sha256, unknown))

    def _write(self, loaded: _Loaded, g: Generation) -> None:
        self._begin(loaded, g)
        if g.opening and not g.stop.is_set():
            self._post(Chunk(g.id, g.opening))
        pieces = _until(g.rule, loaded.context.write(g.length, g.sampling()))
        waiting, credit, exhausted, written = "", 1.0, False, 0
        shown = time.monotonic()
        while waiting or not exhausted:
            # Write until the next frame is due, but not far ahead of what may be shown.
            due = shown + FRAME
            while not exhausted and time.monotonic() < due and not g.stop.is_set():
                if len(waiting) > g.pace * FRAME:
                    break
                piece = next(pieces, "")
                waiting, exhausted = waiting + piece, not piece
                written += len(piece)
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
        self._post(Finished(g.id, g.rule if written < g.length else "length"))

    def _write_takes(self, loaded: _Loaded, order: SeveralTakes) -> None:
        takes = loaded.takes(len(order.seeds))
        self._begin(loaded, order)
        if order.stop.is_set():
            self._post(Finished(order.id, "stopped"))
            return
        takes.restore(loaded.context.snapshot())
        written = [""] * len(order.seeds)
        ended = [False] * len(order.seeds)
        shown = time.monotonic()
        for pieces in takes.write_streams(order.length, order.sampling(), order.seeds):
            for n, piece in enumerate(pieces):
                if not ended[n]:
                    written[n], ended[n] = _cut(order.rule, written[n] + piece)
            if order.stop.is_set() or all(ended):
                break
            if time.monotonic() - shown > FRAME:
                shown = time.monotonic()
                self._post(TakesGrew(order.id, tuple(written)))
        self._post(TakesGrew(order.id, tuple(written)))
        self._post(Finished(order.id, "stopped" if order.stop.is_set() else "length"))

    def _suggest(self, loaded: _Loaded, order: Suggestion) -> None:
        """Finish the line in a few ways. The context is back at the text each time at no cost."""
        found: list[str] = []
        for number in range(order.count):
            loaded.context.seek(order.text, stopped=order.stop.is_set)
            pieces = loaded.context.write(order.length, order.seeded(number).sampling())
            end = ""
            for piece in _until(order.rule, pieces):
                if order.stop.is_set():
                    return
                end += piece
            if (end := end.rstrip("\n")) and end not in found:
                found.append(end)
                self._post(Suggested(order.id, tuple(found)))


def _reason(error: BaseException) -> str:
    """Why, as far as it fits into a message: TensorFlow's errors are pages long."""
    kind, told = type(error).__name__, str(error)
    if isinstance(error, MemoryError) or kind == "ResourceExhaustedError":
        told = f"Not enough memory: {told or kind}"
    elif kind != "ModelError":  # whose message is for the user as it is
        told = f"{kind}: {told}"
    return shorten(told, _LONGEST_REASON, placeholder=" …")


def _cut(rule: Stop, written: str) -> tuple[str, bool]:
    """What of a passage stays by the rule, and whether it has come to its end."""
    end = end_of(rule, written)
    return (written, False) if end is None else (written[:end], True)


def _until(rule: Stop, pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, up to where the rule ends the passage."""
    written = ""
    for piece in pieces:
        kept, ended = _cut(rule, written + piece)
        if kept := kept[len(written) :]:
            yield kept
        if ended:
            return
        written += piece
