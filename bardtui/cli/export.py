"""bardtui export"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import check_free, warn
from bardtui.cli.completion import scene_names
from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.files import atomic_write
from bardtui.scene import export as exports
from bardtui.scene.elements import LAYOUTS
from bardtui.scene.formats.shared import Options
from bardtui.scene.journal_reader import SUFFIX, read_scene
from bardtui.scene.library import find_scene
from bardtui.scene.scene import Scene, SceneError
from bardtui.settings import Settings, SettingsError

STDOUT = Path("-")


def export(
    scene: Annotated[
        str,
        typer.Argument(
            help="A saved scene: its title, file name or path; or a text file.",
            autocompletion=scene_names,
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help=f"{', '.join(exports.FORMATS)} or a file suffix such as md.  "
            "[default: by the suffix of the output file, else txt]",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write; - is standard output.")
    ] = STDOUT,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout",
            help="screenplay or play, for DOCX and PDF.  "
            "[default: screenplay if the scene has a heading such as INT. HALL]",
        ),
    ] = None,
    font: Annotated[
        Path | None, typer.Option("--font", help="A TrueType font (.ttf) for PDF.")
    ] = None,
) -> None:
    """Export a scene as text, Markdown, Fountain, HTML, JSON, Final Draft, DOCX or PDF.

    It may be open in the program. DOCX and PDF need the extra: pip install 'bardtui[export]'.
    """
    chosen = _format_named(format) if format else _format_for(output)
    check_output(output, force)
    if output == STDOUT and chosen in exports.BINARY_FORMATS:
        raise SceneError(f"{chosen} goes to a file: name one with --output")
    options = _options(layout, font)
    text = exports.file_content(scene_in(find_scene(paths.scenes_dir(), scene)), chosen, options)
    write_output(output, text)


def _options(layout: str | None, font: Path | None) -> Options:
    """The options of an export: the settings file, and what the command says.

    A settings file that cannot be used keeps no scene from leaving: a warning says what is wrong.
    """
    try:
        settings = Settings.load(paths.config_file())
    except SettingsError as error:
        warn(str(error))
        settings = Settings()
    if layout is not None and layout not in LAYOUTS:
        raise SceneError(f"no layout {layout!r}: choose from {', '.join(LAYOUTS)}")
    chosen = next((name for name in LAYOUTS if name == layout), None)
    file = settings.export_font if font is None else str(font)
    return Options(settings.author, chosen, file)


def check_output(output: Path, force: bool) -> None:
    """Raise UserError if a file would look like a saved scene, or exists and is not replaced."""
    if output.name.endswith(SUFFIX):
        raise SceneError(f"{output} would look like a saved scene: choose another name")
    if output != STDOUT:
        check_free(output, force)


def write_output(output: Path, content: str | bytes) -> None:
    """Write a text to a file or to standard output, or bytes to a file. Raises UserError, OSError.

    On a terminal, what it could obey is escaped.
    """
    if output != STDOUT or isinstance(content, bytes):
        atomic_write(output, content, private=False)
    elif sys.stdout is None:
        raise UserError("standard output is closed")
    elif sys.stdout.isatty():
        typer.echo(visible(content, keep="\n\t"), nl=False)
    else:
        sys.stdout.buffer.write(content.encode("utf-8", "replace"))


def scene_in(path: Path) -> Scene:
    """Return the scene in a file, of a saved scene or of text. Raises SceneError or OSError."""
    if not path.name.endswith(SUFFIX):
        return exports.scene_from_file(path)
    scene, report = read_scene(path)
    if report:
        warn(str(replace(report, backup=None)))
    return scene


def _format_named(name: str) -> str:
    """The format with this name or file suffix; an unknown name is returned as it is."""
    return exports.format_of(Path(f"scene.{name.removeprefix('.')}")) or name


def _format_for(output: Path) -> str:
    """The format for an output file. Raises SceneError if its suffix is not known."""
    if output == STDOUT:
        return "txt"
    if (format := exports.format_of(output)) is None:
        raise SceneError(f"the suffix of {output.name} names no format: choose one with --format")
    return format
