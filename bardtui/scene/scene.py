"""A scene: a tree of passages, read as one text from its root to the head.

Nothing that was written is ever destroyed. Going back, trying again, editing and branching all
move the head and add passages; undo moves the head too. Every change is an *event*, a plain dict
of JSON values, and goes through `Scene.apply`: a scene being written and a journal being read run
the same code. The events, one for each line of a journal:

    {"type": "passage", "id": 2, "parent": 1, "author": "model", ...}  a new passage; the head
    {"type": "text", "id": 2, "text": "Once more"}                     a passage grows
    {"type": "end", "id": 2, "reason": "length"}                       a passage is finished
    {"type": "head", "id": 1, "at": 7}                                 the text ends elsewhere
    {"type": "head", "id": 9, "jump": true}                            ... and undo comes back:
    {"type": "head", "id": 1, "at": 7, "back": true}                   so
    {"type": "set", "name": "title", "value": "Act I"}                 a property of the scene

A passage event may hold its whole text and reason, as a writer's always does: one line of the
journal, there or not there. Scenes are for one thread.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bardtui.scene.ancestry import Ancestry
from bardtui.scene.events import Event as Event
from bardtui.scene.events import Scalar as Scalar
from bardtui.scene.events import SceneError as SceneError
from bardtui.scene.events import canonical, integer, string
from bardtui.scene.passage import Author as Author
from bardtui.scene.passage import Passage as Passage
from bardtui.scene.passage import Spans

Point = tuple[int | None, int | None]
"""A passage's id (None: before any), and after how many of its characters (None: all of them)."""

SENT = "sent"  # why a writer's passage ended: the seed line was sent ...
OPENED = "opened"  # ... or the text came from a file ...
EDITED = "edited"  # ... or it is another passage's text, edited

_LARGEST_GAP = 1_000_000  # between ids, which count up by one unless passages were lost to damage


class Scene:
    """The passages, the head, and the way back and forward.

    The visible text runs from a root to the first `head_at` characters of the passage `head`
    (None: to its end, also while it grows). `head` None is the beginning, before any text.
    `on_event` is told of every change after it is made. If it raises, the change stands all the
    same, so an `on_event` that can fail keeps the event (as a journal does).
    """

    def __init__(self, title: str = "", created: str | None = None) -> None:
        self.created = created or datetime.now(UTC).isoformat(timespec="seconds")
        self.properties: dict[str, Any] = {"title": canonical(title)}
        self.passages: dict[int, Passage] = {}
        self.head: int | None = None
        self.head_at: int | None = None
        self.on_event: Callable[[Event], None] | None = None
        self._children: dict[int | None, list[int]] = {}
        self._ancestry = Ancestry()
        self._came_from: dict[Point, list[Point]] = {}  # where jumps led, and from where each time
        self._redo: list[tuple[Point, bool]] = []  # where undo left, and whether by a jump
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

    @property
    def is_cut(self) -> bool:
        """Whether the visible text ends in the midst of a row of a passage."""
        if self.head is None or self.head_at is None:
            return False
        return self.passages[self.head].text[self.head_at : self.head_at + 1] not in ("", "\n")

    def passage_at(self, offset: int) -> tuple[Passage, int, int] | None:
        """The passage that the visible text's character at `offset` belongs to, and the offsets
        between which it shows; beyond the end the last passage, None if there is no text."""
        found, begin = None, 0
        for passage, shown in self.path():
            if shown:
                found = passage, begin, begin + shown
            begin += shown
            if offset < begin:
                break
        return found

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
        """A list of events that makes this scene again, undo and redo too, but for the title."""
        for name, value in self.properties.items():
            if name != "title":
                yield {"type": "set", "name": name, "value": value}
        for passage in self.passages.values():
            yield passage.event()
        if self.passages:
            yield from self._way_here()

    def _way_here(self) -> Iterator[dict[str, Any]]:
        """Moves of the head that end where it is, with the same jumps to take back, and the same
        points to go forward to, each behind the one before."""

        def head(point: Point, **how: Any) -> dict[str, Any]:
            return {"type": "head", "id": point[0], "at": point[1], **how}

        trail = [*(point for point, _ in self._redo), (self.head, self.head_at)]
        steps = [(left, to, jump) for (left, jump), to in zip(self._redo, trail[1:], strict=True)]
        jumps = [(origin, to) for to, origins in self._came_from.items() for origin in origins]
        for origin, target in [*jumps, *((to, left) for left, to, jump in steps if jump)]:
            yield head(origin)
            yield head(target, jump=True)
        yield head((None, None))  # from where every way is a way ahead: there is nothing to redo
        yield head(trail[0])
        for _, to, jump in steps:
            yield head(to, back=True) if jump else head(to)

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
        kept: Spans = (),
        after: Point | None = None,
    ) -> Passage:
        """Add a passage `after` a point, else at the end of the visible text; it becomes the head.

        A writer's passage is complete (its reason is "sent" unless one is given); a model's stays
        open, to `extend`, until `end`.
        """
        parent, at = after or (self.head, self.head_at)
        if parent is not None and at is None and self._passage(parent).reason is None:
            # It might still grow (its end was lost, or is on its way): what follows it must not
            # come to follow something else.
            at = self.passages[parent].length
        passage = Passage(
            id=self._last_id + 1,
            parent=parent,
            author=author,
            at=at,
            model=model,
            fingerprint=fingerprint,
            settings=dict(settings or {}),
            random_seed=random_seed,
            reason=SENT if author == "writer" and reason is None else reason,
            kept=kept,
        )
        passage.grow(text)
        self._do(passage.event())
        return self.passages[passage.id]

    def extend(self, passage_id: int, text: str) -> None:
        """Let an open passage grow, wherever the head is. Amortised O(len(text))."""
        self._do({"type": "text", "id": passage_id, "text": text})

    def end(self, passage_id: int, reason: str) -> None:
        """Finish an open passage and say why: "length", "stopped", ..."""
        self._do({"type": "end", "id": passage_id, "reason": reason})

    def edit(self, passage_id: int, text: str) -> None:
        """Give a passage of the visible text other words; undo brings the old ones back.

        The edited text is another take of the passage, and the writer's but for what it keeps of a
        model's words, and with them that model's name. The passages after it follow the new take
        as copies, so that the visible text goes on as it was. Without a `text` they follow what
        stood before. Raises SceneError for a passage that does not show.
        """
        here, path = (self.head, self.head_at), self.path()
        while path and path[0][0].id != passage_id:
            del path[0]
        if not path:
            raise SceneError(f"passage {passage_id} is not in the visible text")
        old, old_shown = path.pop(0)
        point: Point = old.parent, old.at
        if text:
            reason = OPENED if old.reason == OPENED else EDITED
            kept = old.kept_in(text, old_shown)
            new = self.add("writer", text, model=old.model, reason=reason, kept=kept, after=point)
            point = new.id, None
        for passage, shown in path:
            copy = self.add(
                passage.author,
                passage.text[:shown],
                model=passage.model,
                fingerprint=passage.fingerprint,
                settings=passage.settings,
                random_seed=passage.random_seed,
                reason=passage.reason or "stopped",
                kept=passage.kept,
                after=point,
            )
            point = copy.id, None
        self.move_head(*here)
        self.move_head(*point, jump=True)

    def set(self, name: str, value: Any) -> None:
        """Give the scene a property: any JSON value under any name; "title" is the one shown."""
        self._do({"type": "set", "name": name, "value": value})

    def move_head(
        self, passage_id: int | None, at: int | None = None, *, jump: bool = False
    ) -> None:
        """Let the visible text end after `at` characters of a passage (None: after all of it).

        To end after none of them is to end where the passage itself began; there, with
        `move_head(passage.parent, passage.at)`, another take of it is written. From where a `jump`
        leads, undo comes back.
        """
        if passage_id is None:
            at = None
        elif at is not None:
            passage = self._passage(passage_id)
            if at <= 0:
                self.move_head(passage.parent, passage.at, jump=jump)
                return
            at = min(at, passage.length)
            if at == passage.length and passage.reason is not None:
                at = None
        if (passage_id, at) != (self.head, self.head_at):
            event = {"type": "head", "id": passage_id, "at": at}
            self._do(event | {"jump": True} if jump else event)

    def undo(self) -> bool:
        """Take back a jump, or else the last exchange: what a model wrote and the seed line it
        answered.

        Text opened from a file is no seed line and stays. Returns whether there was anything.
        """
        if origins := self._came_from.get((self.head, self.head_at)):
            passage_id, at = origins[-1]
            self._do({"type": "head", "id": passage_id, "at": at, "back": True})
            return True
        if self.head is None:
            return False
        last = self.passages[self.head]
        back = last.parent, last.at
        if last.is_take and last.parent is not None and last.at is None:
            before = self.passages[last.parent]
            jumped = self._came_from.get(back)  # the line that a jump led to was there before
            if before.author == "writer" and before.reason != OPENED and not jumped:
                back = before.parent, before.at
        self.move_head(*back)
        return True

    def redo(self) -> bool:
        """Go forward again to where the last undo, or jump back, left. Returns whether it could."""
        if not self._redo:
            return False
        (passage_id, at), jump = self._redo[-1]
        event = {"type": "head", "id": passage_id, "at": at}
        self._do(event | {"jump": True} if jump else event)
        return True

    # -- events ----------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Make one change and tell `on_event`. Raises SceneError, with nothing changed, if the
        event is not one, or speaks of a passage that is not there."""
        match event.get("type"):
            case "passage":
                self._apply_passage(event)
            case "text":
                self._open_passage(event).grow(string(event, "text"))
            case "end":
                reason = string(event, "reason")
                self._open_passage(event).reason = reason
            case "head":
                point = integer(event, "id"), integer(event, "at")
                self._apply_head(point, event.get("jump") is True, event.get("back") is True)
            case "set":
                name, value = string(event, "name"), canonical(event.get("value"))
                if name == "title" and not isinstance(value, str):
                    raise SceneError("a scene's title is a text")
                self.properties[name] = value
            case _:
                raise SceneError("an event of an unknown type")
        if self.on_event is not None:
            self.on_event(event)

    def _do(self, event: dict[str, Any]) -> None:
        self.apply(canonical(event))

    def _apply_passage(self, event: Event) -> None:
        passage = Passage.of(event)
        passage_id, parent = passage.id, passage.parent
        if passage_id in self.passages:
            raise SceneError("a passage without an id of its own")
        if passage_id > self._last_id + _LARGEST_GAP:
            raise SceneError("a passage with an id that is out of all order")
        if parent is not None:
            self._passage(parent)
        self.passages[passage_id] = passage
        self._children.setdefault(parent, []).append(passage_id)
        self._ancestry.add(passage_id, parent)
        self._last_id = max(self._last_id, passage_id)
        self.head, self.head_at = passage_id, None
        self._redo.clear()

    def _apply_head(self, target: Point, jump: bool, back: bool) -> None:
        if target[0] is not None:
            self._passage(target[0])
        here = self.head, self.head_at
        origins = self._came_from.get(here, [])
        if jump:
            self._came_from.setdefault(target, []).append(here)
        if back and origins and origins[-1] == target:
            origins.pop()
            self._redo.append((here, True))
        elif self._redo and self._redo[-1] == (target, jump):
            self._redo.pop()
        elif jump:
            self._redo.clear()
        elif self._lies_behind(*target):
            self._redo.append((here, False))
        else:
            self._redo.clear()
        self.head, self.head_at = target

    def _lies_behind(self, passage_id: int | None, at: int | None) -> bool:
        """Whether a point lies in the visible text, before its end. Quick at any depth."""
        if passage_id is None:
            return self.head is not None
        if passage_id == self.head:
            return self._offset(passage_id, at) < self._offset(passage_id, self.head_at)
        child = self._ancestry.step_towards(self.head, passage_id)
        if child is None:
            return False
        return self._offset(passage_id, at) <= self._offset(passage_id, self.passages[child].at)

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
        passage_id = integer(event, "id")
        if passage_id is None:
            raise SceneError("an event about no passage")
        passage = self._passage(passage_id)
        if passage.reason is not None:
            raise SceneError(f"passage {passage_id} is finished")
        return passage
