"""What all commands share: the error policy and output."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from bardtui.errors import MAX_MESSAGE, UserError, command_of, user_message
from bardtui.escaping import one_line, visible
from bardtui.log import explain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bardtui.model.corpus_index import CorpusIndex
    from bardtui.model.store import ModelBundle


BUG = 70  # exit code for an unexpected error, as sysexits.h has it


@contextmanager
def error_policy() -> Iterator[None]:
    """Turn any error into one line on standard error and an exit code.

    The exit code is 1 for what a user, a file or the machine can cause, 2 for wrong usage, and BUG
    for everything else, which is logged with its traceback. A closed pipe is not an error: the
    program that read the output has had enough.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except typer.TyperException as error:  # wrong usage: Typer prints it
        error.message = one_line(error.message, MAX_MESSAGE)
        raise
    except BrokenPipeError:
        # Nothing may be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except Exception as error:
        warn("; ".join(filter(None, (explain(error), command_of(error)))))
        raise typer.Exit(BUG if user_message(error) is None else 1) from None


@contextmanager
def errors_as_json(emit: Callable[..., object]) -> Iterator[None]:
    """Report an error that ends the context by `emit`, and raise it again.

    `emit` gets "error", the message, and the command that helps, as in UserError.
    """
    try:
        yield
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:
        message = user_message(error) or f"internal error ({type(error).__name__})"
        emit("error", message=message, command=command_of(error))
        raise


class CommandGroup(TyperGroup):
    """Commands that follow `error_policy`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with error_policy():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        with error_policy():
            return super().invoke(ctx)


def checked_model(name: str) -> "ModelBundle":
    """Find a model and check its weights, before seconds are spent on importing TensorFlow.

    Raises ModelError.
    """
    from bardtui.model.store import find_model

    bundle = find_model(name)
    bundle.weights()
    return bundle


def check_free(path: Path, force: bool) -> None:
    """Raise UserError if a file to write exists and must not be replaced."""
    if path.exists() and not force:
        raise UserError(f"{path} exists: --force replaces it")


def copies_in(index: "CorpusIndex | None", text: str) -> dict[str, Any]:
    """Return what of a text stands in a model's corpus, for JSON; None without an index."""
    runs = None if index is None else index.find(text)
    return {
        "original": None if runs is None else not runs,
        "copied_runs": None if runs is None else [*map(asdict, runs)],
    }


def warn(message: str) -> None:
    """Print one line on standard error."""
    typer.echo(f"bardtui: {one_line(message, MAX_MESSAGE)}", err=True)


def console(*, stderr: bool = False) -> "Console":
    """Return a rich console for text from outside.

    It does not interpret markup, emoji names or links, escapes what a terminal could obey, and
    raises BrokenPipeError for `error_policy`.
    """
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

        def render_str(self, text: str, **style: Any) -> "Text":
            return super().render_str(visible(text, keep="\n\t"), **style)

    # The stream of this moment, not the one that Textual puts in its place while a benchmark runs.
    file = sys.stderr if stderr else None
    return PlainConsole(file=file, markup=False, emoji=False, highlight=False)


def megabytes(size: int) -> str:
    """Format a number of bytes; empty for none."""
    return f"{size / 1e6:.2f} MB" if size else ""


def millions(parameters: int) -> str:
    """Format a number of parameters in millions, or in thousands below 0.1 million."""
    if parameters < 100_000:
        return f"{parameters / 1e3:.1f} K"
    return f"{parameters / 1e6:.2f} M"


def plain(value: Any) -> str:
    """Format a value of model.json."""
    if isinstance(value, float):
        return f"{value:.5g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
