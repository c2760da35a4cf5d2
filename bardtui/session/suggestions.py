"""Endings that the model suggests for the line that is being typed."""

from typing import TYPE_CHECKING

from bardtui.session.events import StateChanged, Suggested, SuggestionsDropped, SuggestionsFound
from bardtui.session.passage_writing import rules_for
from bardtui.session.requests import SuggestionRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession

LENGTH = 60  # characters of a suggestion, at most
TEMPERATURE = 0.6  # a suggestion is never wilder than this


class Suggestions:
    """Asks the engine for endings and reports those that still fit."""

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.on = session.settings.suggestions
        self._asked: tuple[int, str] = (0, "")  # the last request's id, and the line

    def switch(self) -> None:
        """Turn suggestions on or off until the program ends."""
        self.on = not self.on
        self.drop()
        self._session.notify("suggestions_on" if self.on else "suggestions_off")
        self._session.emit(StateChanged())

    def ask(self, line: str) -> None:
        """Ask for endings of an unfinished line, unless something is being written."""
        session = self._session
        ready = session.model_states.get(session.model) == "ready"
        if not (line and self.on and ready and not session.writing):
            return
        before, joined = session.text, session.as_spoken(line)
        self._asked = session.new_id(), line
        session.engine.suggest(
            SuggestionRequest(
                id=self._asked[0],
                model=session.model,
                text=before + (joined if line[-1].isspace() else joined.rstrip("\n")),
                length=LENGTH,
                temperature=min(session.remembered.temperature, TEMPERATURE),
                random_seed=0,  # a line that is typed as suggested goes on as suggested
                rules=rules_for(session, "line"),
                top_k=session.settings.top_k,
                top_p=session.settings.top_p,
                min_p=session.settings.min_p,
            )
        )

    def cancel(self) -> None:
        """Stop looking for more endings; those found stay as far as they match the line."""
        self._session.engine.cancel_suggestion()

    def drop(self) -> None:
        """Drop all endings: the scene they were for has changed."""
        self._asked = (0, "")
        self.cancel()
        self._session.emit(SuggestionsDropped())

    def found(self, event: Suggested) -> None:
        """Report endings for the line that was asked for last."""
        request, line = self._asked
        if event.request == request:
            self._session.emit(SuggestionsFound(line, event.endings))
