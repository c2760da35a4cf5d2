"""What the model's last reply copies from its corpus."""

import re
from typing import TYPE_CHECKING

from bardtui.session.events import CopiesFound, StateChanged
from bardtui.session.requests import CopyRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession

_MARGIN = 5  # characters that the engine's offsets may be off
_WORD_END = re.compile(r"\s|$")


class Copies:
    """Asks the engine what the last visible reply copies.

    Attributes:
        words: What was found, such as "original"; "" while it is not known, and where the model has
            no index of its corpus.
        spans: Where the copied words are in the visible text: pairs of start and end.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.words = ""
        self.spans: tuple[tuple[int, int], ...] = ()
        self._asked = 0
        self._text, self._begin = "", 0  # what was asked about, and where it begins

    def look(self) -> None:
        """Look again: the visible text has changed, or a model has become ready."""
        session = self._session
        self.words, self.spans, self._asked = "", (), 0
        model = "" if session.writing else self._find_last_reply()
        if self._text and session.model_states.get(model) == "ready":
            self._asked = session.new_id()
            session.engine.find_copies(CopyRequest(self._asked, model, self._text))

    def found(self, event: CopiesFound) -> None:
        """Take what the engine found."""
        if event.request == self._asked:
            self.words = event.words
            self.spans = tuple(self._whole_words(start, end) for start, end in event.spans)
            self._session.emit(StateChanged())

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        """A span of the reply as one of the visible text, from the first to the last whole word."""
        start, end = start + _MARGIN, end - _MARGIN
        begin = max(self._text.rfind(space, 0, start) for space in " \n") + 1
        after = _WORD_END.search(self._text, end)
        return self._begin + begin, self._begin + (after.start() if after else end)

    def _find_last_reply(self) -> str:
        """Note what a model wrote of the last visible reply; return the model, "" without one.

        Other models may have written the speeches of a reply before.
        """
        path = self._session.manuscript.scene.path()
        model: str | None = None
        reply: int | None = None
        parts: list[str] = []
        end = sum(length for _, length in path)
        while path:
            passage, length = path.pop()
            if parts:
                if reply not in (passage.id, passage.reply) or passage.model != model:
                    break
            elif passage.author == "writer":
                end -= length
                continue
            model, reply = passage.model, passage.id if passage.reply is None else passage.reply
            parts.append(passage.text[:length])
        self._text = "".join(reversed(parts))
        self._begin = end - len(self._text)
        return model or ""
