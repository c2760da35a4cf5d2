"""The words that the writer wrote today, and the goal for them."""

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class WordGoal:
    """Counts the words of the lines that the writer sends, and those that edits add, in all scenes.

    What is undone or deleted later still counts. The count begins again at midnight.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session

    @property
    def goal(self) -> int:
        """The words to write in a day; 0 for none."""
        return self._session.settings.word_goal

    @property
    def today(self) -> int:
        """The words written today."""
        remembered = self._session.remembered
        return remembered.words if remembered.day == date.today().isoformat() else 0

    def wrote(self, text: str, *, instead_of: str = "") -> None:
        """Count the words of a text by the writer, beyond those that were there."""
        from bardtui.scene.figures import words_in  # not before the first screen

        if (words := words_in(text) - words_in(instead_of)) > 0:
            self._session.choose(day=date.today().isoformat(), words=self.today + words)
