"""The command line: which command is which. Each parses, calls and prints in bardtui.cli."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bardtui.cli import corpus, models
from bardtui.cli.benchmark import benchmark
from bardtui.cli.common import CommandGroup
from bardtui.cli.evaluate import evaluate
from bardtui.cli.export import export
from bardtui.cli.generate import generate
from bardtui.cli.import_keras import import_keras
from bardtui.cli.train import train
from bardtui.cli.version import print_version
from bardtui.errors import UserError

app = typer.Typer(
    name="bardtui",
    cls=CommandGroup,
    help="Write scenes together with a character-level LSTM. Without a command: the program.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(corpus.app, name="corpus")
app.add_typer(models.app, name="models")
for command in (train, generate, evaluate, export, import_keras, benchmark):
    app.command()(command)


def run_interface(scene: Path | None) -> None:
    """Open the program, on a scene or a text file where one is given."""
    from bardtui.tui.app import run

    sys.exit(run(scene))


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="With --version: add libraries and folders."),
    ] = False,
) -> None:
    if verbose and not version:
        raise typer.BadParameter("it goes with --version", param_hint="--verbose")
    if version:
        print_version(verbose)
    elif context.invoked_subcommand is None:
        run_interface(None)


@app.command("open")
def open_(
    file: Annotated[Path, typer.Argument(help="A saved scene (.scene.jsonl) or a text file.")],
) -> None:
    """Open the program on a saved scene or a text file."""
    if not file.is_file():
        raise UserError(f"{file} is a folder" if file.is_dir() else f"there is no file {file}")
    run_interface(file)
