"""Titles and names of models for the export formats."""

from bardtui.escaping import inert, one_line
from bardtui.scene.scene import Passage, Scene

_UNTITLED = "Untitled scene"
_MAX_MODEL_NAME = 64  # cells; names of models are shorter


def title_of(scene: Scene) -> str:
    """Return the title in one line of safe text; never empty."""
    return inert(" ".join(scene.title.split())) or _UNTITLED


def models_of(scene: Scene) -> list[str]:
    """Return the names of the models that wrote visible text, in order of appearance."""
    return list(
        dict.fromkeys(
            model_of(passage)
            for passage, length in scene.path()
            if any(author == "model" for author, _ in passage.by_author(length))
        )
    )


def model_of(passage: Passage) -> str:
    """Return the name of the model that wrote a passage in one short line; never empty."""
    return one_line(passage.model or "", _MAX_MODEL_NAME) or "unnamed"
