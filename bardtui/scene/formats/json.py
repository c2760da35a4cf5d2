r"""Export a whole scene to JSON, with every take and with undo and redo, and import it.

The file is one object: the header of a journal (`bardtui.scene.journal`) and the events of the
scene. Each event has its own line, so that files can be compared and read by people:

    {"bardtui":"scene","version":1,"title":"Act I","created":"2025-06-15T12:00:00+00:00","events":[
    {"type":"passage","id":1,"author":"writer","text":"Hark!\n","reason":"sent"},
    {"type":"head","id":1,"at":null}
    ]}
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from bardtui.escaping import inert
from bardtui.scene.journal_reader import VERSION
from bardtui.scene.library import OPENED_FROM
from bardtui.scene.passage import encode
from bardtui.scene.scene import Scene, SceneError

_OPENING = re.compile(r'\s*\{\s*"bardtui"\s*:\s*"scene"')


def to_json(scene: Scene) -> str:
    """Return the whole scene as JSON for `scene_from_json`."""
    header = {"bardtui": "scene", "version": VERSION, "title": scene.title}
    header |= {"created": scene.created, "events": []}
    opening = encode(header).decode().removesuffix("]}\n")
    events = [encode(event).decode().rstrip("\n") for event in _events(scene)]
    return _ascii_where_unsafe(opening + "\n" + ",\n".join(events) + "\n]}\n")


def is_exported(text: str) -> bool:
    """Return whether a text starts like an exported scene."""
    return _OPENING.match(text) is not None


def scene_from_json(text: str) -> Scene:
    """Return the exported scene. Raises SceneError if the text is not one or is damaged."""
    try:
        exported = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SceneError("not an exported scene: its JSON is damaged") from error
    if not isinstance(exported, dict) or exported.get("bardtui") != "scene":
        raise SceneError("not an exported scene")
    version, title = exported.get("version"), exported.get("title")
    if type(version) is int and version > VERSION:
        raise SceneError(f"exported by a newer bardtui; this one reads format {VERSION}")
    created, events = exported.get("created"), exported.get("events")
    if type(version) is not int or version < 1 or not isinstance(events, list):
        raise SceneError("not an exported scene: its version or its events are missing")
    if not isinstance(title, str) or not isinstance(created, str | None):
        raise SceneError("not an exported scene: its title or its date is missing")
    scene = Scene(title, created)
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            raise SceneError(f"this exported scene is damaged: event {number} is not an object")
        try:
            scene.apply(event)
        except SceneError as error:
            raise SceneError(f"this exported scene is damaged: event {number}: {error}") from error
    return scene


def _ascii_where_unsafe(exported: str) -> str:
    """Return the same JSON with escapes for characters that are not safe in a text file."""
    shown = inert(exported)
    if shown == exported:
        return exported
    pairs = zip(exported, shown, strict=True)
    return "".join(char if char == glyph else json.dumps(char)[1:-1] for char, glyph in pairs)


def _events(scene: Scene) -> Iterator[dict[str, Any]]:
    """Yield the events of a scene, without the path of the file it was made from."""
    return (event for event in scene.events() if event.get("name") != OPENED_FROM)
