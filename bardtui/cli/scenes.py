"""bardtui scenes: list saved and deleted scenes, delete and restore them"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import console
from bardtui.scene.library import SceneInfo, ago, list_scenes, saved_scene
from bardtui.scene.operations import TRASH, DeletedScene, delete_scene, restore_scene

app = typer.Typer(help="Saved scenes, and those in the trash.", rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Its title or file name.")]


@app.callback(invoke_without_command=True)
def _scenes(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        scenes_list()


@app.command("list")
def scenes_list() -> None:
    """List your scenes, last used first."""
    _print(list_scenes(paths.scenes_dir()))


@app.command("trash")
def scenes_trash() -> None:
    """List the scenes in the trash."""
    _print(list_scenes(_trash()))


@app.command("delete")
def scenes_delete(name: Name) -> None:
    """Move a scene into the trash."""
    scene = saved_scene(paths.scenes_dir(), name)
    trashed = delete_scene(scene.path).trashed
    console().print(f"{scene.title}: moved to {trashed}")


@app.command("restore")
def scenes_restore(name: Name) -> None:
    """Bring a scene back from the trash."""
    scene = saved_scene(_trash(), name)
    path = restore_scene(DeletedScene.in_trash(scene.path))
    console().print(f"{scene.title}: brought back as {path.name}")


@app.command("path")
def scenes_path() -> None:
    """Print the folder of your scenes; the trash is a folder in it."""
    typer.echo(str(paths.scenes_dir()))


def _trash() -> Path:
    return paths.scenes_dir() / TRASH


def _print(scenes: list[SceneInfo]) -> None:
    from bardtui.cli.display import add_rows, table

    made, now = table("title", "last used", "file", ""), datetime.now()
    for scene in scenes:
        used = ago(scene.modified, now)
        add_rows(made, (scene.title, used, scene.path.name, scene.broken or ""))
    console().print(made)
