"""bardtui export"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import fail, plain_errors, safe
from bardtui.files import atomic_write
from bardtui.scene import export as exports
from bardtui.scene.journal_reader import SUFFIX, read_scene
from bardtui.scene.library import SceneInfo, list_scenes
from bardtui.scene.scene import SceneError

_LISTED = 10  # scenes named in one message


def export(
    scene: Annotated[
        str, typer.Argument(help="A saved scene: its title, its file's name, or its file.")
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", help=f"{', '.join(exports.FORMATS)}; else as the file's suffix says."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; else standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a scene as a text, a script, a page, or whole. It may be open in the program."""
    with plain_errors():
        try:
            chosen = format or _format_for(output)
            if output is not None and output.name.endswith(SUFFIX):
                raise SceneError(f"{output} would be a saved scene's file: give it another name")
            if output is not None and output.exists() and not force:
                raise SceneError(f"{output} exists: --force replaces it")
            found, report = read_scene(_find(scene))
            text = exports.export(found, chosen)
        except SceneError as error:
            fail(str(error))
        if report:
            typer.echo(f"bardtui: {replace(report, backup=None)}", err=True)
        if output is not None:
            atomic_write(output, text, private=False)
        elif sys.stdout.isatty():
            typer.echo(safe(text), nl=False)
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _format_for(output: Path | None) -> str:
    """The format that is meant where none is named. Raises SceneError."""
    if output is None:
        return "txt"
    if (format := exports.format_of(output)) is None:
        raise SceneError(f"{output.name} has no format's suffix: name the format with --format")
    return format


def _find(name: str) -> Path:
    """The file of the scene that is meant. Raises SceneError if there is none, or more than one,
    and OSError."""
    if name.endswith(SUFFIX):
        return Path(name)
    scenes = list_scenes(paths.scenes_dir())
    named = [scene for scene in scenes if _name(scene) == name]
    titled = [scene for scene in scenes if scene.title.casefold() == name.casefold()]
    if len(found := named or titled) == 1:
        return found[0].path
    if found:
        raise SceneError(f"{len(found)} scenes are called {name}: say which, {_listed(found)}")
    there = f"there are {_listed(scenes)}" if scenes else "none is saved yet"
    raise SceneError(f"there is no scene called {name}: {there}")


def _name(scene: SceneInfo) -> str:
    return scene.path.name.removesuffix(SUFFIX)


def _listed(scenes: list[SceneInfo]) -> str:
    return ", ".join(map(_name, scenes[:_LISTED])) + (", ..." if scenes[_LISTED:] else "")
