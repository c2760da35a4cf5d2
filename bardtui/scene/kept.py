"""Passages that the writer keeps: marked parts of a scene, in whatever take they are.

They are a property of the scene: a list of parts. Each is a list of [passage, start, end], since a
part may extend over several passages.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bardtui.scene.scene import Scene

PROPERTY = "kept"
MAX_KEPT = 1_000  # parts of a scene
_MAX_PIECES = 100_000  # of all parts

Piece = tuple[int, int, int]  # passage, start and end in its text


class Kept(NamedTuple):
    """A marked part of a scene."""

    pieces: tuple[Piece, ...]

    def text(self, scene: Scene) -> str:
        """Return the marked text, without empty lines around it."""
        return "".join(
            scene.passages[passage].text[begin:end] for passage, begin, end in self.pieces
        ).strip("\n")

    def is_visible(self, scene: Scene) -> bool:
        """Return whether all of it is in the visible text."""
        return self._span(_shown(scene)) is not None

    def _span(self, shown: Mapping[int, tuple[int, int]]) -> tuple[int, int] | None:
        if any(end > shown.get(passage, (0, -1))[1] for passage, _, end in self.pieces):
            return None
        (first, start, _), (last, _, end) = self.pieces[0], self.pieces[-1]
        return shown[first][0] + start, shown[last][0] + end


def kept_in(scene: Scene) -> list[Kept]:
    """Return the marked parts of a scene, in the order in which they were marked.

    The file of a scene may hold anything: values that are no parts of it are left out.
    """
    value = scene.properties.get(PROPERTY)
    found, pieces = list[Kept](), 0
    for entry in value[:MAX_KEPT] if isinstance(value, list) else ():
        pieces += len(entry) if isinstance(entry, list) else 0
        if pieces > _MAX_PIECES:  # this is read whenever something has changed
            break
        if (kept := _read(scene, entry)) is not None:
            found.append(kept)
    return found


def visible_spans(scene: Scene) -> dict[Kept, tuple[int, int]]:
    """Return the marked parts that show, with their start and end in the visible text."""
    kept = kept_in(scene)
    shown = _shown(scene) if kept else {}
    return {each: span for each in kept if (span := each._span(shown))}


def carry(scene: Scene, copies: Mapping[int, int]) -> None:
    """Mark what is marked in the new passages too; `copies` has the new passage for each old one.

    Where the marked text changed, it is marked in the old passages alone.
    """
    kept = kept_in(scene)
    moved = [
        (each, Kept(tuple((copies[passage], begin, end) for passage, begin, end in each.pieces)))
        for each in kept
        if all(passage in copies for passage, _, _ in each.pieces)
    ]
    new = [copy for each, copy in moved if copy.text(scene) == each.text(scene)]
    if new:
        keep(scene, [*kept, *new][-MAX_KEPT:])


def toggle(scene: Scene, begin: int, end: int) -> bool:
    """Mark a part of the visible text, or unmark what is marked in it; return whether it is marked.

    With MAX_KEPT parts, the oldest one is unmarked.
    """
    kept = kept_in(scene)
    spans = visible_spans(scene).items()
    inside = {each for each, (first, last) in spans if first < end and last > begin}
    pieces = () if inside else tuple(_pieces(scene, begin, end))
    if pieces:
        kept.append(Kept(pieces))
    keep(scene, [each for each in kept if each not in inside][-MAX_KEPT:])
    return bool(pieces)


def keep(scene: Scene, kept: list[Kept]) -> None:
    """Save the marked parts of a scene."""
    scene.set(PROPERTY, [[list(piece) for piece in each.pieces] for each in kept])


def _shown(scene: Scene) -> dict[int, tuple[int, int]]:
    """Where each visible passage begins in the visible text, and how much of it shows."""
    shown, at = dict[int, tuple[int, int]](), 0
    for passage, length in scene.path():
        shown[passage.id] = at, length
        at += length
    return shown


def _pieces(scene: Scene, begin: int, end: int) -> Iterator[Piece]:
    at = 0
    for passage, length in scene.path():
        first, last = max(begin - at, 0), min(end - at, length)
        if first < last:
            yield passage.id, first, last
        at += length


def _read(scene: Scene, entry: Any) -> Kept | None:
    pieces = list[Piece]()
    for piece in entry if isinstance(entry, list) else ():
        match piece:
            case [int(passage), int(begin), int(end)] if passage in scene.passages:
                if not 0 <= begin < end <= scene.passages[passage].length:
                    return None
                pieces.append((passage, begin, end))
            case _:
                return None
    return Kept(tuple(pieces)) if pieces else None
