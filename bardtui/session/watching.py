"""The state of the model's layers, at a place in the scene or while it writes."""

from typing import TYPE_CHECKING

from bardtui.session.events import StateRead
from bardtui.session.requests import StateRequest

if TYPE_CHECKING:
    from bardtui.model.cell_names import NamedCell
    from bardtui.session.session import WritingSession


class Watching:
    """Asks the engine for states, for a front end that shows them.

    While a passage is written, the states are those at the text that shows; otherwise the front end
    says where it looks. The front end passes on the engine's events.

    Attributes:
        on: Whether states are shown.
        state: The last state, if any.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.on = False
        self.state: StateRead | None = None
        self._asked = StateRequest(0, "", "")
        self._names: tuple[str, tuple[NamedCell, ...]] = ("", ())

    def switch(self) -> None:
        """Turn watching on or off."""
        self.on = self._session.engine.watched = not self.on
        self.state, self._asked = None, StateRequest(0, "", "")
        self._names = "", ()  # they may have been found meanwhile

    def look(self, offset: int) -> None:
        """Look at the state after the character at an offset of the scene, or at its end."""
        session = self._session
        is_ready = session.model_states.get(session.model) == "ready"
        if not (self.on and is_ready) or session.writing:
            return
        text = session.text[: offset + 1]
        if (session.model, text) != (self._asked.model, self._asked.text):
            self._asked = StateRequest(session.new_id(), session.model, text)
            session.engine.read_state(self._asked)

    def take(self, event: StateRead) -> bool:
        """Take a state that the engine has read. Returns whether it is to be shown."""
        is_live = self._session.passage.is_current(event.request)
        if not self.on or not (is_live or event.request == self._asked.id):
            return False
        if is_live:
            self._asked = StateRequest(0, "", "")  # look again where the passage has ended
        self.state = event
        return True

    @property
    def model(self) -> str:
        """The name of the model that is watched."""
        request = self._session.passage.request
        return request.model if request else self._session.model

    @property
    def names(self) -> "tuple[NamedCell, ...]":
        """The names of the cells of the model whose state was read last."""
        from bardtui.model.cell_names import load_names

        if self.state is not None and self._names[0] != self.state.fingerprint:
            self._names = self.state.fingerprint, load_names(self.state.fingerprint)
        return self._names[1]
