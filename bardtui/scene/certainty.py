"""How sure a model was along a scene, kept with the scene.

It is a property of the scene: how long the visible text was, and the mean entropy of each part of
it in nats, None where it is not known.
"""

import math
from collections.abc import Sequence

from bardtui.scene.scene import Scene

PROPERTY = "entropy"
PARTS = 8  # of the visible text
_MOST = 100  # nats, more than any vocabulary allows


def entropy_in(scene: Scene) -> list[float]:
    """Return the kept entropy of each part of the visible text, NaN where it is not known.

    The list is empty if nothing is known of the text that shows now. The file of a scene may hold
    anything: values that are no such list are left out.
    """
    match scene.properties.get(PROPERTY):
        case {"characters": length, "nats": [*values]} if length == scene.length:
            known = all(value is None or _is_entropy(value) for value in values)
            if known and len(values) <= PARTS:
                return [math.nan if value is None else float(value) for value in values]
    return []


def keep_entropy(scene: Scene, entropy: Sequence[float]) -> None:
    """Keep the entropy of each part of the visible text, unless it is kept already."""
    nats = [None if math.isnan(value) else round(value, 2) for value in entropy]
    value = {"characters": scene.length, "nats": nats}
    if scene.properties.get(PROPERTY) != value:
        scene.set(PROPERTY, value)


def _is_entropy(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= _MOST  # type: ignore[operator]
