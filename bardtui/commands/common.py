"""What all commands share: saying what went wrong, and printing."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what can go wrong into one line on standard error and exit code 1.

    A closed pipe is nothing wrong: whoever read our output has had enough.
    """
    from bardtui.language.bundle import ModelError
    from bardtui.language.checkpoint import CheckpointError
    from bardtui.language.corpus import CorpusError
    from bardtui.language.machines import MachinesError
    from bardtui.language.network import SpecError
    from bardtui.language.training import TrainingError
    from bardtui.language.windows import TooLittleText

    known = (
        ModelError,
        CheckpointError,
        CorpusError,
        MachinesError,
        SpecError,
        TrainingError,
        TooLittleText,
    )
    try:
        yield
    except BrokenPipeError:
        # Nothing may be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (*known, ValueError) as error:
        if not isinstance(error, known) and type(error) is not ValueError:
            raise
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))


def fail(message: str) -> None:
    """Say why in one line and end with exit code 1."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in message)
    typer.echo(f"bardtui: {printable}", err=True)
    raise typer.Exit(1)


def console(*, stderr: bool = False) -> "Console":
    """A rich console that takes no text for markup, emoji names or links, and lets a closed pipe
    be seen by `plain_errors`."""
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return PlainConsole(stderr=stderr, markup=False, emoji=False, highlight=False)


def plain(value: Any) -> str:
    """A value of model.json for people."""
    if isinstance(value, float):
        return f"{value:.5g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def safe(text: str) -> str:
    """`text` without what a terminal might obey."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
