"""The dialog that lists the parts of a scene that the writer keeps."""

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.scene.kept import Kept, kept_in
from bardtui.scene.scene import Scene
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import RowList, Rows, spread


class Save:
    """The answer: save all parts alone."""


class KeptScreen(Dialog[Kept | Save]):
    """Lists kept parts; dismissed with one to go to, with `Save`, or with None.

    `forget` is called with a part to unmark.
    """

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
        Binding("delete", "forget", "No longer keep", id="kept.forget"),
        Binding("ctrl+s", "save", "Save alone", id="kept.save"),
    ]
    AUTO_FOCUS = "#kept"

    def __init__(self, scene: Scene, forget: Callable[[Kept], None]) -> None:
        super().__init__()
        self._scene, self._forget = scene, forget
        self._kept = kept_in(scene)
        self._list = RowList(*self._options(), id="kept", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Kept in this scene"
            box.border_subtitle = "Enter: go there, Del: unmark, ^s: save alone, Esc: close"
            yield self._list

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._kept[event.option_index])

    def action_save(self) -> None:
        self.dismiss(Save())

    def action_forget(self) -> None:
        """Unmark the highlighted part; with the last one, close."""
        if (place := self._list.highlighted) is None:
            return
        self._forget(self._kept.pop(place))
        if not self._kept:
            self.dismiss(None)
            return
        self._list.clear_options()
        self._list.add_options(self._options())
        self._list.highlighted = min(place, len(self._kept) - 1)

    def _options(self) -> list[Option]:
        return [
            Option(Rows(partial(self._row, kept)), id=str(place))
            for place, kept in enumerate(self._kept)
        ]

    def _row(self, kept: Kept, width: int) -> list[Content]:
        words = " ".join(kept.text(self._scene)[:400].split())
        where = "" if kept.is_visible(self._scene) else "in another take"
        return [spread(Content(visible(words)), Content.styled(where, "$foreground-muted"), width)]
