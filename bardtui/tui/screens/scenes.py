"""The scenes on disk: found, opened, renamed, duplicated, deleted and brought back."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from bardtui.escaping import visible
from bardtui.scene.library import (
    OPENED_FROM,
    SceneInfo,
    origin_of,
    scene_info,
    sort_scenes,
)
from bardtui.scene.operations import (
    DeletedScene,
    delete_scene,
    duplicate_scene,
    rename_scene,
    restore_scene,
)
from bardtui.scene.scene import SceneError
from bardtui.scene.scene_search import Counts, Match, Query, SceneSearch, search_scenes
from bardtui.session.manuscript import Manuscript
from bardtui.tui.finder import Searched, typed_file
from bardtui.tui.keys import key_of
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.screens.title import TitleScreen
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.scenelist import (
    FileRow,
    NewRow,
    Row,
    SceneList,
    SceneRow,
    bar,
    in_words,
)
from bardtui.tui.widgets.searchfield import SearchField

_FEWEST, _AROUND = 8, 11  # rows of the list at least, and of all that stands around it


@dataclass(frozen=True)
class OpenScene:
    """The answer: open this file."""

    path: Path


@dataclass(frozen=True)
class NewScene:
    """The answer: begin a new scene."""


SceneChoice = OpenScene | NewScene


class ScenesScreen(Dialog[SceneChoice | None]):
    """Lists scenes and finds words in them; dismissed with `OpenScene`, `NewScene`, or None.

    A scene that cannot be read is listed with its reason and cannot be opened. What is typed that
    is the path of a file can be opened too.

    Args:
        scenes: As they are to be listed.
        current: The scene on the stage. It is renamed through its own journal, and not deleted.
        contents: What is known of the scenes from earlier.
    """

    DEFAULT_CSS = """
    ScenesScreen {
        & #box { width: 112; padding: 0 1; }
        & #scenes { height: 1fr; }
        & #detail { margin-top: 1; height: 1; padding: 0 1; color: $text-muted; }
        & .told { display: none; height: auto; max-height: 2; padding: 0 1; }
        & .told.-shown { display: block; }
        & KeysLine { dock: none; margin-top: 1; background: transparent; }
        &.-short #search { border: none; height: 1; }
        &.-short #detail { margin-top: 0; }
        &.-short KeysLine { margin-top: 0; }
        &.-tiny #search { border: none; height: 1; padding: 0; }
        &.-tiny #detail, &.-tiny KeysLine { display: none; }
    }
    """

    BINDINGS = [
        Binding("escape", "cancel", "Close", show=False, id="dialog.cancel"),
        Binding("enter", "choose", "Open", priority=True, id="scenes.open"),
        Binding("f2", "rename", "Rename", id="scenes.rename"),
        Binding("ctrl+d", "duplicate", "Duplicate", id="scenes.duplicate"),
        Binding("delete", "delete", "Delete", id="scenes.delete"),
        Binding("ctrl+delete", "delete(True)", "Delete", show=False, id="scenes.delete_at_once"),
        Binding("ctrl+z", "restore", "Bring back", id="scenes.restore"),
        Binding("ctrl+n", "new", "New", id="stage.new"),
        Binding("up", "move('cursor_up')", "Scene above", show=False, id="scenes.up"),
        Binding("down", "move('cursor_down')", "Scene below", show=False, id="scenes.down"),
        Binding("pageup", "move('page_up')", "Page up", show=False, id="scenes.page_up"),
        Binding("pagedown", "move('page_down')", "Page down", show=False, id="scenes.page_down"),
        Binding(
            "home",
            "edge('home', 'first')",
            "Beginning",
            show=False,
            priority=True,
            id="scenes.home",
        ),
        Binding("end", "edge('end', 'last')", "End", show=False, priority=True, id="scenes.end"),
        Binding(
            "ctrl+home",
            "move('first')",
            "First scene",
            show=False,
            priority=True,
            id="scenes.first",
        ),
        Binding(
            "ctrl+end", "move('last')", "Last scene", show=False, priority=True, id="scenes.last"
        ),
    ]
    AUTO_FOCUS = "#search"

    def __init__(
        self,
        scenes: Sequence[SceneInfo],
        *,
        current: Manuscript | None = None,
        contents: SceneSearch | None = None,
    ) -> None:
        super().__init__()
        self._scenes = {scene.path: scene for scene in sort_scenes(scenes)}
        self._current = current
        self._contents = contents or SceneSearch()
        self._counts: dict[Path, Counts] = {}
        self._hits: dict[Path, Match] = {}  # of what is sought, in the order they were found
        self._sought = Query("")
        self._searching = False
        self._deleted: list[tuple[DeletedScene, str]] = []  # and their titles, the last one last
        self._field = SearchField(id="search")
        self._list = SceneList(id="scenes")
        self._detail = Static(id="detail")
        self._notice = Static(id="notice", classes="told")
        self._refusal = Static(id="refusal", classes="told error")

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Scenes"
            box.border_subtitle = "esc closes"
            yield from (self._field, self._list, self._detail, self._notice, self._refusal)
            yield KeysLine()

    def on_mount(self) -> None:
        self._show(self._current.path if self._current else None)
        # As high as all the scenes need, and so it stays, however few of them are found.
        rows = sum(2 if scene.broken else 1 for scene in self._scenes.values())
        self.query_one("#box").styles.height = max(rows, _FEWEST) + _AROUND
        self._read(list(self._scenes.values()), self._sought)

    # -- the list ----------------------------------------------------------------------------------

    def _show(self, at: Path | int | None = None) -> None:
        """List what there is, or what was found, with the highlight on a scene or a place."""
        self._list.show(self._rows(), self._sought, at)
        self._tell()

    def _rows(self) -> list[Row]:
        if not self._sought:
            return [NewRow(), *map(self._row, self._scenes.values())]
        file = typed_file(self._field.value)
        titles = [scene for scene in self._scenes.values() if self._sought.find(scene.title)]
        texts = [self._scenes[path] for path in self._hits if path in self._scenes]
        return [*([FileRow(file)] if file else []), *map(self._row, [*titles, *texts])]

    def _row(self, scene: SceneInfo) -> SceneRow:
        path = scene.path
        return SceneRow(scene, self._counts.get(path), self._hits.get(path), self._is_open(path))

    def _is_open(self, path: Path) -> bool:
        return self._current is not None and self._current.path == path

    def _tell(self) -> None:
        """Say how many were found, more of the highlighted one, and what can be brought back."""
        known = f"{self._list.scene_count} of {len(self._scenes)}" if self._sought else ""
        self._field.border_subtitle = f"searching… {known}" if self._searching else known
        self._detail.update(self._details())
        told = ""
        if self._deleted:
            title, key = visible(self._deleted[-1][1]), key_of(self.app, "scenes.restore")
            told = f"Deleted “{title}” · {key} brings it back"
        _say(self._notice, told)

    def _details(self) -> Content:
        match self._list.chosen:
            case SceneRow(info=SceneInfo(broken=None), counts=None):
                return Content("reading…")
            case SceneRow(info=SceneInfo(broken=None), counts=Counts() as counts):
                words, characters, share = in_words(counts)
                if counts.characters:
                    share += f", {1 - counts.writer_share:.0%} the model's"
                return Content.assemble(bar(counts), f"  {words} · {characters} · {share}")
            case SceneRow():
                return Content("cannot be opened")
            case FileRow(path):
                return Content(visible(str(path)))
            case NewRow():
                return Content("An empty stage; the scene you leave stays saved.")
            case None:
                sought = visible(self._field.value)
                return Content("" if self._searching else f"No scene has “{sought}” in it.")

    # -- reading and searching ---------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        chosen = self._list.chosen
        self._sought = Query(event.value)
        self._searching = bool(self._sought)
        self._hits.clear()
        _say(self._refusal, "")
        kept = chosen.info.path if isinstance(chosen, SceneRow) and not self._sought else None
        self._show(kept)
        self._read(list(self._scenes.values()), self._sought)

    @work(thread=True, exclusive=True)
    def _read(self, scenes: Sequence[SceneInfo], sought: Query) -> None:
        worker = get_current_worker()
        for progress in search_scenes(self._contents, scenes, sought):
            if worker.is_cancelled:
                return
            self.post_message(Searched(progress))

    def on_searched(self, message: Searched) -> None:
        progress = message.progress
        if progress.query is not self._sought:
            return
        found: list[SceneRow] = []
        for result in progress.results:
            if (scene := self._scenes.get(result.path)) is None:
                continue
            if result.error is not None:
                self._scenes[result.path] = replace(scene, broken=result.error)
            if result.counts is not None:
                self._counts[result.path] = result.counts
            if result.match is not None and result.path not in self._hits:
                self._hits[result.path] = result.match
                found.append(self._row(scene))
            self._list.change(self._row(self._scenes[result.path]))
        self._list.add(found)
        self._searching = self._searching and not progress.done
        self._tell()

    # -- keys and the mouse ------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """What is typed while the list has the focus is sought all the same."""
        if event.is_printable and event.character and self.focused is not self._field:
            event.stop()
            self._field.focus()
            self._field.insert_text_at_cursor(event.character)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        _say(self._refusal, "")
        self._tell()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose()

    def action_move(self, where: str) -> None:
        """Move in the list, whatever has the focus."""
        getattr(self._list, f"action_{where}")()

    def action_edge(self, of_text: str, of_list: str) -> None:
        """Go to an end of what is typed, or of the list if that has the focus or nothing is."""
        if self._field.has_focus and self._field.value:
            getattr(self._field, f"action_{of_text}")()
        else:
            self.action_move(of_list)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the key that restores while nothing has been deleted."""
        return True if action != "restore" or self._deleted else None

    # -- what can be done --------------------------------------------------------------------------

    def action_choose(self) -> None:
        match self._list.chosen:
            case NewRow():
                self.action_new()
            case FileRow(path):
                self.dismiss(OpenScene(self._begun_with(path) or path))
            case SceneRow(info=SceneInfo(broken=None, path=path)):
                self.dismiss(OpenScene(path))
            case SceneRow(info=info):
                _say(self._refusal, visible(info.broken or ""))

    def action_new(self) -> None:
        self.dismiss(NewScene())

    def action_rename(self) -> None:
        if scene := self._chosen():
            rename = partial(self._rename, scene.path)
            self.app.push_screen(TitleScreen(scene.title), rename)

    async def _rename(self, path: Path, title: str | None) -> None:
        if title is None:
            return
        with self._or_say_why_not():
            if self._current is not None and self._is_open(path):
                self._current.scene.set("title", title)
            else:
                await asyncio.to_thread(rename_scene, path, title)
            self._scenes[path] = scene_info(path)
            self._show(path)

    async def action_duplicate(self) -> None:
        if scene := self._chosen():
            titles = {scene.title for scene in self._scenes.values()}
            with self._or_say_why_not():
                self._put(await asyncio.to_thread(duplicate_scene, scene.path, titles))

    async def action_delete(self, at_once: bool = False) -> None:
        """Delete the scene; but in the middle of what is typed, the next character."""
        if self._field.has_focus and not self._field.cursor_at_end and not at_once:
            self._field.action_delete_right()
            return
        place = self._list.highlighted
        if (scene := self._chosen(broken_too=True)) is None:
            return
        if self._is_open(scene.path):
            _say(self._refusal, "This scene is on the stage. Open another one, then delete it.")
            return
        with self._or_say_why_not():
            deleted = await asyncio.to_thread(delete_scene, scene.path)
            self._deleted.append((deleted, scene.title))
            del self._scenes[scene.path]
            self._show(place)
            self.refresh_bindings()

    async def action_restore(self) -> None:
        deleted, _ = self._deleted[-1]
        with self._or_say_why_not():
            path = await asyncio.to_thread(restore_scene, deleted)
            self._deleted.pop()
            self._put(path)
            self.refresh_bindings()

    def _begun_with(self, text_file: Path) -> Path | None:
        """The scene on the stage, if it began with this file."""
        if self._current is None:
            return None
        try:
            origin = origin_of(text_file)
        except OSError:  # whoever opens it will say so
            return None
        same = self._current.scene.properties.get(OPENED_FROM) == origin
        return self._current.path if same else None

    def _chosen(self, *, broken_too: bool = False) -> SceneInfo | None:
        """The highlighted scene; or say why nothing can be done with it."""
        match self._list.chosen:
            case SceneRow(info=info):
                if info.broken is None or broken_too:
                    return info
                _say(self._refusal, visible(info.broken))
            case _:
                _say(self._refusal, "Choose one of the scenes first.")
        return None

    @contextmanager
    def _or_say_why_not(self) -> Iterator[None]:
        try:
            yield
        except SceneError as error:
            _say(self._refusal, visible(str(error)))

    def _put(self, path: Path) -> None:
        """List a scene that has come to be, and highlight it."""
        self._scenes[path] = scene_info(path)
        self._scenes = {scene.path: scene for scene in sort_scenes(self._scenes.values())}
        self._show(path)
        self._read(list(self._scenes.values()), self._sought)


def _say(line: Static, text: str) -> None:
    line.update(Content(text))
    line.set_class(bool(text), "-shown")
