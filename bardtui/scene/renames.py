"""Characters that the writer has renamed: the cast follows when undo restores the text.

They are a property of the scene: a list of [passage, old name, new name]. The passage is the first
one with the new name. Where it does not show, the character has the old name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bardtui.scene.cast import Cast
from bardtui.scene.scene import Scene, SceneError

PROPERTY = "renames"
MAX_RENAMES = 200  # of a scene; older ones are forgotten


class Rename(NamedTuple):
    """A character's old and new name, and the first passage with the new one."""

    passage: int
    old: str
    new: str


def note(scene: Scene, rename: Rename) -> None:
    """Keep in mind that a character was renamed."""
    kept = [*_renames_in(scene), rename][-MAX_RENAMES:]
    scene.set(PROPERTY, [[each.passage, each.old, each.new] for each in kept])


def carry(scene: Scene, renames: Sequence[Rename], copies: Mapping[int, int]) -> None:
    """Note the renames that were in force for the new passages too, after a change of the text.

    `copies` has the new passage for each old one, but for those that were left out.
    """
    shown = {passage.id for passage, _ in scene.path()}
    for rename in renames:
        if copies and rename.passage not in shown:
            note(scene, rename._replace(passage=copies.get(rename.passage, min(copies.values()))))


def in_force(scene: Scene) -> list[Rename]:
    """Return the renames whose text shows, oldest first."""
    renames = _renames_in(scene)
    shown = {passage.id for passage, _ in scene.path()} if renames else set()
    return [rename for rename in renames if rename.passage in shown]


def followed(cast: Cast, before: Sequence[Rename], now: Sequence[Rename]) -> Cast:
    """Return the cast with the names that its roles have now, after other renames were in force.

    A role stays as it is where its other name is taken, or cannot be a role's.
    """
    taken_back = [(each.new, each.old) for each in reversed(before) if each not in now]
    made = [(each.old, each.new) for each in now if each not in before]
    for name, other in (*taken_back, *made):
        names = [role.name for role in cast.roles]
        if name in names and other not in names:
            try:
                cast = cast.with_role(replace(cast[name], name=other), instead_of=name)
            except SceneError:  # the file of a scene may hold any name
                continue
    return cast


def _renames_in(scene: Scene) -> list[Rename]:
    value = scene.properties.get(PROPERTY)
    found = []
    for entry in value[-MAX_RENAMES:] if isinstance(value, list) else ():
        match entry:
            case [int(passage), str(old), str(new)]:
                found.append(Rename(passage, old, new))
    return found
