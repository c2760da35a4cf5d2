"""What the model might write at a place of the scene, and going on with one of that."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bardtui.session.events import AlternativesFound
from bardtui.session.passage_writing import next_passage, rules_for
from bardtui.session.requests import AlternativesRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession
    from bardtui.writing.alternatives import Alternatives as Alternatives  # for front ends
    from bardtui.writing.alternatives import Choice as Choice

Then = Callable[["Alternatives"], object]


class Choices:
    """Asks the engine what else may come at a place, and lets the model go on with a choice."""

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self._asked: tuple[AlternativesRequest, Then] | None = None

    def look(self, offset: int, then: Then) -> str:
        """Look for what may come at this offset of the visible text; `then` is called with it.

        Returns the model that is asked: the one that would go on there.
        """
        session = self._session
        before = session.text[:offset]
        passage = next_passage(session, before, 0)
        model = passage.model if passage else session.model
        self.leave()
        request = AlternativesRequest(session.new_id(), model, before, rules_for(session, "length"))
        self._asked = request, then
        session.engine.find_alternatives(request)
        return model

    def leave(self) -> None:
        """Look no more."""
        if self._asked is not None:
            self._asked[0].stop.set()
        self._asked = None

    def found(self, event: AlternativesFound) -> None:
        """Take what the engine found."""
        if self._asked is not None and self._asked[0].id == event.request:
            self._asked[1](event.found)

    def go_on_with(self, offset: int, chosen: str) -> None:
        """Let the model go on from this offset of the visible text with the chosen text.

        Within a reply of a model's, that is another take of it. The writer's own text is cut there.
        """
        session = self._session
        session.stop()
        manuscript, text = session.manuscript, session.text
        if next_passage(session, text[:offset] + chosen, 0) is None:
            session.notify("nobody_speaks")
            return
        begin = manuscript.reply_at(offset)
        if begin is None:
            if manuscript.cut(offset):
                session.show_scene()
            session.passage.begin(opening=chosen)
        else:
            instead_of = manuscript.retry(manuscript.passage_at(offset))
            session.show_scene()
            session.passage.begin(instead_of=instead_of, opening=text[begin:offset] + chosen)
