"""The stage's actions and their keys, as they are bound now: for the palette and the help."""

from typing import Any

from textual.binding import Binding, BindingType
from textual.screen import Screen

from bardtui.tui import words

STAGE_KEYS: list[BindingType] = [
    Binding("escape", "stop", "Stop", id="stage.stop", tooltip="Stop writing; keep what shows"),
    Binding("ctrl+g", "hurry", "Rest", id="stage.hurry", tooltip="Show the rest now"),
    Binding("ctrl+r", "retry", "Retry", id="stage.retry", tooltip="Another take from here"),
    Binding("ctrl+t", "take", "Take", id="stage.take", tooltip="Show the next take"),
    Binding("ctrl+z", "undo", "Undo", id="stage.undo", tooltip="Take back the last exchange"),
    Binding("ctrl+y", "redo", "Redo", id="stage.redo", show=False, tooltip="Bring it back"),
    Binding("ctrl+s", "save", "Save", id="stage.save", tooltip="Save the scene as a text"),
    Binding("ctrl+o", "scenes", "Scenes", id="stage.scenes", tooltip="Open another scene"),
    Binding("ctrl+n", "new", "New", id="stage.new", show=False, tooltip="Begin a new scene"),
    Binding(
        "ctrl+b",
        "settings",
        "Settings",
        show=False,
        id="stage.settings",
        tooltip="Go to the settings",
    ),
    Binding("f1,question_mark", "help", "Help", id="stage.help", tooltip="Keys and a guide"),
]


def commands(stage: Screen[Any]) -> list[Binding]:
    """The stage's actions, each once, with the first of its keys."""
    found: dict[str, Binding] = {}
    for bindings in stage._bindings.key_to_bindings.values():
        for binding in bindings:
            if binding.id:
                found.setdefault(binding.action, binding)
    return list(found.values())


def key_groups(stage: Screen[Any]) -> dict[str, list[tuple[str, str]]]:
    """Keys and what they do, for the help."""
    keys = [
        (stage.app.get_key_display(binding), binding.tooltip or binding.description)
        for binding in commands(stage)
    ]
    return {"The scene": keys, "Your line and the panes": list(words.PANE_KEYS)}
