"""Random steps of writing a scene, for tests of properties that hold for every scene."""

from typing import Any

from hypothesis import strategies as st

from bardtui.scene.rewriting import edit
from bardtui.scene.scene import Scene

Step = tuple[Any, ...]

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
_ANY = st.integers(0, 99)  # one of the passages
_AT = st.none() | st.integers(-1, 12)
_SETTINGS = st.dictionaries(
    st.sampled_from(["temperature", "length", "top_k", "note"]),
    st.none() | st.booleans() | st.integers(0, 9999) | st.floats(0, 2) | ANY_TEXT,
)

STEP = st.one_of(
    st.tuples(st.just("writer"), ANY_TEXT),
    st.tuples(st.just("model"), ANY_TEXT, _SETTINGS, st.none() | st.integers(0, 2**64 - 1)),
    st.tuples(st.just("reply"), ANY_TEXT, _ANY),
    st.tuples(st.just("extend"), _ANY, ANY_TEXT),
    st.tuples(st.just("end"), _ANY, ANY_TEXT),
    st.tuples(st.just("move"), _ANY, _AT),
    st.tuples(st.just("jump"), _ANY, _AT),
    st.tuples(st.just("edit"), _ANY, ANY_TEXT),
    st.tuples(st.just("retry"), _ANY),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("set"), st.sampled_from(["title", "cast"]), ANY_TEXT),
)


def take(scene: Scene, step: Step) -> None:
    """Take a step, or do nothing if it is impossible here."""
    passages = list(scene.passages.values())
    match step:
        case "writer", text:
            scene.add("writer", text)
        case "model", text, settings, seed:
            scene.add("model", text, model="m", settings=settings, random_seed=seed)
        case "reply", text, pick:
            first = scene.head if pick % 2 else pick
            scene.add("model", text, model="m", reason="speech", reply=first)
        case "set", name, value:
            scene.set(name, value)
        case ("undo",):
            scene.undo()
        case ("redo",):
            scene.redo()
        case _ if not passages:
            scene.move_head(None)
        case ("move" | "jump") as kind, pick, at:
            scene.move_head(passages[pick % len(passages)].id, at, jump=kind == "jump")
        case "edit", pick, text:
            if visible := scene.path():
                edit(scene, visible[pick % len(visible)][0].id, text)
        case "retry", pick:
            passage = passages[pick % len(passages)]
            scene.move_head(passage.parent, passage.at)
        case ("extend" | "end") as kind, pick, text:
            passage = passages[pick % len(passages)]
            if passage.reason is None:
                (scene.extend if kind == "extend" else scene.end)(passage.id, text)


def state(scene: Scene) -> dict[str, Any]:
    """Return everything about a scene. Its events include undo and redo."""
    return {
        "events": list(scene.events()),
        "properties": scene.properties,
        "created": scene.created,
        "text": scene.text,
        "takes": [[take.id for take in scene.takes(passage)] for passage in scene.passages],
    }


def history(scene: Scene) -> list[str]:
    """Return the visible texts of all redo steps and then of all undo steps."""
    texts = []
    while scene.redo():
        texts.append(scene.text)
    while scene.undo():
        texts.append(scene.text)
    return texts
