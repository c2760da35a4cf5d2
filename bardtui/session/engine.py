"""The engine: the one thread that owns the networks.

The session puts requests on its queue; the engine calls `post` with events. There is one thread
for all requests: a worker for each passage could not be cancelled in the middle of a step, and two
workers that step one stateful network would corrupt its state.
"""

import math
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bardtui import paths
from bardtui.errors import UserError
from bardtui.log import explain
from bardtui.memory import MB, TooLittleMemory, give_back_memory, need_memory
from bardtui.session.events import (
    AlternativesFound,
    Chunk,
    CopiesFound,
    EngineEvent,
    EngineFault,
    Finished,
    ModelState,
    Scored,
    Started,
    StateRead,
    Suggested,
    TakesScored,
)
from bardtui.session.pacing import StatePacing
from bardtui.session.requests import (
    AlternativesRequest,
    CopyRequest,
    PassageRequest,
    ScoreRequest,
    StateRequest,
    SuggestionRequest,
    TakesScoreRequest,
    WriteRequest,
)
from bardtui.tf_startup import import_tensorflow, lower_thread_priority

if TYPE_CHECKING:
    from bardtui.session.loaded_model import LoadedModel

CHUNK_SECONDS = 1 / 30  # text is posted this often; drawing it takes a good part of 1/60 s
KEPT_MODELS = 4
SHOWN_ENDING = 24  # characters that a state is reported with

_Request = (
    WriteRequest
    | CopyRequest
    | ScoreRequest
    | TakesScoreRequest
    | StateRequest
    | AlternativesRequest
)
_Asked = str | _Request  # a name is that of a model to load

# Free memory needed, somewhat more than measured, plus a part that grows with the network.
_FOR_A_MODEL = 100 * MB
_FOR_WRITING = 30 * MB
_PER_PARAMETER = 20  # bytes: read, unpacked, passed on, packed, compiled


class Engine:
    """Loads models and writes with them in its own thread. Every method returns at once.

    `post` is called in the engine's thread. While `watched` is true, it also gets the state of the
    model's layers as a passage is written.
    """

    def __init__(self, post: Callable[[EngineEvent], object]) -> None:
        self._post = post
        self.watched = False
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._models: dict[str, LoadedModel] = {}
        self._latest: dict[type[_Request], _Request] = {}  # of each kind
        self._state_pacing = StatePacing()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # -- requests ----------------------------------------------------------------------------------

    def start(self, model: str) -> None:
        """Start the thread and load this model; does nothing if the thread was started before."""
        if self._thread.ident is None:
            self._thread.start()
            self.load(model)

    def load(self, model: str) -> None:
        """Load a model: posts ModelState, unless it is loaded already."""
        self._queue.put(model)

    def write(self, request: PassageRequest) -> None:
        """Stop what is being written and write this.

        Posts Started, then Chunk several times, then Finished.
        """
        self.stop()
        self._ask(request)

    def suggest(self, request: SuggestionRequest) -> None:
        """Find endings for a line: posts Suggested, unless another request comes first."""
        self._ask(request)

    def cancel_suggestion(self) -> None:
        """Cancel the suggestion that was asked for."""
        self._cancel(SuggestionRequest)

    def find_copies(self, request: CopyRequest) -> None:
        """Find what a text copies: posts CopiesFound, unless the model is not loaded, has no index,
        or another such request, or one to write, comes first."""
        self._ask(request)

    def score(self, request: ScoreRequest) -> None:
        """Score a text: posts Scored several times, unless the model is not loaded or another
        request to score or to write comes first."""
        self._ask(request)

    def cancel_scoring(self) -> None:
        """Cancel the scoring that was asked for."""
        self._cancel(ScoreRequest)

    def score_takes(self, request: TakesScoreRequest) -> None:
        """Score takes: posts TakesScored, unless the model is not loaded or another such request,
        or one to write, comes first."""
        self._ask(request)

    def read_state(self, request: StateRequest) -> None:
        """Read the state after a text: posts StateRead, unless the model is not loaded or another
        such request, or one to write, comes first."""
        self._ask(request)

    def find_alternatives(self, request: AlternativesRequest) -> None:
        """Find what may come after a text: posts AlternativesFound, unless the model cannot be used
        or another such request, or one to write, comes first."""
        self._ask(request)

    def stop(self) -> None:
        """Stop writing before the next chunk. Events posted already still arrive."""
        for kind in self._latest:
            self._cancel(kind)

    def show_rest(self) -> None:
        """Write the rest of the current passage as fast as possible."""
        if isinstance(request := self._latest.get(PassageRequest), PassageRequest):
            request.pace = math.inf

    def close(self, timeout: float) -> None:
        """Stop and end the thread; wait at most `timeout` seconds for it."""
        self.stop()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _ask(self, request: _Request) -> None:
        """Put a request on the queue. It takes the place of the last one of its kind."""
        self._cancel(type(request))
        self._latest[type(request)] = request
        self._queue.put(request)

    def _cancel(self, kind: type[_Request]) -> None:
        if (request := self._latest.get(kind)) is not None:
            request.stop.set()

    @property
    def busy(self) -> bool:
        """Whether the thread is still running, in a call that cannot be interrupted."""
        return self._thread.is_alive()

    # -- the thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        lower_thread_priority()
        while (asked := self._queue.get()) is not None:
            try:
                match asked:
                    case str():
                        self._load(asked)
                    case CopyRequest():
                        self._find_copies(asked)
                    case ScoreRequest():
                        self._score_text(asked)
                    case TakesScoreRequest():
                        self._score_takes(asked)
                    case StateRequest():
                        self._read_state(asked)
                    case AlternativesRequest():
                        self._find_alternatives(asked)
                    case WriteRequest():
                        self._serve(asked)
            except BaseException as error:  # reported; the thread serves the next request
                self._failed(asked, error)

    def _failed(self, asked: _Asked, error: BaseException) -> None:
        """Report an error. A model whose state may be broken is loaded again next time."""
        model = asked if isinstance(asked, str) else asked.model
        if not isinstance(error, TooLittleMemory):
            self._models.pop(model, None)
        message = explain(error)
        if isinstance(asked, str):
            self._post(ModelState(model, "unusable", message))
        elif isinstance(asked, PassageRequest):
            self._post(Finished(asked.id, "error", message))
        elif isinstance(asked, ScoreRequest | AlternativesRequest) or not isinstance(
            error, UserError
        ):
            self._post(EngineFault(message))
        if isinstance(asked, ScoreRequest):
            self._post(Scored(asked.id, asked.begin, (), ()))

    def _serve(self, request: WriteRequest) -> None:
        if isinstance(request, SuggestionRequest) and request.model not in self._models:
            return  # loading another model for a suggestion would take too long
        need_memory(_FOR_WRITING, "Writing")
        loaded = self._load(request.model)
        if loaded is None:
            self._post(Finished(request.id, "error", f"{request.model} is not loaded"))
            return
        match request:
            case SuggestionRequest():
                self._suggest(loaded, request)
            case PassageRequest():
                self._write(loaded, request)

    def _load(self, name: str) -> "LoadedModel | None":
        """Return the model, or None after reporting why it cannot be used."""
        if name in self._models and not self._models[name].was_trained_again:
            self._models[name] = self._models.pop(name)  # the most recently used comes last
            return self._models[name]
        self._post(ModelState(name, "loading"))
        try:
            loaded = self._models[name] = self._open(name)
        except UserError as error:
            self._post(ModelState(name, "unusable", explain(error)))
            return None
        if len(self._models) > KEPT_MODELS:
            del self._models[next(iter(self._models))]
        give_back_memory()
        compiled = loaded.context.decoder.compiled
        slow = "" if compiled else "XLA is missing on this machine: writing is slower"
        self._post(ModelState(name, "ready", slow))
        return loaded

    def _open(self, name: str) -> "LoadedModel":
        from bardtui.model.context import Context
        from bardtui.model.decoder import Decoder
        from bardtui.model.store import check_name, find_model, read_settled, version_of
        from bardtui.session.loaded_model import LoadedModel
        from bardtui.writing.company import Company

        check_name(name)  # a scene may not name a path
        folders = [root / name for root in (paths.models_dir(), paths.bundled_models())]
        version = version_of(folders)  # before they are read, so that no change is missed

        def load() -> LoadedModel:
            bundle = find_model(name)
            import_tensorflow()
            need_memory(_FOR_A_MODEL + _PER_PARAMETER * bundle.spec.parameters, f"Loading {name}")
            decoder = Decoder(bundle.spec, bundle.vocabulary, bundle.weights())
            context, company = Context(decoder, bundle.memory_length), Company(bundle.casts)
            return LoadedModel(bundle, context, company, folders, version)

        return read_settled(folders, load)

    def _begin(self, loaded: "LoadedModel", request: WriteRequest) -> None:
        """Read the scene and report that writing begins."""
        text = request.text + request.opening
        unknown = loaded.context.seek(text, stopped=request.stop.is_set)
        unchecked = request.rules.max_copy > 0 and loaded.bundle.corpus_index is None
        self._post(Started(request.id, loaded.bundle.sha256, unknown, unchecked))

    def _write(self, loaded: "LoadedModel", request: PassageRequest) -> None:
        self._begin(loaded, request)
        if request.opening and not request.stop.is_set():
            self._post(Chunk(request.id, request.opening))
        pieces = loaded.pieces(request)
        before, written = request.text + request.opening, ""
        waiting, credit, exhausted = "", 1.0, False
        shown = time.monotonic()
        while waiting or not exhausted:
            # Write until the next chunk is due, but not far ahead of what may be shown.
            due = shown + CHUNK_SECONDS
            while not exhausted and time.monotonic() < due and not request.stop.is_set():
                if len(waiting) > request.pace * CHUNK_SECONDS:
                    break
                piece = next(pieces, None)
                waiting, exhausted = waiting + (piece or ""), piece is None
            if request.stop.wait(max(0.0, due - time.monotonic())):
                self._post(Finished(request.id, "stopped"))
                return
            now = time.monotonic()
            elapsed = max(now - shown, 1e-9)  # infinity times zero is not a number
            credit = min(credit + elapsed * request.pace, len(waiting))
            shown = now
            if count := int(credit):
                self._post(Chunk(request.id, waiting[:count]))
                written += waiting[:count]
                waiting, credit = waiting[count:], credit - count
                is_ahead = len(waiting) > request.pace * CHUNK_SECONDS
                if self.watched and self._state_pacing.is_due(is_ahead):
                    with self._state_pacing.reading():
                        self._post_state(loaded, request, before + written)
        self._post(Finished(request.id, request.rules.stop))

    def _suggest(self, loaded: "LoadedModel", request: SuggestionRequest) -> None:
        """Finish the line in a few ways."""
        found: list[str] = []
        for number in range(request.count):
            loaded.context.seek(request.text, stopped=request.stop.is_set)
            ending = ""
            for piece in loaded.pieces(request.variant(number)):
                if request.stop.is_set():
                    return
                ending += piece
            if (ending := ending.rstrip("\n")) and ending not in found:
                found.append(ending)
                self._post(Suggested(request.id, tuple(found)))

    def _find_copies(self, request: CopyRequest) -> None:
        from bardtui.model.corpus_index import described

        if request.stop.is_set() or request.model not in self._models:
            return
        need_memory(_FOR_WRITING, "Looking for copies")
        if (index := self._models[request.model].bundle.corpus_index) is not None:
            runs = index.find(request.text)
            spans = tuple((run.start, run.start + run.length) for run in runs)
            self._post(CopiesFound(request.id, described(runs), spans))

    def _score_text(self, request: ScoreRequest) -> None:
        """Score a text piece by piece, as long as nothing else waits."""

        def stopped() -> bool:
            return request.stop.is_set() or not self._queue.empty()

        if request.stop.is_set() or request.model not in self._models:
            return
        done = 0
        loaded, before = self._models[request.model], request.before
        for reading in loaded.score(before, request.text, stopped):
            surprise, entropy = map(tuple, (reading.surprise.tolist(), reading.entropy.tolist()))
            self._post(Scored(request.id, request.begin + done, surprise, entropy))
            done += len(surprise)
        if done < len(request.text) and not request.stop.is_set():  # something came in between
            before, rest = before + request.text[:done], request.text[done:]
            self._queue.put(replace(request, before=before, text=rest, begin=request.begin + done))

    def _score_takes(self, request: TakesScoreRequest) -> None:
        if request.stop.is_set() or (loaded := self._models.get(request.model)) is None:
            return
        found = []
        for take in request.takes:
            readings = loaded.score(request.before, take, request.stop.is_set)
            found.append([nats for reading in readings for nats in reading.surprise.tolist()])
        if not request.stop.is_set():
            self._post(TakesScored(request.id, tuple(found)))

    def _read_state(self, request: StateRequest) -> None:
        if not request.stop.is_set() and request.model in self._models:
            self._post_state(self._models[request.model], request, request.text)

    def _post_state(
        self, loaded: "LoadedModel", request: PassageRequest | StateRequest, text: str
    ) -> None:
        """Report the state after a text. The context stays where it is."""
        try:
            layers = loaded.states.read(text, stopped=request.stop.is_set)
        except TooLittleMemory as error:  # it must not end a passage
            self.watched = False
            self._post(EngineFault(explain(error)))
            return
        if not request.stop.is_set():
            ending = text[-SHOWN_ENDING:]
            self._post(StateRead(request.id, loaded.bundle.sha256, ending, layers))

    def _find_alternatives(self, request: AlternativesRequest) -> None:
        if not request.stop.is_set() and (loaded := self._load(request.model)) is not None:
            self._post(AlternativesFound(request.id, loaded.alternatives(request)))
