"""The dialog that picks a file or a folder."""

from collections.abc import Iterable
from pathlib import Path

from rich.text import Text, TextType
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DirectoryTree

from bardtui.escaping import visible
from bardtui.tui.screens.dialog import Dialog


class _Tree(DirectoryTree):
    """Files and folders, without hidden ones; their names never act on the terminal.

    With a `suffix`, only files with that one.
    """

    suffix = ""

    def process_label(self, label: TextType) -> Text:
        return super().process_label(visible(str(label)))

    def filter_paths(self, paths: Iterable[Path]) -> list[Path]:
        shown = (path for path in paths if not path.name.startswith("."))
        return [path for path in shown if path.name.endswith(self.suffix) or path.is_dir()]


class FilesScreen(Dialog[Path | None]):
    """Shows the files below a folder; dismissed with one, or with a folder.

    `title` says what is looked for; with a `suffix`, only files with that one show.
    """

    DEFAULT_CSS = """
    FilesScreen {
        & #box { width: 84; height: 90%; padding: 0 1; }
        & #files { height: 1fr; background: $surface; scrollbar-size-vertical: 1; }
    }
    """
    BINDINGS = [
        Binding("backspace", "up", "The folder above", id="files.up"),
        Binding("ctrl+s", "folder", "The folder itself", id="files.folder"),
    ]
    AUTO_FOCUS = "#files"

    def __init__(
        self,
        folder: Path,
        title: str = "A text file or a folder of .txt files",
        suffix: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._tree = _Tree(folder, id="files")
        self._tree.guide_depth, self._tree.suffix = 2, suffix

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = self._title
            box.border_subtitle = "Enter: open or choose, ^s: choose the folder, ⌫: up, Esc: cancel"
            yield self._tree

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self.dismiss(event.path)

    def action_up(self) -> None:
        self._tree.path = Path(self._tree.path).absolute().parent

    def action_folder(self) -> None:
        """Choose the highlighted folder, or the one that the highlighted file is in."""
        node = self._tree.cursor_node
        path = node.data.path if node is not None and node.data else Path(self._tree.path)
        self.dismiss(path if path.is_dir() else path.parent)
