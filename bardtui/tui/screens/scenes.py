"""The scenes dialog: find, open, rename, duplicate, delete and restore scenes."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from bardtui.escaping import visible
from bardtui.scene.library import SceneInfo
from bardtui.scene.operations import (
    DeletedScene,
    delete_scene,
    duplicate_scene,
    rename_scene,
    restore_scene,
)
from bardtui.scene.scene import SceneError
from bardtui.scene.scene_search import (
    Counts,
    Match,
    Query,
    SceneSearch,
    SearchProgress,
    search_scenes,
)
from bardtui.session.manuscript import Manuscript
from bardtui.tui.keys import key_of
from bardtui.tui.scene_catalogue import FileRow, NewRow, SceneCatalogue, SceneRow
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.screens.title import TitleScreen
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.scenelist import SceneList, in_words, share_bar
from bardtui.tui.widgets.searchfield import SearchField

_MIN_ROWS, _AROUND = 8, 11  # rows of the list, and of the rest of the dialog


@dataclass(frozen=True)
class OpenScene:
    """The answer: open this file, and show the text that was found in it."""

    path: Path
    match: Match | None = None


@dataclass(frozen=True)
class NewScene:
    """The answer: begin a new scene."""


SceneChoice = OpenScene | NewScene


class ScenesScreen(Dialog[SceneChoice | None]):
    """Lists and searches scenes; dismissed with `OpenScene`, `NewScene`, or None.

    A scene that cannot be read is listed with the reason. A file whose path is typed can be opened.

    Args:
        scenes: The saved scenes.
        current: The scene on the stage. It is renamed through its own journal, and not deleted.
        contents: What was read of the scenes before.
    """

    DEFAULT_CSS = """
    ScenesScreen {
        & #box { width: 112; padding: 0 1; }
        & #scenes { height: 1fr; }
        & #detail { margin-top: 1; height: 1; padding: 0 1; color: $text-muted; }
        & .message { display: none; height: auto; max-height: 2; padding: 0 1; }
        & .message.-shown { display: block; }
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
        Binding("ctrl+z", "restore", "Restore", id="scenes.restore"),
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

    class Searched(Message):
        """Some of the scenes were read."""

        def __init__(self, progress: SearchProgress) -> None:
            super().__init__()
            self.progress = progress

    def __init__(
        self,
        scenes: Sequence[SceneInfo],
        *,
        current: Manuscript | None = None,
        contents: SceneSearch | None = None,
    ) -> None:
        super().__init__()
        self.catalogue = SceneCatalogue(scenes, current)
        self._current = current
        self._contents = contents or SceneSearch()
        self._deleted: list[tuple[DeletedScene, str]] = []  # with their titles, the last one last
        self._field = SearchField(id="search")
        self._list = SceneList(id="scenes")
        self._detail = Static(id="detail")
        self._notice = Static(id="notice", classes="message")
        self._refusal = Static(id="refusal", classes="message error")

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Scenes"
            box.border_subtitle = "Esc: close"
            yield from (self._field, self._list, self._detail, self._notice, self._refusal)
            yield KeysLine()

    def on_mount(self) -> None:
        self._show(self._current.path if self._current else None)
        # High enough for all scenes; the height stays when a search finds fewer.
        rows = sum(2 if scene.broken else 1 for scene in self.catalogue.scenes)
        self.query_one("#box").styles.height = max(rows, _MIN_ROWS) + _AROUND
        self._read()

    # -- the list ----------------------------------------------------------------------------------

    def _show(self, at: Path | int | None = None) -> None:
        """List the scenes, or those found, with the highlight on a scene or a row."""
        self._list.show(self.catalogue.rows(self._field.value), self.catalogue.query, at)
        self._show_details()

    def _show_details(self) -> None:
        """Show how many were found, details of the highlighted one, and what can be restored."""
        catalogue = self.catalogue
        found = f"{self._list.scene_count} of {len(catalogue)}" if catalogue.query else ""
        self._field.border_subtitle = f"searching… {found}" if catalogue.searching else found
        self._detail.update(self._details())
        notice = ""
        if self._deleted:
            title, key = visible(self._deleted[-1][1]), key_of(self.app, "scenes.restore")
            notice = f"Deleted “{title}” · {key} restores it"
        _show_text(self._notice, notice)

    def _details(self) -> Content:
        match self._list.chosen:
            case SceneRow(info=SceneInfo(broken=None), counts=None):
                return Content("reading…")
            case SceneRow(info=SceneInfo(broken=None), counts=Counts() as counts):
                words, characters, share = in_words(counts)
                if counts.characters:
                    share += f", {1 - counts.writer_share:.0%} the model's"
                return Content.assemble(share_bar(counts), f"  {words} · {characters} · {share}")
            case SceneRow():
                return Content("cannot be opened")
            case FileRow(path):
                return Content(visible(str(path)))
            case NewRow():
                return Content("Begin a new scene; this one stays saved.")
            case None:
                typed = visible(self._field.value)
                return Content("" if self.catalogue.searching else f"No scene contains “{typed}”.")

    # -- reading and searching ---------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        chosen = self._list.chosen
        self.catalogue.search(event.value)
        _show_text(self._refusal, "")
        all_shown = not self.catalogue.query
        self._show(chosen.info.path if isinstance(chosen, SceneRow) and all_shown else None)
        self._read()

    def _read(self) -> None:
        """Read and search all scenes in the background."""
        self._search(self.catalogue.scenes, self.catalogue.query)

    @work(thread=True, exclusive=True)
    def _search(self, scenes: Sequence[SceneInfo], query: Query) -> None:
        worker = get_current_worker()
        for progress in search_scenes(self._contents, scenes, query):
            if worker.is_cancelled:
                return
            self.post_message(self.Searched(progress))

    def on_scenes_screen_searched(self, message: Searched) -> None:
        if message.progress.query is not self.catalogue.query:
            return
        changed, added = self.catalogue.take_in(message.progress)
        for row in changed:
            self._list.change(row)
        self._list.add(added)
        self._show_details()

    # -- keys and the mouse ------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Search for what is typed, also while the list has the focus."""
        if event.is_printable and event.character and self.focused is not self._field:
            event.stop()
            self._field.focus()
            self._field.insert_text_at_cursor(event.character)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        _show_text(self._refusal, "")
        self._show_details()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_choose()

    def action_move(self, where: str) -> None:
        """Move in the list, whatever has the focus."""
        getattr(self._list, f"action_{where}")()

    def action_edge(self, of_text: str, of_list: str) -> None:
        """Go to an end of the typed text; without one, or in the list, to an end of the list."""
        if self._field.has_focus and self._field.value:
            getattr(self._field, f"action_{of_text}")()
        else:
            self.action_move(of_list)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the key that restores while nothing has been deleted."""
        return True if action != "restore" or self._deleted else None

    # -- actions -----------------------------------------------------------------------------------

    def action_choose(self) -> None:
        match self._list.chosen:
            case NewRow():
                self.action_new()
            case FileRow(path):
                self.dismiss(OpenScene(self.catalogue.begun_with(path) or path))
            case SceneRow(info=SceneInfo(broken=None, path=path), match=match):
                self.dismiss(OpenScene(path, match))
            case SceneRow(info=info):
                _show_text(self._refusal, visible(info.broken or ""))

    def action_new(self) -> None:
        self.dismiss(NewScene())

    def action_rename(self) -> None:
        if scene := self._chosen_scene():
            rename = partial(self._rename, scene.path)
            self.app.push_screen(TitleScreen(scene.title), rename)

    async def _rename(self, path: Path, title: str | None) -> None:
        if title is None:
            return
        with self._errors_shown():
            if self._current is not None and self.catalogue.is_open(path):
                self._current.scene.set("title", title)
            else:
                await asyncio.to_thread(rename_scene, path, title)
            self.catalogue.update(path)
            self._show(path)

    async def action_duplicate(self) -> None:
        if scene := self._chosen_scene():
            titles = {scene.title for scene in self.catalogue.scenes}
            with self._errors_shown():
                self._add(await asyncio.to_thread(duplicate_scene, scene.path, titles))

    async def action_delete(self, always: bool = False) -> None:
        """Delete the scene. Within the typed text, delete the next character unless `always`."""
        if self._field.has_focus and not self._field.cursor_at_end and not always:
            self._field.action_delete_right()
            return
        place = self._list.highlighted
        if (scene := self._chosen_scene(broken_too=True)) is None:
            return
        if self.catalogue.is_open(scene.path):
            _show_text(self._refusal, "This scene is on the stage. Open another one first.")
            return
        with self._errors_shown():
            deleted = await asyncio.to_thread(delete_scene, scene.path)
            self._deleted.append((deleted, scene.title))
            self.catalogue.remove(scene.path)
            self._show(place)
            self.refresh_bindings()

    async def action_restore(self) -> None:
        deleted, _ = self._deleted[-1]
        with self._errors_shown():
            path = await asyncio.to_thread(restore_scene, deleted)
            self._deleted.pop()
            self._add(path)
            self.refresh_bindings()

    def _chosen_scene(self, *, broken_too: bool = False) -> SceneInfo | None:
        """The highlighted scene; if nothing can be done with it, show why and return None."""
        match self._list.chosen:
            case SceneRow(info=info):
                if info.broken is None or broken_too:
                    return info
                _show_text(self._refusal, visible(info.broken))
            case _:
                _show_text(self._refusal, "Choose a scene first.")
        return None

    @contextmanager
    def _errors_shown(self) -> Iterator[None]:
        try:
            yield
        except SceneError as error:
            _show_text(self._refusal, visible(str(error)))

    def _add(self, path: Path) -> None:
        """List a new scene, highlighted."""
        self.catalogue.add(path)
        self._show(path)
        self._read()


def _show_text(line: Static, text: str) -> None:
    line.update(Content(text))
    line.set_class(bool(text), "-shown")
