"""A scene as a file for others, and a file of others' as a scene."""

from collections.abc import Callable
from pathlib import Path

from bardtui.scene.formats.fountain import to_fountain
from bardtui.scene.formats.html import to_html
from bardtui.scene.formats.markdown import to_markdown
from bardtui.scene.formats.tree import is_exported, scene_from_json, to_json
from bardtui.scene.scene import OPENED, Scene, SceneError


def to_text(scene: Scene) -> str:
    """The visible text as it is, in training form: it ends in one newline (empty stays empty)."""
    text = scene.text.rstrip("\n")
    return text + "\n" if text else ""


FORMATS: dict[str, Callable[[Scene], str]] = {
    "txt": to_text,
    "markdown": to_markdown,
    "fountain": to_fountain,
    "html": to_html,
    "json": to_json,
}

# The first is the one that a new file gets.
_SUFFIXES = {
    "txt": (".txt", ".text"),
    "markdown": (".md", ".markdown"),
    "fountain": (".fountain",),
    "html": (".html", ".htm"),
    "json": (".json",),
}


def suffix_of(format: str) -> str:
    """The suffix of a file in one of FORMATS, such as ".md"."""
    return _SUFFIXES[format][0]


def format_of(path: Path) -> str | None:
    """The format that a file's name asks for, None if its suffix is none of ours."""
    suffix = path.suffix.lower()
    return next((name for name, known in _SUFFIXES.items() if suffix in known), None)


def export(scene: Scene, format: str) -> str:
    """The scene in one of FORMATS. Raises SceneError if there is no such format."""
    if format not in FORMATS:
        raise SceneError(f"no format {format!r}: choose from {', '.join(FORMATS)}")
    return FORMATS[format](scene)


def scene_from_text(title: str, text: str) -> Scene:
    """The scene that a file's text holds: an exported one, whole, or else a new one.

    A new one has the title given and opens with the text, as the writer's; line ends become
    newlines. Raises SceneError for an exported scene that is damaged or a newer version's.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if is_exported(text):
        return scene_from_json(text)
    scene = Scene(title)
    if text:
        scene.add("writer", text, reason=OPENED)
    return scene
