"""bardtui open"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bardtui.files import open_regular


def open_(
    file: Annotated[Path, typer.Argument(help="A saved scene (.scene.jsonl) or a text file.")],
) -> None:
    """Open a saved scene or a text file in the program."""
    open_regular(file).close()  # refuses what is no file before the screen is cleared
    run_interface(file)


def run_interface(scene: Path | None) -> None:
    """Run the program and exit with its code; `scene` is a scene or text file to open."""
    from bardtui.tui.app import run

    sys.exit(run(scene))
