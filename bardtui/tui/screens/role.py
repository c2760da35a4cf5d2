"""The dialog of a role: its name, who plays it, its model and temperature."""

from collections.abc import Collection, Sequence
from typing import cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input

from bardtui.escaping import inert, visible
from bardtui.scene.cast import Player, Role
from bardtui.scene.scene import SceneError
from bardtui.settings import TEMPERATURE, TEMPERATURES
from bardtui.tui.screens.dialog import ErrorLine, Form
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.safe_inputs import SafeInput

_STEP = 0.05
_AS_THE_PANE = "same as the Model pane"


class RoleNameField(SafeInput):
    """The name of a role. It is put into capitals, unless it was not in capitals at first."""

    def __init__(self, name: str) -> None:
        self._capitals = name == name.upper()
        super().__init__(inert(name), id="name", max_length=60)
        self.border_title = "Name"

    def validate_value(self, value: str) -> str:
        return value.upper() if self._capitals else value


class TemperatureField(Input):
    """A temperature, or nothing. The up and down keys change it."""

    BINDINGS = [
        Binding("up", "move(1)", "Higher", show=False, id="role.higher"),
        Binding("down", "move(-1)", "Lower", show=False, id="role.lower"),
    ]

    def __init__(self, temperature: float | None) -> None:
        super().__init__(
            "" if temperature is None else f"{temperature:g}",
            id="temperature",
            placeholder="same as the Temperature dial",
            restrict=r"[0-9]{0,2}([.,][0-9]{0,3})?",
        )
        self.border_title = "Temperature"

    @property
    def temperature(self) -> float | None:
        """The typed number; None if there is none. Raises SceneError for anything else."""
        typed = self.value.strip().replace(",", ".")
        try:
            return float(typed) if typed else None
        except ValueError as error:
            raise SceneError("a temperature is a number, such as 0.8") from error

    def action_move(self, steps: int) -> None:
        low, high = TEMPERATURES
        try:
            now = self.temperature
        except SceneError:
            now = None
        wanted = TEMPERATURE if now is None else now + steps * _STEP
        self.value = f"{min(high, max(low, wanted)):.2f}"
        self.action_end()


class RoleScreen(Form[Role | None]):
    """Asks for a role; dismissed with it, or with None if nothing changes.

    Args:
        role: The role to change; None for a new one.
        models: The names of the models that can write it.
        taken: The names of the other roles.
    """

    DEFAULT_CSS = """
    RoleScreen {
        & Input { padding: 0 1; }
        & .pair { height: 3; }
        & .pair > * { width: 1fr; }
        &.-tiny #box { overflow-y: auto; }
    }
    """
    BINDINGS = [Binding("enter", "accept", "Save", show=False, id="role.keep")]
    AUTO_FOCUS = "#name"
    ACCEPTS = "keep"

    def __init__(
        self, role: Role | None, models: Sequence[str], taken: Collection[str] = ()
    ) -> None:
        super().__init__()
        self._role = role
        self._taken = frozenset(taken)
        own = [role.model] if role and role.model and role.model not in models else []
        # The values are not the names, since a model may have any name.
        self._models: dict[str, str | None] = {"": None}
        self._models |= {str(n): name for n, name in enumerate([*models, *own])}

    def compose(self) -> ComposeResult:
        role = self._role
        player = role.player if role else "model"
        chosen = next(key for key, name in self._models.items() if name == (role and role.model))
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = Content(visible(role.name)) if role else "New role"
            box.border_subtitle = "Enter: save, Tab: next field, Esc: cancel"
            yield RoleNameField(role.name if role else "")
            yield ErrorLine()
            with Horizontal(classes="pair"):
                who = {"writer": "you", "model": "the model"}
                yield Choice("Played by", who, player, id="player")
                words = {"": "speaks", "muted": "is muted"}
                muted = "muted" if role and role.muted else ""
                yield Choice("In the scene", words, muted, id="muted")
            models = {key: name or _AS_THE_PANE for key, name in self._models.items()}
            yield Choice("Model", models, chosen, id="model")
            yield TemperatureField(role.temperature if role else None)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Save" if role else "Add", id="keep", compact=True)

    def on_mount(self) -> None:
        self._show_who_plays()

    def on_choice_changed(self, message: Choice.Changed) -> None:
        message.stop()
        self._show_who_plays()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge(begun=bool(self.query_one(RoleNameField).value))

    def action_accept(self) -> None:
        if (role := self._judge()) is not None:
            self.dismiss(role if role != self._role else None)
        else:
            self._faulty_field().focus()

    def _faulty_field(self) -> Input:
        """The field to mend: the name, unless it is valid."""
        name = self.query_one(RoleNameField)
        try:
            Role(name.value.strip())
        except SceneError:
            return name
        return name if name.value.strip() in self._taken else self.query_one(TemperatureField)

    def _judge(self, *, begun: bool = True) -> Role | None:
        """The role of the form. If it is not valid, show why (once it is `begun`), return None."""
        problem = ""
        role = None
        try:
            role = self._asked()
        except SceneError as error:
            problem = str(error)
        self.query_one(ErrorLine).say(problem if begun else "")
        return role

    def _asked(self) -> Role:
        """The role of the form. Raises SceneError if it is not valid."""
        name = self.query_one(RoleNameField).value.strip()
        if name in self._taken:
            raise SceneError("there is a role of that name already")
        return Role(
            name,
            cast(Player, self.query_one("#player", Choice).value),
            self._models[self.query_one("#model", Choice).value],
            self.query_one(TemperatureField).temperature,
            muted=bool(self.query_one("#muted", Choice).value),
        )

    def _show_who_plays(self) -> None:
        """Disable the model and temperature of a role that the writer plays."""
        yours = self.query_one("#player", Choice).value == "writer"
        self.query_one("#model", Choice).disabled = yours
        self.query_one(TemperatureField).disabled = yours
