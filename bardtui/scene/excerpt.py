"""Excerpts of scenes, for previews: where a scene ends, what is around text that was found, or
around a passage."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from bardtui.scene.certainty import entropy_in
from bardtui.scene.find import Span, occurrences
from bardtui.scene.journal_reader import display_name, read_scene
from bardtui.scene.passage import Author, Passage
from bardtui.scene.scene import Position, Scene, SceneError
from bardtui.scene.scene_search import Match

MAX_FILE = 1 << 22  # bytes; a preview does not read larger scenes
LONGEST = 20_000  # characters of an excerpt
NEARBY = 8_000  # characters around a passage

Runs = Sequence[tuple[Author, str]]
"""A text in parts, each with its author."""


@dataclass(frozen=True)
class Excerpt:
    """A part of a scene's text; `found` is where the text that was searched for stands in it.

    `entropy` says how sure a model was along the whole visible text, as `entropy_in` has it.
    """

    runs: Runs
    found: Span | None = None
    entropy: Sequence[float] = ()


def read_excerpt(path: Path, match: Match | None = None) -> Excerpt:
    """Return the end of a scene's visible text, or what is around `match`, wherever that is.

    Raises SceneError if the scene cannot be read, or is larger than MAX_FILE.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SceneError(
            f"{display_name(path)} cannot be read: {error.strerror or error}"
        ) from error
    if size > MAX_FILE:
        raise SceneError("too long for a preview")
    scene, _ = read_scene(path)
    if match is None:
        return Excerpt(part(runs_to(scene), end=None), entropy=entropy_in(scene))
    to = (match.passage, None) if match.passage in scene.passages else None
    runs = runs_to(scene, to)
    text = "".join(text for _, text in runs)
    # A passage that does not show is the last one here.
    hits = occurrences(text, match.found)
    if not hits:
        return Excerpt(part(runs, end=None))
    begin, end = hits[-1 if to else 0]
    first = max(0, begin - LONGEST // 2)
    return Excerpt(part(runs, first, first + LONGEST), (begin - first, end - first))


def around(scene: Scene, passage: Passage, end: Passage) -> Excerpt:
    """Return what is around a passage in the text that goes on to the end of another one.

    `found` is where the passage itself is.
    """
    path = scene.path((end.id, None))
    starts = [0, *accumulate(length for _, length in path)]
    place = [each.id for each, _ in path].index(passage.id)
    begin = max(0, starts[place] - NEARBY // 2)
    near = [n for n in range(len(path)) if starts[n + 1] > begin and starts[n] < begin + NEARBY]
    runs = [run for n in near for run in path[n][0].by_author(path[n][1])]
    first = begin - starts[near[0]] if near else 0
    found = starts[place] - begin, starts[place + 1] - begin
    return Excerpt(part(runs, first, first + NEARBY), found)


def runs_to(scene: Scene, to: Position | None = None) -> Runs:
    """Return a scene's visible text, or the text that ends at another position."""
    return [run for passage, length in scene.path(to) for run in passage.by_author(length)]


def part(runs: Runs, begin: int = 0, end: int | None = None) -> Runs:
    """Return the characters from `begin` to `end` of a text; without an `end`, the last ones.

    There are at most LONGEST.
    """
    if end is None:
        end = sum(len(text) for _, text in runs)
        begin = max(begin, end - LONGEST)
    found, at = list[tuple[Author, str]](), 0
    for author, text in runs:
        if kept := text[max(0, begin - at) : max(0, min(end, begin + LONGEST) - at)]:
            found.append((author, kept))
        at += len(text)
    return found
