"""What the export formats share: titles and model names as inert text."""

from bardtui.escaping import inert
from bardtui.scene.scene import Passage, Scene

_UNTITLED = "Untitled scene"


def one_line(text: str) -> str:
    """`text` inert, in one line, with single spaces."""
    return inert(" ".join(text.split()))


def title_of(scene: Scene) -> str:
    """The scene's title as one inert line; never empty."""
    return one_line(scene.title) or _UNTITLED


def models_of(scene: Scene) -> list[str]:
    """The names of the models that wrote some of the visible text, in order of appearance."""
    return list(
        dict.fromkeys(
            model_of(passage)
            for passage, shown in scene.path()
            if any(author == "model" for author, _ in passage.by_author(shown))
        )
    )


def model_of(passage: Passage) -> str:
    """The name of the model that wrote a passage, as one inert line; never empty."""
    return one_line(passage.model or "") or "unnamed"
