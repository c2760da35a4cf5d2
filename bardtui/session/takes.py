"""Takes written side by side, to pick one of."""

from typing import TYPE_CHECKING

from bardtui.session.events import (
    Finished,
    Started,
    StateChanged,
    TakesEnded,
    TakesGrew,
    TakesShown,
)
from bardtui.session.manuscript import Take
from bardtui.session.requests import TakesRequest, new_random_seed

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class Takes:
    """Writes several takes from the end of the visible text.

    All are saved as passages when they end or are stopped; the visible text stays as it is until
    one is picked.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self._request: TakesRequest | None = None  # until the takes are saved
        self._fingerprint = ""
        self._texts: tuple[str, ...] = ()
        self._passages: dict[int, int] = {}  # passage ids of the saved takes, by place

    def write(self, count: int) -> TakesRequest | None:
        """Begin to write `count` takes; None, with a notice, where no role may speak."""
        self._session.stop()
        if (values := self._session.request_values()) is None:
            return None
        seeds = tuple(new_random_seed() for _ in range(count))
        self._request = TakesRequest(**(values | {"random_seed": seeds[0]}), seeds=seeds)
        self._fingerprint, self._texts, self._passages = "", (), {}
        self._session.engine.write(self._request)
        return self._request

    def pick(self, place: int | None) -> None:
        """End the takes, and go to the one at this place, counted from 0; None picks none."""
        self._session.stop()
        if place in self._passages:
            self._session.jump(self._passages[place])

    def is_current(self, request: int) -> bool:
        """Whether the takes of this request are being written."""
        return self._request is not None and self._request.id == request

    def handle(self, event: Started | TakesGrew | Finished) -> None:
        """Take an event of the engine about the current request."""
        request = self._request
        assert request is not None
        match event:
            case Started():
                self._fingerprint = event.fingerprint
            case TakesGrew():
                self._texts = event.texts
                self._session.emit(TakesShown(event.texts))
            case Finished():
                self.keep("stopped" if event.reason == "stopped" else request.rules.stop)
                self._session.emit(TakesEnded(failed=bool(event.error)))
                if event.error:
                    self._session.notify("writing_failed", "error", reason=event.error)

    def keep(self, reason: str) -> None:
        """Save the takes as passages; the visible text stays as it is."""
        request, self._request = self._request, None
        if request is None:
            return
        self._session.engine.stop()
        takes = {
            place: Take(
                request.opening + text,
                request.seeds[place],
                request.settings(),
                reason,
            )
            for place, text in enumerate(self._texts)
            if text
        }
        manuscript = self._session.manuscript
        ids = manuscript.add_takes(request.model, self._fingerprint, list(takes.values()))
        self._passages = dict(zip(takes, ids, strict=True))
        self._session.emit(StateChanged())
