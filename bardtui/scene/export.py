"""Export scenes to other file formats, and make scenes from the text of files."""

from collections.abc import Callable
from pathlib import Path

from bardtui.escaping import inert
from bardtui.scene.formats.fountain import to_fountain
from bardtui.scene.formats.html import to_html
from bardtui.scene.formats.json import is_exported, scene_from_json, to_json
from bardtui.scene.formats.markdown import to_markdown
from bardtui.scene.scene import OPENED, Scene, SceneError


def to_text(scene: Scene) -> str:
    """Return the visible text, ending in exactly one newline unless it is empty."""
    text = inert(scene.text).rstrip("\n")
    return text + "\n" if text else ""


FORMATS: dict[str, Callable[[Scene], str]] = {
    "txt": to_text,
    "markdown": to_markdown,
    "fountain": to_fountain,
    "html": to_html,
    "json": to_json,
}

# The first suffix is the one for new files.
_SUFFIXES = {
    "txt": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "fountain": (".fountain",),
    "html": (".html", ".htm"),
    "json": (".json",),
}


def suffix_of(format: str) -> str:
    """Return the suffix of files in one of FORMATS, such as ".md"."""
    return _SUFFIXES[format][0]


def format_of(path: Path) -> str | None:
    """Return the format for a file's suffix, None if the suffix is unknown."""
    suffix = path.suffix.lower()
    return next((name for name, known in _SUFFIXES.items() if suffix in known), None)


def export(scene: Scene, format: str) -> str:
    """Return the scene in one of FORMATS. Raises SceneError if the format is unknown."""
    if format not in FORMATS:
        raise SceneError(f"no format {format!r}: choose from {', '.join(FORMATS)}")
    return FORMATS[format](scene)


def scene_from_text(title: str, text: str) -> Scene:
    """Return the scene in a JSON export, or else a new scene that starts with the text.

    A new scene has the given title, and its text is the writer's. Line ends become newlines.
    Raises SceneError if an export is damaged or was written by a newer version.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if is_exported(text):
        return scene_from_json(text)
    scene = Scene(title)
    if text:
        scene.add("writer", text, reason=OPENED)
    return scene
