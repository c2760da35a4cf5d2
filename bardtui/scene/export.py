"""A scene as a file for others, and a text as a scene."""

from collections.abc import Callable

from bardtui.scene.scene import OPENED, Scene, SceneError


def to_text(scene: Scene) -> str:
    """The visible text as it is, in training form: it ends in one newline (empty stays empty)."""
    text = scene.text.rstrip("\n")
    return text + "\n" if text else ""


FORMATS: dict[str, Callable[[Scene], str]] = {"txt": to_text}


def export(scene: Scene, format: str) -> str:
    """The scene in one of FORMATS. Raises SceneError if there is no such format."""
    if format not in FORMATS:
        raise SceneError(f"no format {format!r}: choose from {', '.join(FORMATS)}")
    return FORMATS[format](scene)


def scene_from_text(title: str, text: str) -> Scene:
    """A new scene that opens with a file's text, as the writer's. Line ends become newlines."""
    scene = Scene(title)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text:
        scene.add("writer", text, reason=OPENED)
    return scene
