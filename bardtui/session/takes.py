"""Takes written side by side, to pick one of."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bardtui.scene.scene import Position
from bardtui.session.events import (
    Chunk,
    Finished,
    Started,
    StateChanged,
    TakesEnded,
    TakesScored,
    TakesShown,
)
from bardtui.session.manuscript import Written
from bardtui.session.passage_writing import new_random_seed, next_passage
from bardtui.session.requests import PassageRequest, TakesScoreRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


Scores = tuple[list[float], ...]
"""The surprise of each character of some takes, in nats."""


class Takes:
    """Writes several takes: instead of the model's reply at the end of the scene, or after the end.

    They are written one after the other. All are saved when they end or are stopped; the visible
    text stays as it is until one is picked.

    Attributes:
        before: The text that the takes follow.
        request: The request for the passage that is being written, if any.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.before = ""
        self._after: Position = None, None
        self._count = 0
        self.request: PassageRequest | None = None
        self._fingerprint, self._text = "", ""  # of that passage
        self._takes: list[list[Written]] = []
        self._ends: dict[int, int] = {}  # the last passage of each saved take, by its place
        self._scoring: tuple[TakesScoreRequest, Callable[[Scores], object]] | None = None

    @property
    def can_replace(self) -> bool:
        """Whether the visible text ends with a reply, instead of which takes can be written."""
        return self._session.manuscript.reply is not None

    def write(self, count: int, *, instead: bool = False) -> bool:
        """Begin to write `count` takes, `instead` of the reply at the end or after it.

        Returns False, with a notice, where no role may speak.
        """
        session = self._session
        session.stop()
        scene, reply = session.manuscript.scene, session.manuscript.reply
        self.before, self._after = session.text, (scene.head, scene.head_at)
        if instead and reply is not None:
            self._after, offset = reply
            self.before = self.before[:offset]
        self._count, self._takes, self._ends = count, [], {}
        if self._begin_take():
            return True
        session.notify("nobody_speaks")
        return False

    def pick(self, place: int | None) -> None:
        """End the takes, and go to the one at this place, counted from 0; None picks none."""
        self._session.stop()
        if place in self._ends:
            self._session.jump(self._ends[place])

    def score(self, places: Sequence[int], then: Callable[[Scores], object]) -> None:
        """Score the takes at these places by the model that wrote the first of them.

        `then` is called with the figures. Nothing is scored before all takes have ended.
        """
        if self.request is not None or not all(place in self._ends for place in places):
            return
        takes = [self._takes[place] for place in places]
        texts = tuple("".join(written.text for written in take) for take in takes)
        request = TakesScoreRequest(self._session.new_id(), takes[0][0].model, self.before, texts)
        self._scoring = request, then
        self._session.engine.score_takes(request)

    def scored(self, event: TakesScored) -> None:
        """Pass on the figures that were asked for last."""
        if self._scoring is not None and self._scoring[0].id == event.request:
            self._scoring[1](event.surprise)

    def is_current(self, request: int) -> bool:
        """Whether this request is for a take."""
        return self.request is not None and self.request.id == request

    def handle(self, event: Started | Chunk | Finished) -> None:
        """Take an event of the engine about the current request."""
        request = self.request
        assert request is not None
        match event:
            case Started():
                self._fingerprint = event.fingerprint
            case Chunk():
                self._text += event.text
                self._show()
            case Finished():
                self._end_passage(event.reason)
                text = self._take_so_far()
                if event.reason != "error" and (self._go_on(request, text) or self._begin_take()):
                    return
                self.keep(event.reason)
                self._session.emit(TakesEnded(failed=bool(event.error)))
                if event.error:
                    self._session.notify("writing_failed", "error", reason=event.error)

    def keep(self, reason: str) -> None:
        """End the take that is being written, and save all as passages.

        The visible text stays as it is.
        """
        self._session.engine.stop()
        self._end_passage(reason)
        self.request = None
        takes = {place: take for place, take in enumerate(self._takes) if take}
        ends = self._session.manuscript.add_takes(list(takes.values()), self._after)
        self._ends = dict(zip(takes, ends, strict=True))
        self._session.copies.look()  # writing the takes has cancelled that
        self._session.emit(StateChanged())

    def _begin_take(self) -> bool:
        """Begin the next take; return whether there is one."""
        request = None
        if len(self._takes) < self._count:
            request = next_passage(self._session, self.before, new_random_seed())
        if request is None:
            return False
        self._takes.append([])
        self._ask(request)
        return True

    def _go_on(self, request: PassageRequest, text: str) -> bool:
        """Go on with the take by its next speaker; return whether there is one."""
        following = text and next_passage(
            self._session, self.before + text, request.random_seed, len(text)
        )
        if following:
            self._ask(following)
        return bool(following)

    def _ask(self, request: PassageRequest) -> None:
        request.pace = float("inf")
        self.request, self._fingerprint, self._text = request, "", ""
        self._session.engine.write(request)

    def _end_passage(self, reason: str) -> None:
        """Add the passage to its take."""
        request = self.request
        assert request is not None
        if self._text:
            self._takes[-1].append(
                Written(
                    self._text,
                    request.model,
                    self._fingerprint,
                    request.settings(),
                    request.random_seed,
                    reason,
                )
            )
        self._text = ""

    def _take_so_far(self) -> str:
        return "".join(written.text for written in self._takes[-1]) + self._text

    def _show(self) -> None:
        texts = ["".join(written.text for written in take) for take in self._takes[:-1]]
        texts += [self._take_so_far()] + [""] * (self._count - len(self._takes))
        self._session.emit(TakesShown(tuple(texts)))
