"""A scene: a tree of passages. The path from a root to the head is the visible text.

Nothing that was written is ever removed. Going back, retrying, editing and branching move the head
and add passages, and undo only moves the head. Every change is an *event*, a dict of JSON values,
and goes through `Scene.apply`, so writing a scene and reading its journal run the same code. A
journal has one event per line:

    {"type": "passage", "id": 2, "parent": 1, "author": "model", ...}  a new passage; the head
    {"type": "text", "id": 2, "text": "Once more"}                     a passage grows
    {"type": "end", "id": 2, "reason": "length"}                       a passage ends
    {"type": "head", "id": 1, "at": 7}                                 the head moves
    {"type": "head", "id": 9, "jump": true}                            ... in a jump: cut, edit, map
    {"type": "head", "id": 1, "at": 7, "back": true}                   ... and undo of the jump
    {"type": "set", "name": "title", "value": "Act I"}                 a property of the scene

A passage event may contain the whole text and the reason, as a writer's always does.

Scenes are not thread-safe.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bardtui.scene.history import History, move_event
from bardtui.scene.history import Position as Position
from bardtui.scene.passage import Author as Author
from bardtui.scene.passage import Event as Event
from bardtui.scene.passage import Passage as Passage
from bardtui.scene.passage import Scalar as Scalar
from bardtui.scene.passage import SceneError as SceneError
from bardtui.scene.passage import Spans, canonical, integer, string

SENT = "sent"  # reasons why a writer's passage ended: the writer sent the line,
OPENED = "opened"  # the text came from a file,
EDITED = "edited"  # or the writer edited another passage

_LARGEST_GAP = 1_000_000  # between ids; they count up by one, and damage may lose some passages


class Scene:
    """The tree of passages, the head, and the state of undo and redo.

    The visible text ends after `head_at` characters of the passage `head` (None: after all of it,
    also while it grows). If `head` is None there is no visible text.

    `on_event` is called after every change. If it raises, the change stands, so a handler that can
    fail must keep the event, as a journal does.
    """

    def __init__(self, title: str = "", created: str | None = None) -> None:
        self.created = created or datetime.now(UTC).isoformat(timespec="seconds")
        self.properties: dict[str, Any] = {"title": canonical(title)}
        self.passages: dict[int, Passage] = {}
        self.head: int | None = None
        self.head_at: int | None = None
        self.on_event: Callable[[Event], None] | None = None
        self._children: dict[int | None, list[int]] = {}
        self._moves = 0
        self._last_here: dict[int | None, int] = {}  # the last move to each passage, by number
        self._history = History()
        self._last_id = 0

    # -- reading ---------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The title that the writer gave."""
        return str(self.properties["title"])

    def path(self, to: Position | None = None) -> list[tuple[Passage, int]]:
        """Return the passages of the visible text, each with its number of visible characters; or
        those of the text that ends at another position."""
        path = []
        passage_id, at = to or (self.head, self.head_at)
        while passage_id is not None:
            passage = self.passages[passage_id]
            path.append((passage, self._offset(passage_id, at)))
            passage_id, at = passage.parent, passage.at
        return path[::-1]

    @property
    def text(self) -> str:
        """The visible text."""
        return "".join(passage.text[:length] for passage, length in self.path())

    @property
    def length(self) -> int:
        """The number of visible characters, without building the text."""
        return sum(length for _, length in self.path())

    @property
    def is_cut(self) -> bool:
        """Whether the visible text was cut in the middle of a line of a passage."""
        if self.head is None or self.head_at is None:
            return False
        return self.passages[self.head].text[self.head_at : self.head_at + 1] not in ("", "\n")

    def passage_at(self, offset: int) -> tuple[Passage, int, int] | None:
        """Return the passage of the visible character at `offset`, and the offsets where its
        visible part begins and ends. Beyond the end it is the last passage; None without text."""
        found, begin = None, 0
        for passage, length in self.path():
            if length:
                found = passage, begin, begin + length
            begin += length
            if offset < begin:
                break
        return found

    def children(self, passage_id: int | None) -> list[Passage]:
        """Return the passages that follow one (None: that open the scene), oldest first."""
        return [self.passages[child] for child in self._children.get(passage_id, ())]

    def takes(self, passage_id: int) -> list[Passage]:
        """Return all passages that begin where this one does, itself included, oldest first."""
        passage = self._passage(passage_id)
        at = self._offset(passage.parent, passage.at)
        return [
            take
            for take in self.children(passage.parent)
            if self._offset(take.parent, take.at) == at
        ]

    def first_of_reply(self, passage_id: int) -> Passage:
        """Return the first passage of the reply that a passage belongs to."""
        passage = self._passage(passage_id)
        while passage.reply is not None and passage.parent is not None:
            before = self.passages[passage.parent]
            if passage.reply not in (before.id, before.reply):
                break
            passage = before
        return passage

    def last_of_reply(self, passage_id: int) -> Passage:
        """Return the last passage of the reply that a passage belongs to."""
        passage = self._passage(passage_id)
        reply = passage.id if passage.reply is None else passage.reply
        while following := [p for p in self.children(passage.id) if p.reply == reply]:
            passage = following[-1]
        return passage

    def ways_on(self) -> dict[int | None, Passage]:
        """Return the next passage of the way that was shown last, for each passage that others
        follow (None: the beginning). One that never showed counts as shown when it was written."""
        return self._ways()[0]

    def _ways(self) -> tuple[dict[int | None, Passage], dict[int | None, int]]:
        """Return the ways on, and the last move to each passage or to one that follows it."""
        last, ways = dict(self._last_here), dict[int | None, Passage]()
        for passage in reversed(self.passages.values()):  # a passage is behind its parent
            at = last[passage.id]
            if passage.parent not in ways or at > last[ways[passage.parent].id]:
                ways[passage.parent] = passage
            last[passage.parent] = max(last.get(passage.parent, 0), at)
        return ways, last

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield events that build this scene again, with undo, redo and the ways on, but not its
        title."""
        for name, value in self.properties.items():
            if name != "title":
                yield {"type": "set", "name": name, "value": value}
        for passage in self.passages.values():
            yield passage.event()
        if self.passages:
            yield from self._history.events((self.head, self.head_at), self._shown_last())

    def _shown_last(self) -> list[int]:
        """Return the passages where the ways on ended that branch off others, the last one last."""
        ways, last = self._ways()
        branches = (ways[parent] for parent, others in self._children.items() if len(others) > 1)
        moves = {move: passage for passage, move in self._last_here.items() if passage is not None}
        return [moves[move] for move in sorted({last[way.id] for way in branches})]

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
        reply: int | None = None,
        after: Position | None = None,
    ) -> Passage:
        """Add a passage at the end of the visible text, or `after` another position, and move the
        head to its end.

        A writer's passage is complete (its `reason` is "sent" unless another is given). A model's
        stays open for `extend` until `end`, unless a `reason` is given.
        """
        parent, at = after or (self.head, self.head_at)
        if parent is not None and at is None and self._passage(parent).reason is None:
            # The parent may still grow; then this passage must not come to follow the new text.
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
            reply=reply,
        )
        passage.grow(text)
        self._do(passage.event())
        return self.passages[passage.id]

    def extend(self, passage_id: int, text: str) -> None:
        """Append text to an open passage, visible or not. Amortised O(len(text))."""
        self._do({"type": "text", "id": passage_id, "text": text})

    def end(self, passage_id: int, reason: str) -> None:
        """End an open passage and record the reason: "length", "stopped", ..."""
        self._do({"type": "end", "id": passage_id, "reason": reason})

    def set(self, name: str, value: Any) -> None:
        """Set a property of the scene to any JSON value. "title" is the title."""
        self._do({"type": "set", "name": name, "value": value})

    def move_head(
        self, passage_id: int | None, at: int | None = None, *, jump: bool = False
    ) -> None:
        """Make the visible text end after `at` characters of a passage (None: after all of it).

        To write another take of a passage, move to `(passage.parent, passage.at)` and add it.
        Undo takes back a `jump` in one step.
        """
        target = self._normalised((passage_id, at))
        if target != (self.head, self.head_at):
            self._do(move_event(target, jump=jump))

    def undo(self) -> bool:
        """Take back a jump, or the last exchange: a model's reply and the line it answered.

        Text that was opened from a file is not such a line. Returns False if there is nothing to
        undo.
        """
        origin = self._history.origin((self.head, self.head_at))
        if origin is not None:
            self._do(move_event(origin, back=True))
        elif starts := self._starts():
            self.move_head(*starts[-1])
        else:
            return False
        return True

    def redo(self) -> bool:
        """Return to where the last undo started. Returns False if there is nothing to redo."""
        if self._history.next is None:
            return False
        target, jump = self._history.next
        self._do(move_event(target, jump=jump))
        return True

    # -- events ----------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Make the change that an event describes, then call `on_event`.

        Raises SceneError, and changes nothing, if the event is invalid.
        """
        match event.get("type"):
            case "passage":
                self._apply_passage(event)
            case "text":
                self._open_passage(event).grow(string(event, "text"))
            case "end":
                reason = string(event, "reason")
                self._open_passage(event).reason = reason
            case "head":
                self._apply_head(event)
            case "set":
                name, value = string(event, "name"), canonical(event.get("value"))
                if name == "title" and not isinstance(value, str):
                    raise SceneError("the title of a scene is not a string")
                self.properties[name] = value
            case _:
                raise SceneError("the type of an event is unknown")
        if self.on_event is not None:
            self.on_event(event)

    def _do(self, event: dict[str, Any]) -> None:
        self.apply(canonical(event))

    def _apply_passage(self, event: Event) -> None:
        passage = Passage.from_event(event)
        if passage.id in self.passages:
            raise SceneError(f"there are two passages {passage.id}")
        if passage.id > self._last_id + _LARGEST_GAP:
            raise SceneError("the id of a passage is far too large")
        if passage.parent is not None:
            passage.parent, passage.at = self._without_zero(passage.parent, passage.at)
        self.passages[passage.id] = passage
        self._children.setdefault(passage.parent, []).append(passage.id)
        self._last_id = max(self._last_id, passage.id)
        self._go(passage.id, None)
        self._history.redo.clear()

    def _apply_head(self, event: Event) -> None:
        target = self._without_zero(integer(event, "id"), integer(event, "at"))
        self._history.move(
            (self.head, self.head_at),
            target,
            jump=event.get("jump") is True,
            back=event.get("back") is True,
            is_step=self._normalised(target) in self._starts(),
        )
        self._go(*target)

    def _go(self, passage_id: int | None, at: int | None) -> None:
        self.head, self.head_at = passage_id, at
        self._moves += 1
        self._last_here[passage_id] = self._moves

    def _starts(self) -> list[Position]:
        """Return where the last reply starts and, if it answers a line, where the line starts.

        Undo goes to the last of them. A line that a jump led to was there before: it is not undone
        together with the answer.
        """
        if self.head is None:
            return []
        first = self.first_of_reply(self.head)
        starts = [self._normalised((first.parent, first.at))]
        if first.is_take and first.parent is not None and first.at is None:
            line = self.passages[first.parent]
            is_line = line.author == "writer" and line.reason != OPENED
            if is_line and self._history.origin((line.id, None)) is None:
                starts.append(self._normalised((line.parent, line.at)))
        return starts

    def _normalised(self, position: Position) -> Position:
        """Return a position in the form in which equal positions are equal.

        The end of a finished passage is (id, None), and the beginning of a passage is the position
        that it follows. Raises SceneError if there is no such passage.
        """
        passage_id, at = self._without_zero(*position)
        if passage_id is None or at is None:
            return passage_id, None
        passage = self._passage(passage_id)
        if at >= passage.length and passage.reason is not None:
            return passage_id, None
        return passage_id, min(at, passage.length)

    def _without_zero(self, passage_id: int | None, at: int | None) -> Position:
        """Return the position, or if it is the beginning of a passage, the one it follows."""
        if passage_id is None:
            return None, None
        passage = self._passage(passage_id)
        # No passage starts at the beginning of another: see `_apply_passage`.
        return (passage_id, at) if at is None or at > 0 else (passage.parent, passage.at)

    def _offset(self, passage_id: int | None, at: int | None) -> int:
        """Return `at` as a number, at most the passage's length, which damage may have reduced."""
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
            raise SceneError("an event names no passage")
        passage = self._passage(passage_id)
        if passage.reason is not None:
            raise SceneError(f"passage {passage_id} has ended")
        return passage
