"""The actions of the stage and their default keys."""

from textual.binding import Binding, BindingType

STAGE_KEYS: list[BindingType] = [
    Binding("escape", "stop", "Stop", id="stage.stop", tooltip="Stop writing; keep what is shown"),
    Binding(
        "ctrl+g", "hurry", "Rest", show=False, id="stage.hurry", tooltip="Show the rest at once"
    ),
    Binding(
        "ctrl+r", "retry", "Retry", id="stage.retry", tooltip="Write another take of the reply"
    ),
    Binding("ctrl+t", "take", "Take", id="stage.take", tooltip="Show the next take"),
    Binding(
        "f5",
        "takes",
        "5 takes",
        id="stage.takes",
        tooltip="Write five takes instead of the reply, or after your line",
    ),
    Binding(
        "f6", "map", "Map", show=False, id="stage.map", tooltip="Show a map of the scene's takes"
    ),
    Binding(
        "f7", "kept", "Kept", show=False, id="stage.kept", tooltip="List what you name or keep"
    ),
    Binding("ctrl+z", "undo", "Undo", id="stage.undo", tooltip="Undo the last exchange"),
    Binding("ctrl+y", "redo", "Redo", id="stage.redo", show=False, tooltip="Redo"),
    Binding(
        "ctrl+f",
        "find",
        "Find",
        show=False,
        id="stage.find",
        tooltip="Find and replace words in the scene",
    ),
    Binding("f2", "rename", "Rename", show=False, id="stage.rename", tooltip="Rename the scene"),
    Binding("ctrl+s", "save", "Save", id="stage.save", tooltip="Save the scene as a file"),
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
    Binding("f4", "cast", "Cast", show=False, id="stage.cast", tooltip="Go to the cast"),
    Binding(
        "f8",
        "speakers",
        "Speakers",
        show=False,
        id="stage.speakers",
        tooltip="Add the scene's speakers to the cast",
    ),
    Binding(
        "ctrl+l",
        "alone",
        "Focus",
        show=False,
        id="stage.focus",
        tooltip="Show only the scene and your line",
    ),
    Binding(
        "f3",
        "suggestions",
        "Suggestions",
        show=False,
        id="stage.suggestions",
        tooltip="Turn suggestions on or off for this session",
    ),
    Binding(
        "f9",
        "surprise",
        "Surprise",
        show=False,
        id="stage.surprise",
        tooltip="Show how little the model expected each character, or hide it",
    ),
    Binding(
        "f12",
        "cells",
        "Cells",
        show=False,
        id="stage.cells",
        tooltip="Show what the cells of the model hold, or hide it",
    ),
    Binding(
        "tab",
        "app.focus_next",
        "Next pane",
        show=False,
        id="stage.next",
        tooltip="Go to the next pane",
    ),
    Binding(
        "shift+tab",
        "app.focus_previous",
        "Previous pane",
        show=False,
        id="stage.previous",
        tooltip="Go to the previous pane",
    ),
    Binding(
        "f10",
        "app.train",
        "Train",
        show=False,
        id="stage.train",
        tooltip="Train a model on your own texts",
    ),
    Binding("f1", "help", "Help", id="stage.help", tooltip="Show the keys and a guide"),
]
