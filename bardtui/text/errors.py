"""What can be wrong with a text."""

from bardtui.errors import UserError


class CorpusError(UserError):
    """A text that is missing or unusable."""


class EncodingError(CorpusError):
    """A text in another encoding than UTF-8, to which it can be converted (`encoding.convert`).

    `name` is what the text was called; a file's is its path.
    """

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message, command="convert it with `bardtui corpus convert`")
        self.name = name


class EmptyTextError(CorpusError):
    """A text that has no characters, or none after cleaning."""
