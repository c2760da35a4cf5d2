"""What can be wrong with a text."""

from bardtui.errors import UserError


class CorpusError(UserError):
    """A text that is missing or unusable."""


class EmptyTextError(CorpusError):
    """A text that has no characters, or none after cleaning."""
