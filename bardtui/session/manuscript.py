"""The scene that is being written, together with its journal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bardtui import paths
from bardtui.scene import bookmarks, renames
from bardtui.scene.banned import banned_in
from bardtui.scene.cast import Cast
from bardtui.scene.journal import Journal, JournalError
from bardtui.scene.journal_reader import SUFFIX, display_name
from bardtui.scene.kept import carry
from bardtui.scene.library import OPENED_FROM, origin_of, scene_made_from
from bardtui.scene.names import clean_title, new_scene_path
from bardtui.scene.passage import Changes
from bardtui.scene.rewriting import edit, substitute
from bardtui.scene.scene import Author, Event, Position, Scalar, Scene
from bardtui.scene.titles import beginning, is_from_text, title_from

UNTITLED = "Untitled scene"


class Written(NamedTuple):
    """The text of a passage that a model wrote, and how it was written."""

    text: str
    model: str
    fingerprint: str
    settings: dict[str, Scalar]
    random_seed: int
    reason: str


class Manuscript:
    """A scene whose every change is saved. Where the disk refuses, the scene goes on in memory.

    The journal is created with the first text, so that looking around leaves no empty scenes.

    Attributes:
        scene: The scene.
        cast: Who plays whom; empty in free text.
        banned: Words and phrases that the model never writes in this scene.
        problem: One line that says why the scene is not saved; empty while it is.
    """

    def __init__(self, scene: Scene | None = None, journal: Journal | None = None) -> None:
        self.scene = scene or Scene(UNTITLED)
        self.problem = ""
        self._journal = journal
        self.scene.on_event = self._record
        self._read_properties()
        self._counts = self._count()
        self._renames = renames.in_force(self.scene)
        if journal is None and self.scene.passages:
            self.retry_saving()

    @classmethod
    def open(cls, path: Path) -> tuple["Manuscript", str]:
        """Open a saved scene, or begin one with the text of a file.

        Returns the manuscript and a message for the writer, which may be empty. Raises SceneError,
        also for a file that is not text, or OSError.
        """
        if path.name.endswith(SUFFIX):
            journal, scene, report = Journal.open(path)
            notices = (str(report), Cast.read(scene)[1])
            return cls(scene, journal), "; ".join(filter(None, notices))
        from bardtui.scene.export import scene_from_file  # not before the first screen

        scene, origin = scene_from_file(path), origin_of(path)
        if (made := scene_made_from(paths.scenes_dir(), origin)) is not None:
            manuscript, notice = cls.open(made)
            known = f"You opened {display_name(path)} before: this is its scene"
            return manuscript, f"{known}; {notice}" if notice else known
        scene.set(OPENED_FROM, origin)
        return cls(scene), ""

    @property
    def path(self) -> Path | None:
        """The journal's path; None before the first text."""
        return self._journal.path if self._journal else None

    def keep_cast(self, cast: Cast) -> None:
        """Save this as the scene's cast."""
        cast.keep(self.scene)

    @property
    def length(self) -> int:
        """Characters of the visible text."""
        return sum(self._counts.values())

    @property
    def writers_share(self) -> float:
        """The writer's share of the visible text, 0 to 1."""
        return self._counts["writer"] / max(self.length, 1)

    def add_line(self, text: str) -> None:
        """Add the writer's text. It is on the disk when this returns, unless `problem` is set."""
        if not self.length or self.scene.title == UNTITLED:
            self._name_by_text(text)
        self.scene.add("writer", text)
        self._counts["writer"] += len(text)

    def _name_by_text(self, added: str = "") -> None:
        """Name the scene by its first line, unless it has a title of another kind."""
        scene = self.scene
        title = title_from(beginning(scene) + added) or UNTITLED
        if title != scene.title and (scene.title == UNTITLED or is_from_text(scene)):
            scene.set("title", title)

    def begin(
        self,
        model: str,
        fingerprint: str,
        settings: dict[str, Scalar],
        random_seed: int,
        reply: int | None = None,
    ) -> int:
        """Begin a passage by a model; return its id.

        `reply` is the first passage of the reply that it goes on with, if it is not the first.
        """
        passage = self.scene.add(
            "model",
            model=model,
            fingerprint=fingerprint,
            settings=settings,
            random_seed=random_seed,
            reply=reply,
        )
        return passage.id

    def extend(self, passage: int, text: str) -> None:
        """Add text to the passage that a model writes."""
        self.scene.extend(passage, text)
        self._counts["model"] += len(text)

    def end(self, passage: int, reason: str) -> None:
        """End the passage that a model writes."""
        self.scene.end(passage, reason)
        self._name_by_text()

    def add_takes(self, takes: Sequence[Sequence[Written]], after: Position) -> list[int]:
        """Save takes, replies of one or more passages, that go on from a position.

        The visible text stays as it is. Returns the id of each take's last passage.
        """
        scene = self.scene
        here = scene.head, scene.head_at
        with self._at_once():
            ends = [self._add_take(take, after) for take in takes]
            scene.move_head(*here)
        return ends

    def _add_take(self, take: Sequence[Written], after: Position) -> int:
        reply: int | None = None
        for written in take:
            passage = self.scene.add(
                "model",
                written.text,
                model=written.model,
                fingerprint=written.fingerprint,
                settings=written.settings,
                random_seed=written.random_seed,
                reason=written.reason,
                reply=reply,
                after=after,
            )
            after = passage.id, None
            reply = reply or passage.id
        return passage.id

    def edit(self, passage: int, text: str) -> None:
        """Replace the text of a visible passage; undo restores it."""
        with self._at_once():
            self._carry(edit(self.scene, passage, text))
        self._moved(True)

    def substitute(self, changes: Changes) -> None:
        """Replace parts of the visible text; undo restores them in one step."""
        with self._at_once():
            self._carry(substitute(self.scene, changes))
        self._moved(True)

    def _carry(self, copies: Mapping[int, int]) -> None:
        """Keep what belongs to passages for the new ones in their place."""
        carry(self.scene, copies)
        renames.carry(self.scene, self._renames, copies)
        bookmarks.carry(self.scene, copies)

    def rename_character(self, old: str, new: str, changes: Changes) -> None:
        """Replace parts of the visible text by a character's new name.

        The role follows; undo restores the text and the role.
        """
        before = {passage.id for passage, _ in self.scene.path()}
        with self._at_once():
            self._carry(substitute(self.scene, changes))
            first = next(p.id for p, _ in self.scene.path() if p.id not in before)
            renames.note(self.scene, renames.Rename(first, old, new))
        self._moved(True)

    def rename(self, title: str) -> None:
        """Give the scene a title. Raises SceneError if it cannot be one."""
        self.scene.set("title", clean_title(title))

    def jump(self, passage: int) -> None:
        """Go to the end of a passage anywhere in the tree; undo comes back."""
        self.scene.move_head(passage, jump=True)
        self._moved(True)

    def cut(self, offset: int) -> bool:
        """End the visible text after `offset` characters; undo restores the rest.

        Returns whether there was any text after it.
        """
        if not 0 <= offset < self.length:
            return False
        if (found := self.scene.passage_at(offset)) is not None:
            passage, begin, _ = found
            self.scene.move_head(passage.id, offset - begin, jump=True)
        return self._moved(True)

    def undo(self) -> bool:
        """Take back the last exchange, jump, cut or edit; return whether there was one."""
        return self._moved(self.scene.undo())

    def redo(self) -> bool:
        """Bring back what was taken back; return whether there was anything."""
        return self._moved(self.scene.redo())

    def retry(self, of: int | None = None) -> int | None:
        """Go back to where the model's last reply began, or the one that passage `of` belongs to.

        Returns the id of its last passage; None if there is no such reply. The text behind an
        earlier reply is hidden in a jump, which undo takes back.
        """
        scene = self.scene
        passage = scene.head if of is None else of
        if passage is None or not scene.passages[passage].is_take:
            return None
        first = scene.first_of_reply(passage)
        before = passage if of is None else scene.last_of_reply(of).id
        scene.move_head(first.parent, first.at, jump=before != scene.head)
        self._moved(True)
        return before

    @property
    def reply(self) -> tuple[Position, int] | None:
        """Where the model's reply at the end of the visible text begins: after which position, and
        at which offset. None if the text does not end with a whole reply."""
        scene = self.scene
        if scene.head is None or scene.head_at is not None:
            return None
        if not scene.passages[scene.head].is_take:
            return None
        first = scene.first_of_reply(scene.head)
        path = [passage.id for passage, _ in scene.path()]
        lengths = [length for _, length in scene.path()]
        return (first.parent, first.at), sum(lengths[: path.index(first.id)])

    def reply_at(self, offset: int) -> int | None:
        """Return the offset at which the reply with the visible character at `offset` begins; None
        where the character is the writer's, or there is none."""
        found = self.scene.passage_at(offset)
        if found is None or offset >= self.length or not found[0].is_take:
            return None
        first, begin = self.scene.first_of_reply(found[0].id), 0
        for passage, length in self.scene.path():
            if passage is first:
                return begin
            begin += length
        return None

    def back_to(self, passage: int) -> None:
        """Go to the end of a passage."""
        self.scene.move_head(passage)
        self._moved(True)

    def next_take(self, of: int | None = None) -> bool:
        """Show the next take of the last reply, or of the one that passage `of` belongs to.

        Returns whether there is another. The text behind an earlier reply is hidden in a jump.
        """
        takes = self.takes(of)
        if len(takes) < 2:
            return False
        scene = self.scene
        shown = scene.head if of is None else scene.last_of_reply(of).id
        following = takes[(takes.index(shown or 0) + 1) % len(takes)]
        scene.move_head(following, jump=shown != scene.head)
        return self._moved(True)

    def takes(self, of: int | None = None) -> list[int]:
        """Return the ids at which all takes of a reply end, itself included.

        It is the last reply, or the one that passage `of` belongs to; without one, the list is
        empty.
        """
        scene = self.scene
        passage = scene.head if of is None else of
        if passage is None or not scene.passages[passage].is_take:
            return []
        first = scene.first_of_reply(passage)
        last = passage if of is None else scene.last_of_reply(passage).id
        return [
            last if take is first else scene.last_of_reply(take.id).id
            for take in scene.takes(first.id)
            if take.is_take and scene.first_of_reply(take.id) is take
        ]

    def passage_at(self, offset: int) -> int | None:
        """Return the id of the passage at an offset of the visible text; None without text."""
        found = self.scene.passage_at(offset)
        return found[0].id if found else None

    def _moved(self, moved: bool) -> bool:
        self._counts = self._count()
        before, self._renames = self._renames, renames.in_force(self.scene)
        if (cast := renames.followed(self.cast, before, self._renames)) != self.cast:
            self.keep_cast(cast)
        return moved

    def take_notice(self) -> str:
        """Return what happened to the scene's file since the last call; empty if nothing did."""
        if self._journal is None:
            return ""
        notice, self._journal.notice = self._journal.notice, ""
        return notice

    def retry_saving(self) -> None:
        """Try again to save what the disk refused."""
        if self._journal is not None:
            self._attempt(self._journal.retry)
        elif self.scene.passages:
            self._attempt(self._create)

    def close(self) -> None:
        """Save what is left and close the journal."""
        self.retry_saving()
        if self._journal is not None:
            self._attempt(self._journal.close)
            if self.problem:
                self._journal.abandon()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Save all changes made in this context with one fsync."""
        events: list[Event] = []
        self.scene.on_event = events.append
        try:
            yield
        finally:
            self.scene.on_event = self._record
            if events:
                self._record(*events)

    def _read_properties(self) -> None:
        self.cast, self.banned = Cast.of(self.scene), banned_in(self.scene)

    def _record(self, *events: Event) -> None:
        if any(event.get("type") == "set" for event in events):
            self._read_properties()
        if self._journal is not None:
            journal = self._journal
            self._attempt(lambda: journal.write(*events))
        elif events[0].get("type") != "text":  # do not try again at every chunk
            self.retry_saving()

    def _create(self) -> None:
        path = new_scene_path(paths.scenes_dir(), self.scene.title)
        self._journal = Journal.create(path, self.scene)
        self.scene.on_event = self._record

    def _attempt(self, save: Callable[[], None]) -> None:
        try:
            save()
            self.problem = ""
        except (JournalError, OSError) as error:
            self.problem = str(error)

    def _count(self) -> dict[Author, int]:
        counts: dict[Author, int] = {"writer": 0, "model": 0}
        for passage, length in self.scene.path():
            for author, text in passage.by_author(length):
                counts[author] += len(text)
        return counts
