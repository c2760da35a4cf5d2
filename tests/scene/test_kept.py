"""Parts of a scene that the writer keeps."""

import pytest

from bardtui.scene.kept import PROPERTY, carry, kept_in, toggle, visible_spans
from bardtui.scene.rewriting import substitute
from bardtui.scene.scene import Scene


def scene_of(*texts: str) -> Scene:
    scene = Scene("A scene")
    for text in texts:
        scene.add("writer", text)
    return scene


def test_a_part_over_two_passages_is_kept_and_given_up() -> None:
    scene = scene_of("One.\n\nTwo", " and.\n\nThree.\n")
    assert toggle(scene, 6, 14)
    (kept,) = kept_in(scene)
    assert kept.text(scene) == "Two and."
    assert list(visible_spans(scene).values()) == [(6, 14)]
    assert not toggle(scene, 8, 9)
    assert kept_in(scene) == []
    assert not toggle(scene, 4, 4)


def test_a_part_in_another_take_stays_kept() -> None:
    scene = scene_of("One.\n", "Two.\n")
    toggle(scene, 5, 9)
    scene.undo()
    (kept,) = kept_in(scene)
    assert kept.text(scene) == "Two."
    assert not kept.is_visible(scene)
    assert visible_spans(scene) == {}


def test_parts_stay_kept_where_the_text_before_them_is_edited() -> None:
    scene = scene_of("One.\n", "Two.\n", "Three.\n")
    toggle(scene, 5, 9)
    carry(scene, substitute(scene, [(0, 3, "A longer one")]))
    assert [scene.text[begin:end] for begin, end in visible_spans(scene).values()] == ["Two."]
    scene.undo()
    assert [scene.text[begin:end] for begin, end in visible_spans(scene).values()] == ["Two."]


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        "x",
        [1],
        [[1]],
        [[[1, 0]]],
        [[[9, 0, 1]]],
        [[[1, 2, 1]]],
        [[[1, 0, 99]]],
        [[]],
        [{}],
    ],
)
def test_values_that_are_no_parts_are_left_out(value: object) -> None:
    scene = scene_of("One.\n")
    scene.set("kept", value)
    assert kept_in(scene) == []
    scene.set("kept", [*(value if isinstance(value, list) else []), [[1, 0, 3]]])
    assert [kept.text(scene) for kept in kept_in(scene)] == ["One"]


def test_a_scene_made_to_be_slow_keeps_a_limited_number_of_pieces() -> None:
    scene = Scene("Slow")
    scene.add("writer", "Hark!\n")
    scene.set(PROPERTY, [[[1, 0, 4]], [[1, 0, 4]] * 100_000, [[1, 1, 3]]])
    assert [kept.text(scene) for kept in kept_in(scene)] == ["Hark"]
