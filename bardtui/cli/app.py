"""The command line: registers the commands, one module each in bardtui.cli."""

from typing import Annotated

import typer

from bardtui.cli import corpus, models, scenes
from bardtui.cli.benchmark import benchmark
from bardtui.cli.common import CommandGroup
from bardtui.cli.doctor import doctor
from bardtui.cli.evaluate import evaluate
from bardtui.cli.explain import explain
from bardtui.cli.export import export
from bardtui.cli.generate import generate
from bardtui.cli.import_keras import import_keras
from bardtui.cli.open import open_, run_interface
from bardtui.cli.serve import serve
from bardtui.cli.train import train
from bardtui.cli.version import print_version
from bardtui.cli.write import write

app = typer.Typer(
    name="bardtui",
    cls=CommandGroup,
    help="Write scenes together with a character-level LSTM. Without a command, open the program.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(corpus.app, name="corpus")
app.add_typer(models.app, name="models")
app.add_typer(scenes.app, name="scenes")
_WITH_MODELS = (train, generate, evaluate, explain, import_keras, benchmark)
for command in (*_WITH_MODELS, export, doctor, write, serve):
    app.command()(command)
app.command("open")(open_)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With --version: add libraries and folders.")
    ] = False,
) -> None:
    if verbose and not version:
        raise typer.BadParameter("it goes with --version", param_hint="--verbose")
    if version:
        print_version(verbose)
    elif context.invoked_subcommand is None:
        run_interface(None)
