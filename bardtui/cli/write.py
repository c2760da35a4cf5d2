"""bardtui write"""

import os
import signal
import sys
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.completion import scene_names
from bardtui.errors import UserError
from bardtui.settings import Remembered, Settings
from bardtui.tf_startup import redirect_stderr


def write(
    scene: Annotated[
        str | None,
        typer.Argument(
            help="A saved scene, a text file or a screenplay. [a new scene]",
            autocompletion=scene_names,
        ),
    ] = None,
) -> None:
    """Write line by line: for screen readers, plain terminals and pipes.

    The output only grows. Lines are sent to the model; /help lists the commands. With lines from a
    pipe, the whole scene is printed at the end.
    """
    write_lines(scene)


def write_lines(scene: str | None) -> None:
    """Run the line mode to its end; `scene` is what to open. Raises UserError or OSError."""
    from bardtui.line_mode.commands import run_command
    from bardtui.line_mode.front_end import LineMode
    from bardtui.scene.library import find_scene
    from bardtui.session.manuscript import Manuscript

    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        raise UserError("standard input, output or error is closed")
    manuscript, message = Manuscript(), ""
    if scene is not None:
        manuscript, message = Manuscript.open(find_scene(paths.scenes_dir(), scene))
    with os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as errors:
        mode = LineMode(
            manuscript,
            Settings.load(paths.config_file()),
            Remembered.load(paths.remembered_file()),
            input=sys.stdin,
            output=sys.stdout,
            errors=errors,
            interactive=sys.stdin.isatty(),
        )
        # What TensorFlow prints does not belong into the text.
        redirect_stderr(paths.stderr_file() if paths.data_dir().is_dir() else None)
        if sys.stdin.isatty():  # it may be ignored, where a script has started the program
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if message:
            mode.say(message)
        mode.run(run_command)
    if problem := manuscript.problem:
        raise UserError(f"the scene is not saved: {problem}")
