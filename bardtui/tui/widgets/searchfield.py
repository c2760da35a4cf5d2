"""The search field above a list."""

from textual.binding import Binding
from textual.widgets import Input

from bardtui.tui.keys import OwnBindings
from bardtui.tui.widgets.safe_inputs import SafeInput


class SearchField(SafeInput, OwnBindings, inherit_bindings=False):
    """An input without the keys that act on the highlighted row of the list."""

    DEFAULT_CSS = """
    SearchField {
        border: round $foreground 25%;
        border-subtitle-color: $text-muted;
        background: transparent;
        height: 3;
        padding: 0 1;
        &:focus { border: round $border; }
    }
    """

    BINDINGS = [
        binding
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.key not in ("enter", "delete,ctrl+d")
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            placeholder="Search in titles and texts, or type a file's path",
            select_on_focus=False,
        )
        self.cursor_blink = False
