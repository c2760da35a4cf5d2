"""A scene: a tree of passages, read as one text from its root to the head.

Nothing that was written is ever destroyed. Going back, trying again, editing and branching all
move the head and add passages; undo moves the head too. Every change is an *event*, a plain dict
of JSON values, and goes through `Scene.apply`: a scene being written and a journal being read run
the same code. The events, one for each line of a journal:

    {"type": "passage", "id": 2, "parent": 1, "author": "model", ...}  a new passage; the head
    {"type": "text", "id": 2, "text": "Once more"}                     a passage grows
    {"type": "end", "id": 2, "reason": "length"}                       a passage is finished
    {"type": "head", "id": 1, "at": 7}                                 the text ends elsewhere
    {"type": "set", "name": "title", "value": "Act I"}                 a property of the scene

A passage event may hold its whole text and reason, as a writer's always does: one line of the
journal, there or not there. Scenes are for one thread.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Author = Literal["writer", "model"]
Event = Mapping[str, Any]
Scalar = str | int | float | bool | None

SENT = "sent"  # why a writer's passage ended: the seed line was sent ...
OPENED = "opened"  # ... or the text came from a file

_TOO_LARGE = 2**64  # a random seed may use 64 bits; ids and offsets need far less
_LARGEST_GAP = 1_000_000  # between ids, which count up by one unless passages were lost to damage


class SceneError(Exception):
    """What was asked of a scene, or read from its file, cannot be done. Its text is one line."""


@dataclass(slots=True, eq=False)
class Passage:
    """A run of text by one author.

    `parent` is the passage it follows (None: it opens the scene) and `at` how many of the parent's
    characters it follows (None: all of them). `model`, `fingerprint`, `settings` and `random_seed`
    say how to write it again; `reason` why it ended, None while it may still grow.
    """

    id: int
    parent: int | None
    author: Author
    at: int | None = None
    model: str | None = None
    fingerprint: str | None = None
    settings: dict[str, Scalar] = field(default_factory=dict)
    random_seed: int | None = None
    reason: str | None = None
    length: int = field(default=0, init=False)
    _chunks: list[str] = field(default_factory=list, init=False, repr=False)

    @property
    def text(self) -> str:
        """All its text. Joined when asked for, so that growing costs only what is added."""
        if len(self._chunks) > 1:
            self._chunks = ["".join(self._chunks)]
        return self._chunks[0] if self._chunks else ""

    def event(self) -> dict[str, Any]:
        """The event that makes this passage, whole; what is None or empty is left out."""
        event = {
            "type": "passage",
            "id": self.id,
            "parent": self.parent,
            "at": self.at,
            "author": self.author,
            "model": self.model,
            "fingerprint": self.fingerprint,
            "settings": self.settings or None,
            "random_seed": self.random_seed,
            "text": self.text or None,
            "reason": self.reason,
        }
        return {name: value for name, value in event.items() if value is not None}

    def _grow(self, text: str) -> None:
        if text:
            self._chunks.append(text)
            self.length += len(text)


class Scene:
    """The passages, the head, and the way back and forward.

    The visible text runs from a root to the first `head_at` characters of the passage `head`
    (None: to its end, also while it grows). `head` None is the beginning, before any text.
    `on_event` is told of every change after it is made. If it raises, the change stands all the
    same, so an `on_event` that can fail keeps the event (as a journal does).
    """

    def __init__(self, title: str = "", created: str | None = None) -> None:
        self.created = created or datetime.now(UTC).isoformat(timespec="seconds")
        self.properties: dict[str, Any] = {"title": _canonical(title)}
        self.passages: dict[int, Passage] = {}
        self.head: int | None = None
        self.head_at: int | None = None
        self.on_event: Callable[[Event], None] | None = None
        self._children: dict[int | None, list[int]] = {}
        self._redo: list[tuple[int | None, int | None]] = []
        self._last_id = 0

    # -- reading ---------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The scene's name as the writer gave it."""
        return str(self.properties["title"])

    def path(self) -> list[tuple[Passage, int]]:
        """The passages of the visible text in order, each with how many characters of it show."""
        path = []
        passage_id, at = self.head, self.head_at
        while passage_id is not None:
            passage = self.passages[passage_id]
            path.append((passage, self._offset(passage_id, at)))
            passage_id, at = passage.parent, passage.at
        return path[::-1]

    @property
    def text(self) -> str:
        """The visible text."""
        return "".join(passage.text[:shown] for passage, shown in self.path())

    @property
    def length(self) -> int:
        """Characters of the visible text, without building it."""
        return sum(shown for _, shown in self.path())

    def children(self, passage_id: int | None) -> list[Passage]:
        """What follows a passage (None: what opens the scene), in the order it was written."""
        return [self.passages[child] for child in self._children.get(passage_id, ())]

    def takes(self, passage_id: int) -> list[Passage]:
        """Every passage written from the same point as this one, itself included, in order."""
        passage = self._passage(passage_id)
        at = self._offset(passage.parent, passage.at)
        return [
            take
            for take in self.children(passage.parent)
            if self._offset(take.parent, take.at) == at
        ]

    def events(self) -> Iterator[dict[str, Any]]:
        """The shortest list of events that makes this scene again, but for redo and the title."""
        for name, value in self.properties.items():
            if name != "title":
                yield {"type": "set", "name": name, "value": value}
        for passage in self.passages.values():
            yield passage.event()
        if self.passages:
            yield {"type": "head", "id": self.head, "at": self.head_at}

    # -- changing --------------------------------------------------------------------------------

    def add(
        self,
        author: Author,
        text: str = "",
        *,
        model: str | None = None,
        fingerprint: str | None = None,
        settings: Mapping[str, Scalar] | None = None,
        random_seed: int | None = None,
        reason: str | None = None,
    ) -> Passage:
        """Add a passage at the end of the visible text; it becomes the head.

        A writer's passage is complete (its reason is "sent" unless one is given); a model's stays
        open, to `extend`, until `end`.
        """
        at = self.head_at
        if self.head is not None and at is None and self.passages[self.head].reason is None:
            # It might still grow (its end was lost, or is on its way): what follows it must not
            # come to follow something else.
            at = self.passages[self.head].length
        passage = Passage(
            id=self._last_id + 1,
            parent=self.head,
            author=author,
            at=at,
            model=model,
            fingerprint=fingerprint,
            settings=dict(settings or {}),
            random_seed=random_seed,
            reason=SENT if author == "writer" and reason is None else reason,
        )
        passage._grow(text)
        self._do(passage.event())
        return self.passages[passage.id]

    def extend(self, passage_id: int, text: str) -> None:
        """Let an open passage grow, wherever the head is. Amortised O(len(text))."""
        self._do({"type": "text", "id": passage_id, "text": text})

    def end(self, passage_id: int, reason: str) -> None:
        """Finish an open passage and say why: "length", "stopped", ..."""
        self._do({"type": "end", "id": passage_id, "reason": reason})

    def set(self, name: str, value: Any) -> None:
        """Give the scene a property: any JSON value under any name; "title" is the one shown."""
        self._do({"type": "set", "name": name, "value": value})

    def move_head(self, passage_id: int | None, at: int | None = None) -> None:
        """Let the visible text end after `at` characters of a passage (None: after all of it).

        To end after none of them is to end where the passage itself began; there, with
        `move_head(passage.parent, passage.at)`, another take of it is written.
        """
        if passage_id is None:
            at = None
        elif at is not None:
            passage = self._passage(passage_id)
            if at <= 0:
                self.move_head(passage.parent, passage.at)
                return
            at = min(at, passage.length)
            if at == passage.length and passage.reason is not None:
                at = None
        if (passage_id, at) != (self.head, self.head_at):
            self._do({"type": "head", "id": passage_id, "at": at})

    def undo(self) -> bool:
        """Take back the last exchange: what a model wrote and the seed line it answered.

        Text opened from a file is no seed line and stays. Returns whether there was anything.
        """
        if self.head is None:
            return False
        last = self.passages[self.head]
        back = last.parent, last.at
        if last.author == "model" and last.parent is not None and last.at is None:
            before = self.passages[last.parent]
            if before.author == "writer" and before.reason != OPENED:
                back = before.parent, before.at
        self.move_head(*back)
        return True

    def redo(self) -> bool:
        """Go forward again to where the last undo, or jump back, left. Returns whether it could."""
        if not self._redo:
            return False
        passage_id, at = self._redo[-1]
        self._do({"type": "head", "id": passage_id, "at": at})
        return True

    # -- events ----------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Make one change and tell `on_event`. Raises SceneError, with nothing changed, if the
        event is not one, or speaks of a passage that is not there."""
        match event.get("type"):
            case "passage":
                self._apply_passage(event)
            case "text":
                self._open_passage(event)._grow(_string(event, "text"))
            case "end":
                reason = _string(event, "reason")
                self._open_passage(event).reason = reason
            case "head":
                self._apply_head(_integer(event, "id"), _integer(event, "at"))
            case "set":
                name, value = _string(event, "name"), _canonical(event.get("value"))
                if name == "title" and not isinstance(value, str):
                    raise SceneError("a scene's title is a text")
                self.properties[name] = value
            case _:
                raise SceneError("an event of an unknown type")
        if self.on_event is not None:
            self.on_event(event)

    def _do(self, event: dict[str, Any]) -> None:
        self.apply(_canonical(event))

    def _apply_passage(self, event: Event) -> None:
        passage_id, parent = _integer(event, "id"), _integer(event, "parent")
        author, settings = event.get("author"), event.get("settings", {})
        if passage_id is None or passage_id in self.passages:
            raise SceneError("a passage without an id of its own")
        if passage_id > self._last_id + _LARGEST_GAP:
            raise SceneError("a passage with an id that is out of all order")
        if parent is not None:
            self._passage(parent)
        if author not in ("writer", "model"):
            raise SceneError("a passage by nobody known")
        if not isinstance(settings, dict) or not all(map(_is_scalar, settings.values())):
            raise SceneError("settings that are not plain values")
        passage = Passage(
            id=passage_id,
            parent=parent,
            author=author,
            at=_integer(event, "at"),
            model=_optional_string(event, "model"),
            fingerprint=_optional_string(event, "fingerprint"),
            settings=settings,
            random_seed=_integer(event, "random_seed"),
            reason=_optional_string(event, "reason"),
        )
        passage._grow(_optional_string(event, "text") or "")
        self.passages[passage_id] = passage
        self._children.setdefault(parent, []).append(passage_id)
        self._last_id = max(self._last_id, passage_id)
        self.head, self.head_at = passage_id, None
        self._redo.clear()

    def _apply_head(self, passage_id: int | None, at: int | None) -> None:
        if passage_id is not None:
            self._passage(passage_id)
        target = passage_id, at
        if self._redo and target == self._redo[-1]:
            self._redo.pop()
        elif self._lies_behind(passage_id, at):
            self._redo.append((self.head, self.head_at))
        else:
            self._redo.clear()
        self.head, self.head_at = target

    def _lies_behind(self, passage_id: int | None, at: int | None) -> bool:
        """Whether a point lies in the visible text, before its end."""
        here, here_at = self.head, self.head_at
        while here is not None and here != passage_id:
            passage = self._passage(here)
            here, here_at = passage.parent, passage.at
        if here is None:
            return passage_id is None and self.head is not None
        point, limit = self._offset(here, at), self._offset(here, here_at)
        return point < limit if here == self.head else point <= limit

    def _offset(self, passage_id: int | None, at: int | None) -> int:
        """`at` in figures; no more than there is, for a damaged file may have lost some of it."""
        if passage_id is None:
            return 0
        length = self.passages[passage_id].length
        return length if at is None else min(at, length)

    def _passage(self, passage_id: int) -> Passage:
        try:
            return self.passages[passage_id]
        except KeyError:
            raise SceneError(f"there is no passage {passage_id}") from None

    def _open_passage(self, event: Event) -> Passage:
        passage_id = _integer(event, "id")
        if passage_id is None:
            raise SceneError("an event about no passage")
        passage = self._passage(passage_id)
        if passage.reason is not None:
            raise SceneError(f"passage {passage_id} is finished")
        return passage


def _canonical(value: Any) -> Any:
    """`value` as it will be read back from JSON: a copy, of plain types, UTF-16 pairs joined."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise SceneError(f"what JSON cannot hold has no place in a scene: {error}") from error


def _integer(event: Event, name: str) -> int | None:
    value = event.get(name)
    if value is None or (type(value) is int and 0 <= value < _TOO_LARGE):
        return value
    raise SceneError(f"{name} is not a whole number")


def _string(event: Event, name: str) -> str:
    value = event.get(name)
    if isinstance(value, str):
        return value
    raise SceneError(f"{name} is not a text")


def _optional_string(event: Event, name: str) -> str | None:
    return None if event.get(name) is None else _string(event, name)


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
