"""The map of a scene: its tree of passages, to look at, to name and to go to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from bardtui.escaping import visible
from bardtui.scene.bookmarks import names_in
from bardtui.scene.excerpt import around
from bardtui.scene.passage import Passage
from bardtui.scene.scene import Scene
from bardtui.tui.certainty import CELLS, Certainty
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.screens.title import PassageNameScreen
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.scenepreview import ScenePreview

_SIGNS = "● here, • shown, ▌ yours, ⚑ named, ←→ other takes · Esc: close"
_WORDS = 300  # characters of a passage, more than a row can show
_NO_LABEL = Text()  # rows are made when they are drawn
_LEAST_WIDTH = 50  # cells of a row that has room for a sparkline
_TOGGLE = Style.from_meta({"toggle": True})


class SceneTree(Tree[Passage]):
    """The passages, one in each row.

    The passages of a line of text are listed below each other, at the same depth. The first line is
    the visible text and what follows it, on the way that was shown last. Below a passage hang the
    other takes that follow the same passage, and below a take its own line. These rows are made
    when they are opened.
    """

    DEFAULT_CSS = """
    SceneTree {
        height: 1fr;
        background: transparent;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: transparent; }
        & > .map--writer { color: $writer; }
        & > .map--model { color: $model; }
        & > .map--hidden { color: $text-muted; }
        & > .map--here { color: $cue; }
        &:nocolor > .tree--cursor { text-style: reverse; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "map--writer",
        "map--model",
        "map--hidden",
        "map--here",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.look", "Look", id="map.look"),
        Binding("right", "open", "Open", show=False, id="map.open"),
        Binding("left", "close", "Close", show=False, id="map.close"),
    ]

    def __init__(
        self,
        scene: Scene,
        ways: Mapping[int | None, Passage],
        certainty: Certainty | None = None,
    ) -> None:
        super().__init__(_NO_LABEL, id="map")
        self._certainty = certainty
        self.show_root, self.auto_expand, self.guide_depth = False, False, 2
        self._scene, self._ways = scene, ways
        self._names = names_in(scene)
        self._shown = {passage.id for passage, _ in scene.path()}
        self._add_line(self.root, ways.get(None))
        self.root.expand()

    def on_mount(self) -> None:
        """Highlight the end of the visible text."""
        rows = self.root.children
        here = next((row for row in rows if self._is_here(row.data)), rows[0])
        self.call_after_refresh(self.move_cursor, here)

    def show_again(self) -> None:
        """Draw the rows in the window again."""
        top = self.scroll_offset.y
        for line in range(top, top + self.size.height):
            if (node := self.get_node_at_line(line)) is not None:
                node.refresh()

    def show_names(self) -> None:
        """Show the names that passages have now."""
        old, self._names = self._names, names_in(self._scene)
        nodes = [*self.root.children]
        for node in nodes:
            nodes += node.children
            if node.data and old.get(node.data.id) != self._names.get(node.data.id):
                node.refresh()

    def _add_line(self, node: TreeNode[Passage], passage: Passage | None) -> None:
        while passage is not None:
            node.add(_NO_LABEL, passage, allow_expand=any(self._others(passage)))
            passage = self._ways.get(passage.id)

    def _others(self, passage: Passage) -> Iterator[Passage]:
        """The other takes: passages that follow the same one."""
        return (p for p in self._scene.children(passage.parent) if p is not passage)

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Passage]) -> None:
        """Make the rows below a row when it is opened for the first time."""
        node, passage = event.node, event.node.data
        if node.children or passage is None:
            return
        if _is_on_a_line(node):
            for other in self._others(passage):
                follows = bool(self._scene.children(other.id))
                node.add(_NO_LABEL, other, allow_expand=follows)
        else:
            self._add_line(node, self._ways.get(passage.id))

    def action_open(self) -> None:
        if (node := self.cursor_node) is not None and node.allow_expand:
            node.expand()

    def action_close(self) -> None:
        """Close a row, or go to its parent."""
        if (node := self.cursor_node) is None:
            return
        if node.is_expanded:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    # -- drawing -----------------------------------------------------------------------------------

    def process_label(self, label: str | Text) -> Text:
        """No label: rows are made by `render_label`."""
        return _NO_LABEL

    def get_label_width(self, node: TreeNode[Passage]) -> int:
        """One cell: rows are cut to fit, and measuring thousands of them would take long."""
        return 1

    def render_label(self, node: TreeNode[Passage], base_style: Style, style: Style) -> Text:
        """A row: whether it is shown, its author, first words, and the number of other takes."""
        if (passage := node.data) is None:
            return _NO_LABEL
        shows = passage.id in self._shown
        kind = passage.author if shows else "hidden"
        colour = self.get_component_rich_style(f"map--{kind}", partial=True)
        here = self.get_component_rich_style("map--here", partial=True)
        icon = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
        mark = "● " if self._is_here(passage) else "• " if shows else "  "
        others = sum(1 for _ in self._others(passage)) if _is_on_a_line(node) else 0
        words = visible(" ".join(passage.text[:_WORDS].split())) or "(blank)"
        name = self._names.get(passage.id)
        row = Text.assemble(
            (icon, base_style + _TOGGLE) if node.allow_expand else "  ",
            (mark, here),
            ("▌ " if passage.author == "writer" else "  ", colour),
            (f"⚑ {visible(name)}  " if name else "", here),
            ("… " if passage.at is not None else "") + words,
            style=colour,
        )
        count = f" +{others}" if others else ""
        width = self.scrollable_content_region.width - 2 * (_depth(node) - 1)
        sure = self._certainty.line(passage) if self._certainty and width >= _LEAST_WIDTH else ""
        room = width - len(count) - (CELLS + 1 if sure else 0)
        row.truncate(max(1, room), overflow="ellipsis", pad=bool(sure))
        row.append(f" {sure:<{CELLS}}" if sure else "", here)
        row.append(count, here)
        row.stylize(style)
        return row

    def _is_here(self, passage: Passage | None) -> bool:
        return passage is not None and passage.id == self._scene.head


def _depth(node: TreeNode[Passage]) -> int:
    """The depth of a row, 1 for the rows of the first line."""
    depth = 0
    while (parent := node.parent) is not None:
        node, depth = parent, depth + 1
    return depth


def _is_on_a_line(node: TreeNode[Passage]) -> bool:
    """Whether a row belongs to a line; every second depth holds other takes."""
    return _depth(node) % 2 == 1


@dataclass(frozen=True)
class Going:
    """The answer: go to the end of a passage, and look at the text from `start` on."""

    end: int
    start: int


class MapScreen(Dialog[Going]):
    """Shows the passages of a scene that has some; dismissed with where to go, or None.

    `name` is called with a passage and the name that the writer gives to it. `certainty` says how
    sure the model was along a passage; what is chosen is scored meanwhile.
    """

    DEFAULT_CSS = """
    MapScreen {
        & #box { width: 150; height: 90%; padding: 0 1; }
        & #look { layout: vertical; height: 1fr; }
        & #map { height: 1fr; width: 1fr; }
        & #preview { display: none; height: 1fr; }
        & #details { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & KeysLine { dock: none; background: transparent; }
        &.-high #preview { display: block; }
        &.-wide #look { layout: horizontal; }
        &.-wide #preview { margin-left: 1; width: 1fr; height: 100%; }
        &.-tiny KeysLine { display: none; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [*Dialog.HORIZONTAL_BREAKPOINTS, (116, "-wide")]
    VERTICAL_BREAKPOINTS = [*Dialog.VERTICAL_BREAKPOINTS, (22, "-high")]
    BINDINGS = [
        Binding("escape", "cancel", "Close", show=False, id="dialog.cancel"),
        Binding("g", "go", "Go there", id="map.go"),
        Binding("c", "cut", "Cut after it", id="map.cut"),
        Binding("n", "name", "Name it", id="map.name"),
    ]
    AUTO_FOCUS = "#map"

    def __init__(
        self,
        scene: Scene,
        name: Callable[[int, str], None],
        certainty: Certainty | None = None,
    ) -> None:
        super().__init__()
        self._scene, self._name_passage, self._certainty = scene, name, certainty
        self._ways = scene.ways_on()
        self._tree = SceneTree(scene, self._ways, certainty)
        self._preview = ScenePreview(id="preview")

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "Map of the scene"
            box.border_subtitle = _SIGNS
            with Container(id="look"):
                yield self._tree
                yield self._preview
            yield Static(id="details")
            yield KeysLine()

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Passage]) -> None:
        """Show the passage in its text, and how it was written."""
        if (passage := event.node.data) is not None:
            self.query_one("#details", Static).update(Content(visible(_details(passage))))
            here = around(self._scene, passage, end_of_way(passage, self._ways))
            self._preview.show("This way", here.runs, "chosen", here.found)

    def on_mount(self) -> None:
        if self._certainty is not None:
            self.set_interval(0.25, self._look_on)

    def _look_on(self) -> None:
        """Have the chosen passage scored, and draw what was found."""
        if self._certainty is None or self._chosen is None:
            return
        self._certainty.look(self._chosen)
        if self._certainty.has_changed:
            self._tree.show_again()

    @property
    def _chosen(self) -> Passage | None:
        return self._tree.cursor_node.data if self._tree.cursor_node else None

    def action_look(self) -> None:
        """Go into the preview, to read on there."""
        self._preview.focus()

    def action_go(self) -> None:
        """Go to the passage, with what follows it on the way that was shown last."""
        if (passage := self._chosen) is not None:
            self.dismiss(Going(end_of_way(passage, self._ways).id, passage.id))

    def action_cut(self) -> None:
        """Go to the end of the passage, to go on from there."""
        if (passage := self._chosen) is not None:
            self.dismiss(Going(passage.id, passage.id))

    def action_name(self) -> None:
        """Give the passage a name."""
        if (passage := self._chosen) is not None:
            name = names_in(self._scene).get(passage.id, "")
            self.app.push_screen(PassageNameScreen(name), partial(self._named, passage.id))

    def _named(self, passage: int, name: str | None) -> None:
        if name is not None:
            self._name_passage(passage, name)
            self._tree.show_names()


def end_of_way(passage: Passage, ways: Mapping[int | None, Passage]) -> Passage:
    """The last passage of the way that goes on from one."""
    while (following := ways.get(passage.id)) is not None:
        passage = following
    return passage


def _details(passage: Passage) -> str:
    """Who wrote a passage, and with which model and settings."""
    parts = [passage.model or passage.author] if passage.author == "model" else ["yours"]
    if passage.author == "writer" and passage.model is not None:
        parts.append(f"edited from {passage.model}")
    if (temperature := passage.settings.get("temperature")) is not None:
        parts.append(f"temperature {temperature}")
    if passage.random_seed is not None:
        parts.append(f"random seed {passage.random_seed}")
    return " · ".join([*parts, f"{passage.length:,} characters"])
