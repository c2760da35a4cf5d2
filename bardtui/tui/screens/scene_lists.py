"""The base of the dialogs that list scenes: a list to search, with a preview."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.worker import get_current_worker

from bardtui.escaping import visible
from bardtui.scene.excerpt import Excerpt, read_excerpt
from bardtui.scene.library import SceneInfo
from bardtui.scene.scene import SceneError
from bardtui.scene.scene_search import (
    Counts,
    Match,
    Query,
    SceneSearch,
    SearchProgress,
    search_scenes,
)
from bardtui.tui.certainty import sparkline
from bardtui.tui.scene_catalogue import FileRow, NewRow, SceneCatalogue, SceneRow
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.scenelist import SceneList, in_words, share_bar
from bardtui.tui.widgets.scenepreview import ScenePreview
from bardtui.tui.widgets.searchfield import SearchField

_LEAST_ROWS, _AROUND = 20, 11  # rows of the list, and of the rest of the dialog
_PREVIEW_AFTER = 0.1  # seconds that a row is highlighted before its scene is read

Answer = TypeVar("Answer")


class SceneListScreen(Dialog[Answer]):
    """Lists and searches scenes, and shows where the highlighted one ends.

    A scene that cannot be read is listed with the reason.

    Args:
        title: The title of the dialog.
        catalogue: The scenes.
        contents: What was read of the scenes before.
        at: The scene that is highlighted first.
    """

    DEFAULT_CSS = """
    SceneListScreen {
        & #box { width: 150; padding: 0 1; }
        & #lists { height: 1fr; layout: vertical; }
        & #scenes { height: 1fr; width: 1fr; }
        & #preview { height: 1fr; max-height: 12; display: none; }
        & #detail { margin-top: 1; height: 1; padding: 0 1; color: $text-muted; }
        & .message { display: none; height: auto; max-height: 2; padding: 0 1; }
        & .message.-shown { display: block; }
        & KeysLine { dock: none; margin-top: 1; background: transparent; }
        &.-high #preview { display: block; }
        &.-wide #lists { layout: horizontal; }
        &.-wide #scenes { width: 7fr; }
        &.-wide #preview { height: 100%; max-height: 100%; width: 6fr; margin-left: 1; }
        &.-short #search { border: none; height: 1; }
        &.-short #detail { margin-top: 0; }
        &.-short KeysLine { margin-top: 0; }
        &.-tiny #search { border: none; height: 1; padding: 0; }
        &.-tiny #detail, &.-tiny KeysLine { display: none; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [*Dialog.HORIZONTAL_BREAKPOINTS, (116, "-wide")]
    VERTICAL_BREAKPOINTS = [*Dialog.VERTICAL_BREAKPOINTS, (22, "-high")]

    BINDINGS = [
        Binding("escape", "cancel", "Close", show=False, id="dialog.cancel"),
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

    class Previewed(Message):
        """A scene was read for the preview; a text is the reason why it was not."""

        def __init__(self, path: Path, excerpt: Excerpt | str) -> None:
            super().__init__()
            self.path, self.excerpt = path, excerpt

    def __init__(
        self,
        title: str,
        catalogue: SceneCatalogue,
        *,
        contents: SceneSearch | None = None,
        at: Path | None = None,
    ) -> None:
        super().__init__()
        self.catalogue = catalogue
        self._title, self._at = title, at
        self._contents = contents or SceneSearch()
        self._field = SearchField(id="search")
        self._list = SceneList(id="scenes")
        self._preview = ScenePreview(id="preview")
        self._preview_timer: Timer | None = None
        self._detail = Static(id="detail")
        self._notice = Static(id="notice", classes="message")
        self._refusal = Static(id="refusal", classes="message error")

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = self._title
            box.border_subtitle = "Esc: close"
            yield self._field
            with Container(id="lists"):
                yield self._list
                yield self._preview
            yield from (self._detail, self._notice, self._refusal)
            yield KeysLine()

    def on_mount(self) -> None:
        self._show(self._at)
        # High enough for all scenes; the height stays when a search finds fewer.
        rows = sum(2 if scene.broken else 1 for scene in self.catalogue.scenes)
        self.query_one("#box").styles.height = max(rows, _LEAST_ROWS) + _AROUND
        self._read()

    # -- the list ----------------------------------------------------------------------------------

    def _show(self, at: Path | int | None = None) -> None:
        """List the scenes, or those found, with the highlight on a scene or a row."""
        self._list.show(self.catalogue.rows(self._field.value), self.catalogue.query, at)
        self._show_details()
        self._preview_soon()

    def _show_details(self) -> None:
        """Show how many were found, details of the highlighted one, and what was done."""
        catalogue = self.catalogue
        found = f"{self._list.scene_count} of {len(catalogue)}" if catalogue.query else ""
        self._field.border_subtitle = f"searching… {found}" if catalogue.searching else found
        self._detail.update(self._details())
        show_text(self._notice, self.done())

    def done(self) -> str:
        """What was done last, and how to take it back."""
        return ""

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
                known = typed and not self.catalogue.searching
                return Content(f"No scene contains “{typed}”." if known else "")

    def _chosen_scene(self, *, broken_too: bool = False) -> SceneInfo | None:
        """The highlighted scene; if nothing can be done with it, show why and return None."""
        match self._list.chosen:
            case SceneRow(info=info):
                if info.broken is None or broken_too:
                    return info
                self.refuse(info.broken)
            case _:
                self.refuse("Choose a scene first.")
        return None

    def refuse(self, text: str) -> None:
        """Show why something cannot be done."""
        show_text(self._refusal, visible(text))

    @contextmanager
    def _errors_shown(self) -> Iterator[None]:
        try:
            yield
        except SceneError as error:
            self.refuse(str(error))

    # -- the preview -------------------------------------------------------------------------------

    def _preview_soon(self) -> None:
        """Read the highlighted scene for the preview, unless another is highlighted at once."""
        if self._preview_timer is not None:
            self._preview_timer.stop()
        self._preview_timer = self.set_timer(_PREVIEW_AFTER, self._preview_chosen)

    def _preview_chosen(self) -> None:
        match self._list.chosen:
            case SceneRow(info=SceneInfo(broken=None, path=path), match=found):
                self._read_excerpt(path, found)
            case _:
                self._preview.tell("")

    @work(thread=True, exclusive=True, group="preview")
    def _read_excerpt(self, path: Path, match: Match | None) -> None:
        worker = get_current_worker()
        excerpt: Excerpt | str
        try:
            excerpt = read_excerpt(path, match)
        except SceneError as error:
            excerpt = visible(str(error))
        if not worker.is_cancelled:
            self.post_message(self.Previewed(path, excerpt))

    def on_scene_list_screen_previewed(self, message: Previewed) -> None:
        row, excerpt = self._list.chosen, message.excerpt
        if not isinstance(row, SceneRow) or row.info.path != message.path:
            return
        if isinstance(excerpt, str):
            self._preview.tell(excerpt)
        else:
            title = "Found here" if excerpt.found else "Where it ends"
            self._preview.show(title, excerpt.runs, "hit", excerpt.found)
            if bars := sparkline(excerpt.entropy):
                self._preview.border_subtitle = f"how sure the model was: {bars}"

    # -- reading and searching ---------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        chosen = self._list.chosen
        self.catalogue.search(event.value)
        self.refuse("")
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

    def on_scene_list_screen_searched(self, message: Searched) -> None:
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
        self.refuse("")
        self._show_details()
        self._preview_soon()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Do what Enter does."""
        event.stop()
        await self.run_action("choose")

    def action_move(self, where: str) -> None:
        """Move in the list, whatever has the focus."""
        getattr(self._list, f"action_{where}")()

    def action_edge(self, of_text: str, of_list: str) -> None:
        """Go to an end of the typed text; without one, or in the list, to an end of the list."""
        if self._field.has_focus and self._field.value:
            getattr(self._field, f"action_{of_text}")()
        else:
            self.action_move(of_list)


def show_text(line: Static, text: str) -> None:
    """Show a text in a line that is hidden without one."""
    line.update(Content(text))
    line.set_class(bool(text), "-shown")
