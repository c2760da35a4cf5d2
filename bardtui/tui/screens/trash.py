"""The trash: the deleted scenes, to bring back or to delete for good."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from textual.binding import Binding

from bardtui.escaping import visible
from bardtui.scene.library import SceneInfo
from bardtui.scene.operations import DeletedScene, delete_for_good, restore_scene
from bardtui.tui.scene_catalogue import SceneCatalogue
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.scene_lists import SceneListScreen


class TrashScreen(SceneListScreen[Sequence[Path]]):
    """Lists and searches deleted scenes; dismissed with the paths of those brought back."""

    BINDINGS = [
        Binding("enter", "choose", "Bring back", priority=True, id="trash.restore"),
        Binding("delete", "delete", "Delete for good", id="trash.delete"),
    ]

    def __init__(self, scenes: Sequence[SceneInfo]) -> None:
        super().__init__("Trash", SceneCatalogue(scenes, None, offers=False))
        self._restored: list[Path] = []
        self._done = "" if scenes else "The trash is empty."

    def done(self) -> str:
        """What was done last."""
        return self._done

    async def action_choose(self) -> None:
        """Bring the highlighted scene back among the others."""
        if (scene := self._chosen_scene(broken_too=True)) is None:
            return
        with self._errors_shown():
            deleted = DeletedScene.in_trash(scene.path)
            self._restored.append(await asyncio.to_thread(restore_scene, deleted))
            self._leave_out(scene, f"Brought back “{visible(scene.title)}”")

    def action_delete(self) -> None:
        """Delete the scene for good. Within the typed text, delete the next character."""
        if self._field.has_focus and not self._field.cursor_at_end:
            self._field.action_delete_right()
        elif (scene := self._chosen_scene(broken_too=True)) is not None:
            question = f"Delete “{scene.title}” for good? Nothing brings it back then."
            screen = ConfirmScreen(question, "Delete", "Keep")
            self.app.push_screen(screen, partial(self._delete, scene))

    async def _delete(self, scene: SceneInfo, sure: bool | None) -> None:
        if sure:
            with self._errors_shown():
                await asyncio.to_thread(delete_for_good, DeletedScene.in_trash(scene.path))
                self._leave_out(scene, f"Deleted “{visible(scene.title)}” for good")

    def action_cancel(self) -> None:
        self.dismiss(self._restored)

    def _leave_out(self, scene: SceneInfo, done: str) -> None:
        place = self._list.highlighted
        self._done = done
        self.catalogue.remove(scene.path)
        self._show(place)
