"""The passage that a model is writing at the end of the visible text."""

from typing import TYPE_CHECKING, Literal

from bardtui.session.events import Chunk, Finished, PassageBegan, Started, StateChanged, TextAdded
from bardtui.session.requests import PassageRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class PassageWriting:
    """Asks the engine for a passage, and adds its text to the scene as it arrives.

    Attributes:
        request: The request that is being served, if any.
        activity: "" when idle, "waiting" until the model begins, then "writing".
        unknown_told: Characters already reported as unknown to the model.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.request: PassageRequest | None = None
        self.activity: Literal["", "waiting", "writing"] = ""
        self.unknown_told: set[str] = set()
        self._id: int | None = None  # the passage's id, once it has text
        self._instead_of: int | None = None
        self._fingerprint = ""

    @property
    def has_text(self) -> bool:
        """Whether some of the passage shows."""
        return self._id is not None

    @property
    def speaker(self) -> str:
        """The role that is being written; "" in free text and when idle."""
        return self.request.speaker if self.request else ""

    @property
    def writer_name(self) -> str:
        """The model that writes, with the role it speaks."""
        model = self.request.model if self.request else self._session.model
        return f"{self.speaker} ({model})" if self.speaker else model

    def begin(self, *, instead_of: int | None = None) -> None:
        """Let the model go on from the visible text.

        `instead_of` is a passage that is written anew: it shows again if the new one stays empty.
        """
        values = self._session.request_values()
        if values is None:  # no role may speak
            self._show_again(instead_of)
            return
        self.request = PassageRequest(**values, pace=self._session.remembered.pace)
        self._id, self._instead_of, self.activity = None, instead_of, "waiting"
        self._session.engine.write(self.request)
        self._session.emit(StateChanged())

    def end(self, reason: str) -> None:
        """Stop writing. The text that shows is kept, nothing beyond it."""
        if self.request is None:
            return
        self._session.engine.stop()
        self.request, self.activity = None, ""
        if self._id is not None:
            self._session.manuscript.scene.end(self._id, reason)
        else:
            self._show_again(self._instead_of)
        self._id = self._instead_of = None
        self._session.emit(StateChanged())

    def is_current(self, request: int) -> bool:
        """Whether this request is being served."""
        return self.request is not None and self.request.id == request

    def handle(self, event: Started | Chunk | Finished) -> None:
        """Take an event of the engine about the current request."""
        session, request = self._session, self.request
        assert request is not None
        match event:
            case Started():
                self._fingerprint, self.activity = event.fingerprint, "writing"
                session.emit(PassageBegan("model"))
                session.emit(StateChanged())
                self._report_unknown(request.model, event.unknown)
            case Chunk():
                if self._id is None:
                    self._id = session.manuscript.begin(
                        request.model, self._fingerprint, request.settings(), request.random_seed
                    )
                session.manuscript.extend(self._id, event.text)
                session.emit(TextAdded(event.text))
            case Finished():
                session.stop(event.reason)
                if event.reason == "error":
                    session.notify("writing_failed", "error", reason=event.error)

    def _show_again(self, passage: int | None) -> None:
        if passage is not None:
            self._session.manuscript.back_to(passage)
            self._session.show_scene()

    def _report_unknown(self, model: str, unknown: tuple[str, ...]) -> None:
        if new := [c for c in unknown if c not in self.unknown_told]:
            self.unknown_told.update(new)
            self._session.notify("unknown_characters", model=model, characters=new)
