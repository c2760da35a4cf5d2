"""What the model's last reply copies from its corpus."""

from typing import TYPE_CHECKING

from bardtui.session.events import CopiesFound, StateChanged
from bardtui.session.requests import CopyRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class Copies:
    """Asks the engine what the last visible reply copies.

    Attributes:
        words: What was found, such as "original"; "" while it is not known, and where the model has
            no index of its corpus.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.words = ""
        self._asked = 0

    def look(self) -> None:
        """Look again: the visible text has changed, or a model has become ready."""
        session = self._session
        self.words, self._asked = "", 0
        model, text = ("", "") if session.writing else self._last_reply()
        if text and session.model_states.get(model) == "ready":
            self._asked = session.new_id()
            session.engine.find_copies(CopyRequest(self._asked, model, text))

    def found(self, event: CopiesFound) -> None:
        """Take what the engine found."""
        if event.request == self._asked:
            self.words = event.words
            self._session.emit(StateChanged())

    def _last_reply(self) -> tuple[str, str]:
        """The model that wrote the last visible reply, and what it wrote of it; empty without one.

        Other models may have written the speeches of a reply before.
        """
        model: str | None = None
        reply: int | None = None
        parts: list[str] = []
        for passage, length in reversed(self._session.manuscript.scene.path()):
            if parts:
                if reply not in (passage.id, passage.reply) or passage.model != model:
                    break
            elif passage.author == "writer":
                continue
            model, reply = passage.model, passage.id if passage.reply is None else passage.reply
            parts.append(passage.text[:length])
        return model or "", "".join(reversed(parts))
