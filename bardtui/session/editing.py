"""Changes of the text that a scene has already."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bardtui.errors import UserError
from bardtui.scene.cast import Role
from bardtui.scene.find import renaming
from bardtui.scene.passage import Changes
from bardtui.session.events import StateChanged

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class Editing:
    """Edits the scene of a session. Undo restores the text."""

    def __init__(self, session: "WritingSession") -> None:
        self._session = session

    def edit(self, passage: int, text: str) -> None:
        """Replace the text of a visible passage."""
        self._session.stop()
        try:
            self._session.manuscript.edit(passage, text)
        except UserError as error:  # the passage was undone in the meantime
            self._session.notify("failed", "error", reason=str(error))
            return
        self._session.show_scene()
        self._session.notify("edited")

    def substitute(self, changes: Changes) -> None:
        """Replace parts of the visible text, given by their offsets."""
        self._session.stop()
        if changes:
            self._session.manuscript.substitute(changes)
            self._session.show_scene()
        self._session.notify("replaced", count=len(changes))

    def rename_character(self, old: str, new: str) -> None:
        """Give a character another name: in the cast, in cues and wherever the text has the name.

        Undo restores the text; the cast keeps the new name. Raises SceneError if the name cannot be
        a cue, or is another role's.
        """
        session = self._session
        changes = renaming(session.text, old, Role(new).name)
        if any(role.name == old for role in session.cast.roles):
            role = replace(session.cast[old], name=new)
            session.keep_cast(session.cast.with_role(role, instead_of=old))
        self.substitute(changes)

    def rename(self, title: str) -> None:
        """Give the scene a title. Raises SceneError if it cannot be one."""
        self._session.manuscript.rename(title)
        self._session.emit(StateChanged())
