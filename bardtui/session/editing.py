"""Changes of the text that a scene has already, of its cast, and of what else belongs to it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bardtui.errors import UserError
from bardtui.scene.banned import ban
from bardtui.scene.bookmarks import name_passage
from bardtui.scene.cast import Role, speakers
from bardtui.scene.find import renaming
from bardtui.scene.kept import Kept, keep, kept_in, toggle
from bardtui.scene.passage import Changes
from bardtui.scene.scene import Scene
from bardtui.session.events import KeptChanged, StateChanged

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession


class Editing:
    """Edits the scene of a session. Undo restores the text."""

    def __init__(self, session: "WritingSession") -> None:
        self._session = session

    def edit(self, passage: int, text: str) -> None:
        """Replace the text of a visible passage."""
        self._session.stop()
        before = self._session.text
        try:
            self._session.manuscript.edit(passage, text)
        except UserError as error:  # the passage was undone in the meantime
            self._session.notify("failed", "error", reason=str(error))
            return
        self._session.count_words(self._session.text, instead_of=before)
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

        Undo restores the text and the cast. Raises SceneError if the name cannot be a cue, or is
        another role's.
        """
        session = self._session
        session.stop()
        changes = renaming(session.text, old, Role(new).name)
        cast = session.cast
        if any(role.name == old for role in cast.roles):
            cast = cast.with_role(replace(cast[old], name=new), instead_of=old)
        if changes:
            session.manuscript.rename_character(old, new, changes)
            session.show_scene()
        elif cast != session.cast:
            session.keep_cast(cast)
        session.notify("replaced", count=len(changes))

    def add_speakers(self) -> None:
        """Add those who speak in the scene to the cast."""
        if names := list(speakers(self._session.text)):
            self.add_roles(names)
        else:
            self._session.notify("no_speakers")

    def add_roles(self, names: Iterable[str]) -> None:
        """Add roles of these names to the cast."""
        session = self._session
        cast = session.cast
        grown = cast.with_names(names)
        session.notify("roles_added", count=len(grown.roles) - len(cast.roles))
        if grown != cast:
            session.keep_cast(grown)

    def ban(self, phrases: list[str]) -> None:
        """Make these the words and phrases that the model never writes in this scene."""
        ban(self._session.manuscript.scene, phrases)
        self._session.notify("banned", count=len(phrases))

    def keep(self, begin: int, end: int) -> None:
        """Mark a part of the visible text as one to keep, or unmark it."""
        session = self._session
        marked = toggle(session.manuscript.scene, begin, end)
        session.emit(KeptChanged())
        session.notify(
            "kept" if marked else "not_kept", count=len(kept_in(session.manuscript.scene))
        )

    def forget(self, kept: Kept) -> None:
        """Unmark a part of the scene."""
        scene = self._session.manuscript.scene
        keep(scene, [each for each in kept_in(scene) if each != kept])
        self._session.emit(KeptChanged())

    def name_passage(self, passage: int, name: str) -> None:
        """Give a passage a name; an empty one takes its name away."""
        name_passage(self._session.manuscript.scene, passage, name)
        self._session.emit(StateChanged())

    def export_kept(self, path: Path) -> None:
        """Save the marked parts alone, in the format of the path's suffix.

        Raises SceneError and OSError, as `WritingSession.export`.
        """
        from bardtui.scene.formats.shared import title_of  # not before the first screen

        scene = self._session.manuscript.scene
        text = "\n\n".join(kept.text(scene) for kept in kept_in(scene))
        alone = Scene(f"{title_of(scene)}: kept", scene.created)
        alone.add("writer", f"{text}\n")
        self._session.export(path, alone)

    def rename(self, title: str) -> None:
        """Give the scene a title. Raises SceneError if it cannot be one."""
        self._session.manuscript.rename(title)
        self._session.emit(StateChanged())
