"""The dialog that lists the named passages of a scene, and the parts that the writer keeps."""

from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.scene.bookmarks import Bookmark, bookmarks
from bardtui.scene.kept import Kept, kept_in, visible_spans
from bardtui.session.session import WritingSession
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import RowList, Rows, spread


class Save:
    """The answer: save all parts alone."""


class KeptScreen(Dialog[Bookmark | Kept | Save]):
    """Lists named passages and kept parts; dismissed with one to go to, with `Save`, or None."""

    DEFAULT_CSS = """
    KeptScreen {
        & #box { width: 84; padding: 0 1; max-height: 90%; }
        & #kept {
            height: auto;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
        }
    }
    """
    BINDINGS = [
        Binding("delete", "forget", "Unmark", id="kept.forget"),
        Binding("ctrl+s", "save", "Save alone", id="kept.save"),
    ]
    AUTO_FOCUS = "#kept"

    def __init__(self, session: WritingSession) -> None:
        super().__init__()
        self._scene, self._editing = session.manuscript.scene, session.editing
        named, shown = bookmarks(self._scene), {passage.id for passage, _ in self._scene.path()}
        self._entries: list[Bookmark | Kept] = [*named, *kept_in(self._scene)]
        self._visible: set[Bookmark | Kept] = {
            *(bookmark for bookmark in named if bookmark.passage in shown),
            *visible_spans(self._scene),
        }
        self._list = RowList(*self._options(), id="kept", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Named and kept in this scene"
            box.border_subtitle = "Enter: go there, Del: unmark, ^s: save alone, Esc: close"
            yield self._list

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._entries[event.option_index])

    def action_save(self) -> None:
        if kept_in(self._scene):
            self.dismiss(Save())

    def action_forget(self) -> None:
        """Unmark the highlighted part; with the last one, close."""
        if (place := self._list.highlighted) is None:
            return
        match self._entries.pop(place):
            case Bookmark(_, passage):
                self._editing.name_passage(passage, "")
            case kept:
                self._editing.forget(kept)
        if not self._entries:
            self.dismiss(None)
            return
        self._list.clear_options()
        self._list.add_options(self._options())
        self._list.highlighted = min(place, len(self._entries) - 1)

    def _options(self) -> list[Option]:
        return [
            Option(Rows(partial(self._row, entry)), id=str(place))
            for place, entry in enumerate(self._entries)
        ]

    def _row(self, entry: Bookmark | Kept, width: int) -> list[Content]:
        scene, name = self._scene, ""
        if isinstance(entry, Bookmark):
            name, text = f"⚑ {visible(entry.name)}  ", scene.passages[entry.passage].text
        else:
            text = entry.text(scene)
        words = visible(" ".join(text[:400].split()))
        where = "" if entry in self._visible else "in another take"
        muted = Content.styled(where, "$foreground-muted")
        return [spread(Content.assemble((name, "$cue"), words), muted, width)]
