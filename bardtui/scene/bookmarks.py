"""Bookmarks: names that the writer gives to passages, in whatever take they are.

They are a property of the scene: a list of [passage, name]. A name stands for one passage, and for
the passages that took its place when its text was changed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bardtui.scene.scene import Scene

PROPERTY = "bookmarks"
MAX_BOOKMARKS = 500  # of a scene; older ones are forgotten
LONGEST_NAME = 60  # characters


class Bookmark(NamedTuple):
    """A named passage."""

    name: str
    passage: int


def names_in(scene: Scene) -> dict[int, str]:
    """Return the names of passages, oldest first.

    The file of a scene may hold anything: values that are no bookmarks are left out.
    """
    value = scene.properties.get(PROPERTY)
    names = dict[int, str]()
    for entry in value[-MAX_BOOKMARKS:] if isinstance(value, list) else ():
        match entry:
            case [int(passage), str(name)] if passage in scene.passages and name.strip():
                names[passage] = " ".join(name.split())[:LONGEST_NAME]
    return names


def bookmarks(scene: Scene) -> list[Bookmark]:
    """Return each name once, with the passage that shows or else the newest."""
    names = names_in(scene)
    shown = {passage.id for passage, _ in scene.path()} if names else set()
    found = dict[str, int]()
    for passage, name in names.items():
        if found.get(name) not in shown or passage in shown:
            found[name] = passage
    return [Bookmark(name, passage) for name, passage in found.items()]


def name_passage(scene: Scene, passage: int, name: str) -> None:
    """Give a passage a name, which no other has then; an empty one takes its name away."""
    old, name = names_in(scene), " ".join(name.split())[:LONGEST_NAME]
    names = {each: other for each, other in old.items() if other != name}
    # A passage and those in its place have one name.
    same = {each for each, other in names.items() if other == old.get(passage)}
    names |= dict.fromkeys({*same, passage}, name)
    _keep(scene, {each: other for each, other in names.items() if other})


def carry(scene: Scene, copies: Mapping[int, int]) -> None:
    """Give new passages the names of those in whose place they are."""
    names = names_in(scene)
    if new := {copies[passage]: name for passage, name in names.items() if passage in copies}:
        _keep(scene, {**names, **new})


def _keep(scene: Scene, names: Mapping[int, str]) -> None:
    scene.set(PROPERTY, [[passage, name] for passage, name in names.items()][-MAX_BOOKMARKS:])
