"""bardtui open"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.completion import scene_names
from bardtui.cli.write import write_lines
from bardtui.files import open_regular
from bardtui.scene.journal_reader import SUFFIX
from bardtui.scene.library import find_scene
from bardtui.terminal import needs_line_mode


def open_(
    scene: Annotated[
        str,
        typer.Argument(
            help="A saved scene (its title, file name or path), a text file or a screenplay "
            "(.fountain).",
            autocompletion=scene_names,
        ),
    ],
) -> None:
    """Open a saved scene, a text file or a screenplay in the program."""
    path = Path(scene)
    if os.sep not in scene and not scene.endswith(SUFFIX) and not os.path.lexists(scene):
        path = find_scene(paths.scenes_dir(), scene)
    open_regular(path).close()  # refuses what is no file before the screen is cleared
    run_interface(path)


def run_interface(scene: Path | None) -> None:
    """Run the program and exit with its code; `scene` is a scene or text file to open.

    On a terminal that cannot place a cursor, or with the output elsewhere, it is the line mode.
    """
    if needs_line_mode():
        write_lines(None if scene is None else str(scene))
        return
    from bardtui.tui.app import run

    sys.exit(run(scene))
