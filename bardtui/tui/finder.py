"""Reading the scenes for their list: how much each holds, and where what is sought stands in it."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from bardtui.scene.library import SceneInfo
from bardtui.scene.scene import SceneError
from bardtui.scene.scene_search import Contents, Counts, Hit, Sought

_EVERY = 0.05  # seconds between what is told


@dataclass(frozen=True)
class Looked:
    """What was found in a scene, or why it cannot be read."""

    path: Path
    counts: Counts | None = None
    hit: Hit | None = None
    error: str | None = None


class Learnt(Message):
    """What was found in some of the scenes, and whether these were the last."""

    def __init__(self, sought: Sought, looked: Sequence[Looked], *, last: bool) -> None:
        super().__init__()
        self.sought = sought
        self.looked = looked
        self.last = last


def look_through(
    contents: Contents, scenes: Iterable[SceneInfo], sought: Sought
) -> Iterator[Learnt]:
    """Read the scenes in their order, and tell what was found as it goes. For a thread."""
    looked: list[Looked] = []
    told = time.monotonic()
    for scene in scenes:
        if scene.broken is None:
            looked.append(_look(contents, scene, sought))
        if time.monotonic() - told >= _EVERY:
            yield Learnt(sought, looked, last=False)
            looked, told = [], time.monotonic()
    yield Learnt(sought, looked, last=True)


def _look(contents: Contents, scene: SceneInfo, sought: Sought) -> Looked:
    try:
        counts = contents.counts(scene.path)
        # A scene whose title says why it is listed needs no other reason.
        in_text = sought and not sought.find(scene.title)
        hit = contents.find(scene.path, sought) if in_text else None
    except SceneError as error:
        return Looked(scene.path, error=str(error))
    return Looked(scene.path, counts, hit)


def typed_file(typed: str) -> Path | None:
    """The file whose path was typed, where it is one; a name alone is none."""
    if os.sep not in typed and not typed.startswith("~"):
        return None
    try:
        path = Path(typed.strip()).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # too long a name, or a home that cannot be told
        return None
