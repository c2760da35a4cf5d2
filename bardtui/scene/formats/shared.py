"""What the export formats share: options, titles, names of models, and text for XML."""

from dataclasses import dataclass

from bardtui.escaping import inert, one_line
from bardtui.scene.elements import Layout
from bardtui.scene.scene import Passage, Scene
from bardtui.scene.titles import whole_title

_UNTITLED = "Untitled scene"
_MAX_MODEL_NAME = 64  # cells; names of models are shorter
_NOT_IN_XML = str.maketrans("\ufffe\uffff", "\ufffd\ufffd")


@dataclass(frozen=True, slots=True)
class Options:
    """What a writer chooses for exports.

    `author` is the writer's name, for the line below the title. `layout` is how DOCX and PDF are
    laid out; None lets the scene decide. `font` is the path of a TrueType font for PDF; without one
    it is Courier or Times.
    """

    author: str = ""
    layout: Layout | None = None
    font: str = ""


DEFAULTS = Options()


def title_of(scene: Scene) -> str:
    """Return the title in one line of safe text; never empty.

    A title that comes from the text, and was cut, is whole again.
    """
    return inert(" ".join(whole_title(scene).split())) or _UNTITLED


def author_of(options: Options) -> str:
    """Return the writer's name in one line of safe text; "" if it is not known."""
    return inert(" ".join(options.author.split()))


def credit_of(scene: Scene) -> str:
    """Return which models wrote visible text, as a sentence without a full stop; "" for none."""
    names = models_of(scene)
    if not names:
        return ""
    named = ", ".join(names[:-1]) + " and " * (len(names) > 1) + names[-1]
    return f"Written with bardtui and the model{'s' * (len(names) > 1)} {named}"


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


def xml_text(text: str) -> str:
    """Return safe text without the two characters that XML cannot contain."""
    return text.translate(_NOT_IN_XML)
