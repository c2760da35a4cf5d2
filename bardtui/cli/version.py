"""bardtui --version"""

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

from bardtui import __version__, paths
from bardtui.escaping import visible
from bardtui.log import bug_log_path

_LIBRARIES = ("TensorFlow", "Keras", "Textual")


def print_version(verbose: bool) -> None:
    """Print the version; with `verbose`, what a bug report needs. Libraries are not imported."""
    typer.echo(f"bardtui {__version__}")
    if not verbose:
        raise typer.Exit
    typer.echo(f"Python {platform.python_version()} on {platform.platform()}")
    for library in _LIBRARIES:
        typer.echo(f"{library} {_version(library)}")
    for name, path in (
        ("data", paths.data_dir()),
        ("settings", paths.config_file()),
        ("error log", bug_log_path()),
    ):
        typer.echo(f"{name}: {visible(str(path))}")
    raise typer.Exit


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "is not installed"
