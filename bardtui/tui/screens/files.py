"""Asking the writer about files, and doing what was answered."""

from pathlib import Path
from typing import Any

from textual.app import App

from bardtui import paths
from bardtui.files import atomic_write
from bardtui.scene.export import export
from bardtui.scene.library import list_scenes
from bardtui.scene.scene import Scene
from bardtui.tui.screens.save import SaveScreen
from bardtui.tui.screens.scenes import SceneChoice, SceneItem, ScenesScreen


async def save_as(app: App[Any], scene: Scene) -> Path | None:
    """Save the scene as a text where the writer says; the path, or None if nowhere after all.

    Asks again, with the reason, as long as the disk says no.
    """
    name = "".join(c if c.isalnum() or c in " -_" else " " for c in scene.title)
    target, error = _here() / f"{' '.join(name.split()) or 'scene'}.txt", ""
    while chosen := await app.push_screen_wait(SaveScreen(target, error=error)):
        try:
            atomic_write(chosen, export(scene, "txt"), private=False)
        except OSError as refusal:
            target, error = chosen, f"It was not saved: {refusal.strerror or refusal}"
        else:
            return chosen
    return None


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # the folder we were started in is gone
        return Path.home()


async def choose_scene(app: App[Any]) -> SceneChoice | None:
    """Let the writer choose one of the saved scenes, or a new one. Raises OSError."""
    infos = list_scenes(paths.scenes_dir())
    items = [SceneItem(i.path, i.title, i.modified, i.size, i.broken) for i in infos]
    return await app.push_screen_wait(ScenesScreen(items))
