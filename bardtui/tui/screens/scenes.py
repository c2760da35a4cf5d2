"""The scenes dialog: find, open, rename, duplicate, delete and restore scenes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.binding import Binding

from bardtui import paths
from bardtui.escaping import visible
from bardtui.scene.library import SceneInfo, list_scenes
from bardtui.scene.operations import (
    TRASH,
    DeletedScene,
    delete_scene,
    duplicate_scene,
    rename_scene,
    restore_scene,
)
from bardtui.scene.scene_search import Match, SceneSearch
from bardtui.session.manuscript import Manuscript
from bardtui.tui.keys import key_of
from bardtui.tui.scene_catalogue import FileRow, NewRow, SceneCatalogue, SceneRow
from bardtui.tui.screens.scene_lists import SceneListScreen
from bardtui.tui.screens.title import TitleScreen
from bardtui.tui.screens.trash import TrashScreen


@dataclass(frozen=True)
class OpenScene:
    """The answer: open this file, and show the text that was found in it."""

    path: Path
    match: Match | None = None


@dataclass(frozen=True)
class NewScene:
    """The answer: begin a new scene."""


@dataclass(frozen=True)
class TeachScenes:
    """The answer: make a model that has read these scenes."""

    paths: tuple[Path, ...]


SceneChoice = OpenScene | NewScene | TeachScenes


class ScenesScreen(SceneListScreen[SceneChoice | None]):
    """Lists and searches scenes; dismissed with `OpenScene`, `NewScene`, `TeachScenes`, or None.

    A file whose path is typed can be opened. A model can be taught the marked scenes, or without
    marks the highlighted one.

    Args:
        scenes: The saved scenes.
        current: The scene on the stage. It is renamed through its own journal, and not deleted.
        contents: What was read of the scenes before.
        trash: Whether to show the trash first.
    """

    BINDINGS = [
        Binding("enter", "choose", "Open", priority=True, id="scenes.open"),
        Binding("f2", "rename", "Rename", id="scenes.rename"),
        Binding("ctrl+d", "duplicate", "Duplicate", id="scenes.duplicate"),
        Binding("delete", "delete", "Delete", id="scenes.delete"),
        Binding("ctrl+delete", "delete(True)", "Delete", show=False, id="scenes.delete_at_once"),
        Binding("ctrl+z", "restore", "Restore", id="scenes.restore"),
        Binding("ctrl+t", "trash", "Trash", id="scenes.trash"),
        Binding("f3", "mark", "Mark", id="scenes.mark"),
        Binding("f10", "teach", "Teach", id="scenes.teach"),
        Binding("ctrl+n", "new", "New", id="stage.new"),
    ]

    def __init__(
        self,
        scenes: Sequence[SceneInfo],
        *,
        current: Manuscript | None = None,
        contents: SceneSearch | None = None,
        trash: bool = False,
        files: bool = True,
    ) -> None:
        super().__init__(
            "Scenes",
            SceneCatalogue(scenes, current, files=files),
            contents=contents,
            at=current.path if current else None,
        )
        self._current = current
        self._trash_first = trash
        self._deleted: list[tuple[DeletedScene, str]] = []  # with their titles, the last one last

    def on_mount(self) -> None:
        if self._trash_first:
            self.call_after_refresh(self.action_trash)

    def done(self) -> str:
        """How many are marked and what for, or the scene that was deleted last."""
        if count := len(self.catalogue.marked):
            key, them = key_of(self.app, "scenes.teach"), "it" if count == 1 else "them"
            return f"{count} marked · {key} makes a model that has read {them}"
        if not self._deleted:
            return ""
        title, key = visible(self._deleted[-1][1]), key_of(self.app, "scenes.restore")
        return f"Deleted “{title}” · {key} restores it"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the key that restores while nothing has been deleted."""
        return True if action != "restore" or self._deleted else None

    # -- actions -----------------------------------------------------------------------------------

    def action_choose(self) -> None:
        match self._list.chosen:
            case NewRow():
                self.action_new()
            case FileRow(path):
                self.dismiss(OpenScene(self.catalogue.begun_with(path) or path))
            case SceneRow(info=SceneInfo(broken=None, path=path), match=match):
                self.dismiss(OpenScene(path, match))
            case SceneRow(info=info):
                self.refuse(info.broken or "")

    def action_new(self) -> None:
        self.dismiss(NewScene())

    def action_mark(self) -> None:
        """Mark the scene, or unmark it, and go to the next one."""
        if scene := self._chosen_scene():
            self._list.change(self.catalogue.mark(scene.path))
            self._show_details()
            if (self._list.highlighted or 0) < self._list.option_count - 1:
                self._list.action_cursor_down()

    def action_teach(self) -> None:
        """Make a model that has read the marked scenes, or else this one."""
        if marked := self.catalogue.marked:
            self.dismiss(TeachScenes(tuple(marked)))
        elif scene := self._chosen_scene():
            self.dismiss(TeachScenes((scene.path,)))

    def action_rename(self) -> None:
        if scene := self._chosen_scene():
            rename = partial(self._rename, scene.path)
            self.app.push_screen(TitleScreen(scene.title), rename)

    async def _rename(self, path: Path, title: str | None) -> None:
        if title is None:
            return
        with self._errors_shown():
            if self._current is not None and self.catalogue.is_open(path):
                self._current.scene.set("title", title)
            else:
                await asyncio.to_thread(rename_scene, path, title)
            self.catalogue.update(path)
            self._show(path)

    async def action_duplicate(self) -> None:
        if scene := self._chosen_scene():
            titles = {scene.title for scene in self.catalogue.scenes}
            with self._errors_shown():
                self._add(await asyncio.to_thread(duplicate_scene, scene.path, titles))

    async def action_delete(self, always: bool = False) -> None:
        """Delete the scene. Within the typed text, delete the next character unless `always`."""
        if self._field.has_focus and not self._field.cursor_at_end and not always:
            self._field.action_delete_right()
            return
        place = self._list.highlighted
        if (scene := self._chosen_scene(broken_too=True)) is None:
            return
        if self.catalogue.is_open(scene.path):
            self.refuse("This scene is on the stage. Open another one first.")
            return
        with self._errors_shown():
            deleted = await asyncio.to_thread(delete_scene, scene.path)
            self._deleted.append((deleted, scene.title))
            self.catalogue.remove(scene.path)
            self._show(place)
            self.refresh_bindings()

    async def action_restore(self) -> None:
        deleted, _ = self._deleted[-1]
        with self._errors_shown():
            path = await asyncio.to_thread(restore_scene, deleted)
            self._deleted.pop()
            self._add(path)
            self.refresh_bindings()

    def action_trash(self) -> None:
        """Show the deleted scenes, to bring some back."""
        try:
            deleted = list_scenes(paths.scenes_dir() / TRASH)
        except OSError as error:
            self.refuse(f"The trash cannot be listed: {error.strerror}")
            return
        self.app.push_screen(TrashScreen(deleted), self._take_back)

    def _take_back(self, restored: Sequence[Path] | None) -> None:
        """List what was brought back from the trash."""
        self._deleted = [each for each in self._deleted if each[0].trashed.exists()]
        for path in restored or ():
            self._add(path)
        self._show_details()
        self.refresh_bindings()

    def _add(self, path: Path) -> None:
        """List a new scene, highlighted."""
        self.catalogue.add(path)
        self._show(path)
        self._read()
