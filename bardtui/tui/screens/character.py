"""The dialog that gives a character another name."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input

from bardtui.escaping import inert
from bardtui.scene.cast import Role
from bardtui.scene.scene import SceneError
from bardtui.tui.screens.dialog import ErrorLine, Form
from bardtui.tui.widgets.safe_inputs import SafeInput

_LISTED = 12  # names in one message


class CharacterScreen(Form[tuple[str, str]]):
    """Asks for a character's name and the new one; dismissed with both, or with None.

    Args:
        names: The characters of the scene.
        chosen: The one that is probably meant; may be empty.
    """

    AUTO_FOCUS = ""  # see on_mount
    ACCEPTS = "rename"

    def __init__(self, names: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._names = names
        self._chosen = chosen if chosen in names else ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Rename a character"
            box.border_subtitle = "Enter: rename, Tab: next field, Esc: cancel"
            known = SuggestFromList(list(map(inert, self._names)), case_sensitive=False)
            old = SafeInput(inert(self._chosen), id="old", max_length=60, suggester=known)
            old.border_title = "Name in the scene"
            yield old
            new = SafeInput(id="new", max_length=60)
            new.border_title = "New name"
            yield new
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Rename", id="rename", compact=True)

    def on_mount(self) -> None:
        self.query_one("#new" if self._chosen else "#old", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        new = self.query_one("#new", Input)
        if event.input is not new and not new.value:
            event.stop()
            event.prevent_default()  # the form would accept
            new.focus()

    def action_accept(self) -> None:
        """Close with both names, or show what is wrong in the field that it is about."""
        typed = self.query_one("#old", Input).value.strip()
        old = next((name for name in self._names if name.casefold() == typed.casefold()), None)
        if old is None:
            listed = ", ".join(self._names[:_LISTED])
            self._say(f"Nobody has that name; the scene has {listed}", "#old")
            return
        new = self.query_one("#new", Input).value.strip()
        new = new.upper() if old.isupper() else new
        try:
            Role(new)
        except SceneError as error:
            self._say(str(error), "#new")
            return
        if new in self._names:
            self._say(f"{new} is in the scene already", "#new")
        else:
            self.dismiss((old, new))

    def _say(self, text: str, field: str = "") -> None:
        self.query_one(ErrorLine).say(text)
        if field:
            self.query_one(field, Input).focus()
