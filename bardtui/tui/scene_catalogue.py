"""The scenes that the scenes dialog lists, without Textual."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bardtui.files import expanded
from bardtui.scene.library import OPENED_FROM, SceneInfo, origin_of, scene_info, sort_scenes
from bardtui.scene.scene_search import Counts, Match, Query, SearchProgress
from bardtui.session.manuscript import Manuscript


@dataclass(frozen=True)
class SceneRow:
    """A listed scene."""

    info: SceneInfo
    counts: Counts | None = None
    """Its size, once it has been read."""
    match: Match | None = None
    """The text that the search found in it."""
    is_open: bool = False
    """Whether it is the scene on the stage."""
    is_marked: bool = False


@dataclass(frozen=True)
class NewRow:
    """The row that begins a new scene."""


@dataclass(frozen=True)
class FileRow:
    """The row that opens the file whose path was typed."""

    path: Path


Row = SceneRow | NewRow | FileRow


class SceneCatalogue:
    """Scenes, what is known of them, and which of them match the query.

    `current` is the scene on the stage. With `offers`, there are also rows for a new scene and,
    with `files`, for the file whose path is typed.
    """

    def __init__(
        self,
        scenes: Sequence[SceneInfo],
        current: Manuscript | None,
        *,
        offers: bool = True,
        files: bool = True,
    ) -> None:
        self._scenes = {scene.path: scene for scene in sort_scenes(scenes)}
        self._current, self._offers, self._files = current, offers, offers and files
        self._counts: dict[Path, Counts] = {}
        self._matches: dict[Path, Match] = {}  # in the order in which they were found
        self.marked: list[Path] = []
        self.query = Query("")
        self.searching = False

    def __len__(self) -> int:
        return len(self._scenes)

    @property
    def scenes(self) -> list[SceneInfo]:
        """All scenes, in their order."""
        return list(self._scenes.values())

    def is_open(self, path: Path) -> bool:
        """Whether this scene is on the stage."""
        return self._current is not None and self._current.path == path

    def rows(self, typed: str) -> list[Row]:
        """All rows; while something is typed, those of a file of that path and of the matches.

        Scenes whose titles match come first.
        """
        if not self.query:
            return [*([NewRow()] if self._offers else []), *map(self._row, self.scenes)]
        file = typed_file(typed) if self._files else None
        titles = [scene for scene in self.scenes if self.query.find(scene.title)]
        texts = [self._scenes[path] for path in self._matches if path in self._scenes]
        return [*([FileRow(file)] if file else []), *map(self._row, [*titles, *texts])]

    def _row(self, scene: SceneInfo) -> SceneRow:
        path = scene.path
        return SceneRow(
            scene,
            self._counts.get(path),
            self._matches.get(path),
            self.is_open(path),
            path in self.marked,
        )

    # -- changes -----------------------------------------------------------------------------------

    def search(self, typed: str) -> None:
        """Begin a search for what is typed."""
        self.query = Query(typed)
        self.searching = bool(self.query)
        self._matches.clear()

    def take_in(self, progress: SearchProgress) -> tuple[list[SceneRow], list[SceneRow]]:
        """Record results of the search; returns the rows that changed and those to add."""
        changed, added = [], []
        for result in progress.results:
            if (scene := self._scenes.get(result.path)) is None:
                continue
            if result.error is not None:
                scene = self._scenes[result.path] = scene._replace(broken=result.error)
            if result.counts is not None:
                self._counts[result.path] = result.counts
            if result.match is not None and result.path not in self._matches:
                self._matches[result.path] = result.match
                added.append(self._row(scene))
            changed.append(self._row(scene))
        self.searching = self.searching and not progress.done
        return changed, added

    def update(self, path: Path) -> None:
        """Read a scene's title and dates again."""
        self._scenes[path] = scene_info(path)

    def add(self, path: Path) -> None:
        """Add a scene at its place in the order."""
        self.update(path)
        self._scenes = {scene.path: scene for scene in sort_scenes(self._scenes.values())}

    def mark(self, path: Path) -> SceneRow:
        """Mark a scene, or unmark it; return its row."""
        if path in self.marked:
            self.marked.remove(path)
        else:
            self.marked.append(path)
        return self._row(self._scenes[path])

    def remove(self, path: Path) -> None:
        """Remove a scene."""
        del self._scenes[path]
        if path in self.marked:
            self.marked.remove(path)

    def begun_with(self, text_file: Path) -> Path | None:
        """The scene on the stage, if it began with this file."""
        if self._current is None:
            return None
        try:
            origin = origin_of(text_file)
        except OSError:  # opening the file will report it
            return None
        same = self._current.scene.properties.get(OPENED_FROM) == origin
        return self._current.path if same else None


def typed_file(typed: str) -> Path | None:
    """The file whose path was typed, if it exists; a bare name is no path."""
    if os.sep not in typed and not typed.startswith("~"):
        return None
    try:
        path = expanded(typed.strip())
        return path if path.is_file() else None
    except (OSError, ValueError):  # the name is too long
        return None
