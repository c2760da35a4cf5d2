"""Asking the writer where a scene is to be saved, and saving it there."""

from pathlib import Path
from typing import Any

from textual.app import App

from bardtui.escaping import remove_invisible
from bardtui.files import atomic_write
from bardtui.scene.export import export, format_of
from bardtui.scene.scene import Scene
from bardtui.tui.screens.save import SaveScreen


async def save_as(app: App[Any], scene: Scene) -> Path | None:
    """Save the scene where the writer says, in the format that the file's suffix says (a text, if
    it says none); the path, or None if nowhere after all.

    Asks again, with the reason, as long as the disk says no.
    """
    name = "".join(c if c.isalnum() or c in " -_" else " " for c in remove_invisible(scene.title))
    target, error = _here() / f"{' '.join(name.split()) or 'scene'}.txt", ""
    while chosen := await app.push_screen_wait(SaveScreen(target, error=error)):
        try:
            atomic_write(chosen, export(scene, format_of(chosen) or "txt"), private=False)
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
