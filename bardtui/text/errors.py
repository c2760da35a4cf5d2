"""What can be wrong with a text."""

from bardtui.errors import UserError
from bardtui.escaping import visible


class CorpusError(UserError):
    """A text that is missing or unusable; the message is one visible line for the user."""

    def __init__(self, message: str) -> None:
        super().__init__(visible(message))


class EmptyTextError(CorpusError):
    """A text that has no characters, or none after cleaning."""
