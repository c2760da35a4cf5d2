"""How sure a model was along a scene, kept in the scene."""

import math
from typing import Any

import pytest

from bardtui.scene.certainty import PARTS, PROPERTY, entropy_in, keep_entropy
from bardtui.scene.scene import Scene


def with_text(text: str = "The lamp is low.") -> Scene:
    scene = Scene()
    scene.add("writer", text)
    return scene


def test_it_is_known_until_the_text_changes() -> None:
    scene = with_text()
    assert entropy_in(scene) == []
    keep_entropy(scene, [0.5, math.nan])
    first, second = entropy_in(scene)
    assert first == 0.5
    assert math.isnan(second)
    scene.add("writer", " Go on.")
    assert entropy_in(scene) == []
    scene.undo()
    assert entropy_in(scene)[0] == 0.5


def test_what_is_kept_already_is_not_written_again() -> None:
    scene, events = with_text(), list[Any]()
    scene.on_event = events.append
    keep_entropy(scene, [0.123456])
    keep_entropy(scene, [0.1234])
    assert len(events) == 1


@pytest.mark.parametrize(
    "nats", [None, 1, "1", [-1], [True], ["1"], [[1]], [1e999], [10**400], [1] * (PARTS + 1)]
)
def test_a_file_may_hold_anything(nats: object) -> None:
    scene = with_text()
    scene.properties[PROPERTY] = {"characters": scene.length, "nats": nats}
    assert entropy_in(scene) == []
    scene.properties[PROPERTY] = nats
    assert entropy_in(scene) == []
