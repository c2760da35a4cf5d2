"""Replies: what a model writes in one go. With a cast, a reply has a passage for each speaker."""

import os
from typing import TYPE_CHECKING, Literal

from bardtui.session.events import Chunk, Finished, PassageBegan, Started, StateChanged, TextAdded
from bardtui.session.requests import PassageRequest
from bardtui.settings import Stop
from bardtui.writing.rules import Rules
from bardtui.writing.turns import next_role, next_turn

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession

ENOUGH = 0.75  # of the length that was asked for: after that no other role begins to speak


class PassageWriting:
    """Asks the engine for a reply, passage by passage, and adds its text to the scene as it comes.

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
        self._unchecked_told: set[str] = set()  # models without an index
        self._id: int | None = None  # the passage's id, once it has text
        self._reply: int | None = None  # the id of the reply's first passage, once it has text
        self._written = 0  # characters of the reply
        self._instead_of: int | None = None
        self._fingerprint = ""

    @property
    def has_text(self) -> bool:
        """Whether some of the reply shows."""
        return self._reply is not None

    @property
    def speaker(self) -> str:
        """The role that is being written; "" in free text and when idle."""
        return self.request.speaker if self.request else ""

    @property
    def writer_name(self) -> str:
        """The model that writes, with the role it speaks."""
        model = self.request.model if self.request else self._session.model
        return f"{self.speaker} ({model})" if self.speaker else model

    def begin(self, *, instead_of: int | None = None, opening: str = "") -> None:
        """Let the model go on from the visible text, after an `opening` that the reply begins with.

        `instead_of` is a passage that is written anew: it shows again if the new one stays empty.
        """
        session = self._session
        text = session.text
        request = next_passage(session, text + opening, new_random_seed())
        if request is None:
            session.notify("nobody_speaks")
            session.emit(StateChanged())
            self._show_again(instead_of)
            return
        request.text, request.opening = text, opening + request.opening
        self._reply, self._written, self._instead_of = None, -len(opening), instead_of
        self.activity = "waiting"
        self._ask(request)

    def _ask(self, request: PassageRequest) -> None:
        self.request, self._id = request, None
        self._session.engine.write(request)
        self._session.copies.look()
        self._session.emit(StateChanged())

    def end(self, reason: str) -> None:
        """Stop writing. The text that shows is kept, nothing beyond it."""
        self._session.engine.stop()
        self.request, self.activity = None, ""
        if self._id is not None:
            self._session.manuscript.end(self._id, reason)
        elif self._reply is None:
            self._show_again(self._instead_of)
        self._id = self._reply = self._instead_of = None
        self._session.copies.look()
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
                if event.unchecked and request.model not in self._unchecked_told:
                    self._unchecked_told.add(request.model)
                    session.notify("copies_unchecked", "warning", model=request.model)
            case Chunk():
                if self._id is None:
                    self._id = session.manuscript.begin(
                        request.model,
                        self._fingerprint,
                        request.settings(),
                        request.random_seed,
                        self._reply,
                    )
                    self._reply = self._reply or self._id
                session.manuscript.extend(self._id, event.text)
                self._written += len(event.text)
                session.emit(TextAdded(event.text))
            case Finished():
                if event.reason == "error" or not self._go_on(event.reason):
                    session.stop(event.reason)
                if event.reason == "error":
                    session.notify("writing_failed", "error", reason=event.error)

    def _go_on(self, reason: str) -> bool:
        """Let the next speaker of the reply speak; return whether there is one."""
        session, request = self._session, self.request
        if request is None or self._id is None:
            return False
        following = next_passage(session, session.text, request.random_seed, self._written)
        if following is None:
            return False
        following.pace = request.pace  # the writer may have asked to see the rest at once
        session.manuscript.end(self._id, reason)
        self._ask(following)
        return True

    def _show_again(self, passage: int | None) -> None:
        if passage is not None:
            self._session.manuscript.back_to(passage)
            self._session.show_scene()

    def _report_unknown(self, model: str, unknown: tuple[str, ...]) -> None:
        if new := [c for c in unknown if c not in self.unknown_told]:
            self.unknown_told.update(new)
            self._session.notify("unknown_characters", model=model, characters=new)


def new_random_seed() -> int:
    """Return a random integer from 0 to 2^31 - 1.

    `secrets` would import hashlib, which the first screen does not need.
    """
    return int.from_bytes(os.urandom(4)) >> 1


def rules_for(session: "WritingSession", stop: Stop) -> Rules:
    """Return the rules that passages are written by, with this stop rule."""
    settings = session.settings
    return Rules(
        stop=stop,
        # A cast decides by itself who speaks.
        newcomers="free" if session.cast.roles else settings.newcomers,
        form=session.remembered.form,
        spelling=settings.spelling,
        vary_words=settings.vary_words,
        banned=settings.banned + session.manuscript.banned,
        avoid_loops=settings.avoid_loops,
        max_copy=settings.max_copy,
    )


def next_passage(
    session: "WritingSession", text: str, random_seed: int, written: int = 0
) -> PassageRequest | None:
    """Return the request for the next passage of a reply.

    `text` is the text so far, with the `written` characters of the reply. None if the reply is
    complete: it is long enough, it is the turn of one of the writer's roles, or none of the model's
    roles may speak.
    """
    chosen, settings, cast = session.remembered, session.settings, session.cast
    rule: Stop = "speech" if cast.roles and chosen.rule == "length" else chosen.rule
    if written:
        role = next_role(cast, text)
        is_models = role is not None and role.player == "model"
        if chosen.rule != "length" or written >= ENOUGH * chosen.length or not is_models:
            return None
    turn = next_turn(cast, text)
    if turn is None:
        return None
    return PassageRequest(
        id=session.new_id(),
        model=turn.model or session.model,
        speaker=turn.speaker,
        text=text,
        length=max(1, chosen.length - written),
        temperature=turn.temperature or chosen.temperature,
        random_seed=random_seed,
        opening=turn.opening,
        rules=rules_for(session, rule),
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        pace=chosen.pace,
    )
