"""Copying the scene's text to the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen


def copy_passage(stage: StageScreen) -> None:
    """Copy the selected text, or else the passage at the cursor."""
    if copy_selection(stage):
        return
    if found := stage.session.manuscript.scene.passage_at(stage.transcript.cursor):
        passage, begin, end = found
        text = passage.text[: end - begin]
        _copy(stage, "passage", text.strip("\n") + "\n" * text.endswith("\n"))


def copy_selection(stage: StageScreen) -> bool:
    """Copy the selected text; return whether there is any."""
    if selected := stage.get_selected_text():
        _copy(stage, "selection", selected)
    return bool(selected)


def copy_scene(stage: StageScreen) -> None:
    """Copy the visible text."""
    _copy(stage, "scene", stage.session.text)


def _copy(stage: StageScreen, what: str, text: str) -> None:
    stage.app.copy_to_clipboard(text)
    stage.say(f"Copied the {what}: {len(text):,} characters")
