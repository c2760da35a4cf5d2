"""What all commands share: saying what went wrong, and printing."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from bardtui.errors import UserError
from bardtui.escaping import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from bardtui.model.store import ModelBundle


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what can go wrong into one line on standard error and exit code 1.

    A closed pipe is nothing wrong: whoever read our output has had enough.
    """
    try:
        yield
    except BrokenPipeError:
        # Nothing may be flushed to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except UserError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "))


def sound_model(name: str) -> "ModelBundle":
    """The model of that name, what is wrong with its weights told before TensorFlow is waited for.
    Raises ModelError."""
    from bardtui.model.store import find_model

    bundle = find_model(name)
    bundle.weights()
    return bundle


def fail(message: str) -> None:
    """Say why in one line and end with exit code 1."""
    warn(message)
    raise typer.Exit(1)


def warn(message: str) -> None:
    """Say something in one line on standard error."""
    typer.echo(f"bardtui: {printable(message)}", err=True)


def console(*, stderr: bool = False) -> "Console":
    """A rich console that takes no text for markup, emoji names, links or codes for the terminal,
    and lets a closed pipe be seen by `plain_errors`."""
    from rich.console import Console

    class PlainConsole(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

        def render_str(self, text: str, **style: Any) -> "Text":
            return super().render_str(safe(text), **style)

    return PlainConsole(stderr=stderr, markup=False, emoji=False, highlight=False)


def plain(value: Any) -> str:
    """A value of model.json for people."""
    if isinstance(value, float):
        return f"{value:.5g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def safe(text: str) -> str:
    """`text` without what a terminal might obey."""
    return printable(text, keep="\n\t")
