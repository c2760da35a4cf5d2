"""bardtui --version"""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import typer

from bardtui import __version__, paths
from bardtui.escaping import visible
from bardtui.log import bug_log_path

#: The libraries that matter most, and the packages that may bring them.
LIBRARIES = {
    "TensorFlow": ("tensorflow", "tensorflow-cpu"),
    "Keras": ("keras",),
    "Textual": ("textual",),
}


def print_version(verbose: bool) -> None:
    """Print the version; with `verbose`, what a bug report needs. Libraries are not imported."""
    typer.echo(f"bardtui {__version__}")
    if not verbose:
        raise typer.Exit
    typer.echo(f"Python {platform.python_version()} on {platform.platform()}")
    for library in LIBRARIES:
        typer.echo(f"{library} {library_version(library) or 'is not installed'}")
    for name, path in (
        ("data", paths.data_dir()),
        ("settings", paths.config_file()),
        ("error log", bug_log_path()),
    ):
        typer.echo(f"{name}: {visible(str(path))}")
    raise typer.Exit


def library_version(library: str) -> str:
    """Return the version of one of LIBRARIES, without importing it; empty if it is missing."""
    for package in LIBRARIES[library]:
        with suppress(PackageNotFoundError):
            return version(package)
    return ""
