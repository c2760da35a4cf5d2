"""Export scenes to other file formats, and make scenes from the text of files."""

from collections.abc import Callable
from pathlib import Path

from bardtui.escaping import inert
from bardtui.files import read_regular
from bardtui.scene.formats.docx import to_docx
from bardtui.scene.formats.fdx import to_fdx
from bardtui.scene.formats.fountain import to_fountain
from bardtui.scene.formats.fountain_source import scene_from_fountain
from bardtui.scene.formats.html import to_html
from bardtui.scene.formats.json import is_exported, scene_from_json, to_json
from bardtui.scene.formats.markdown import to_markdown
from bardtui.scene.formats.pdf import to_pdf
from bardtui.scene.formats.shared import DEFAULTS
from bardtui.scene.formats.shared import Options as Options
from bardtui.scene.journal_reader import display_name
from bardtui.scene.scene import OPENED, Scene, SceneError

_MAX_TEXT_FILE = 50 * 1024 * 1024  # bytes


def to_text(scene: Scene) -> str:
    """Return the visible text, ending in exactly one newline unless it is empty."""
    text = inert(scene.text).rstrip("\n")
    return text + "\n" if text else ""


TEXT_FORMATS: dict[str, Callable[[Scene, Options], str]] = {
    "txt": lambda scene, _: to_text(scene),
    "markdown": lambda scene, _: to_markdown(scene),
    "fountain": to_fountain,
    "html": to_html,
    "json": lambda scene, _: to_json(scene),
    "fdx": to_fdx,
}
#: Formats that are no text: for files only.
BINARY_FORMATS: dict[str, Callable[[Scene, Options], bytes]] = {"docx": to_docx, "pdf": to_pdf}
FORMATS = (*TEXT_FORMATS, *BINARY_FORMATS)

# The first suffix is the one for new files.
_SUFFIXES = {
    "txt": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "fountain": (".fountain",),
    "html": (".html", ".htm"),
    "json": (".json",),
    "fdx": (".fdx",),
    "docx": (".docx",),
    "pdf": (".pdf",),
}


def suffix_of(format: str) -> str:
    """Return the suffix of files in one of FORMATS, such as ".md"."""
    return _SUFFIXES[format][0]


def format_of(path: Path) -> str | None:
    """Return the format for a file's suffix, None if the suffix is unknown."""
    suffix = path.suffix.lower()
    return next((name for name, known in _SUFFIXES.items() if suffix in known), None)


def export(scene: Scene, format: str, options: Options = DEFAULTS) -> str:
    """Return the scene in one of TEXT_FORMATS. Raises SceneError if there is no such format."""
    if format not in TEXT_FORMATS:
        raise SceneError(f"no format {format!r}: choose from {', '.join(FORMATS)}")
    return TEXT_FORMATS[format](scene, options)


def file_content(scene: Scene, format: str, options: Options = DEFAULTS) -> str | bytes:
    """Return the content of a file in one of FORMATS.

    Raises SceneError if the format is unknown, if PDF and DOCX need packages, or if the font lacks
    characters, and OSError if the font cannot be read.
    """
    if format in BINARY_FORMATS:
        return BINARY_FORMATS[format](scene, options)
    return export(scene, format, options)


def scene_from_file(path: Path) -> Scene:
    """Return the scene in a JSON export, or a new scene that starts with the text of a file.

    See `scene_from_text`. Raises SceneError, also for a file that is not text, or OSError.
    """
    try:
        text = read_regular(path, _MAX_TEXT_FILE).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SceneError(f"{display_name(path)} is not a UTF-8 text") from error
    return scene_from_text(path.name, text)


def scene_from_text(name: str, text: str) -> Scene:
    """Return the scene in a JSON export, or else a new scene that starts with the text of a file.

    `name` is the file's name. A new scene is titled like the file, and its text is the writer's; a
    Fountain file keeps its title page. Line ends become newlines. Raises SceneError if an export is
    damaged or was written by a newer version.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    path = Path(name)
    if is_exported(text):
        return scene_from_json(text)
    if format_of(path) == "fountain":
        return scene_from_fountain(path.stem, text)
    scene = Scene(path.stem)
    if text:
        scene.add("writer", text, reason=OPENED)
    return scene
