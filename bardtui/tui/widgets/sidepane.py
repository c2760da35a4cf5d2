"""The side pane: the models, the dials, where a passage stops, and the cast."""

import math
from typing import TypedDict

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from bardtui.scene.cast import Cast
from bardtui.scene.scene import SceneError
from bardtui.settings import LENGTHS, PACES, STOPS, TEMPERATURES, Remembered, Stop
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.dial import Dial
from bardtui.tui.widgets.models import ModelEntry, ModelsPane

_RULES: dict[str, str] = {stop: stop for stop in STOPS}
_RULES_SAID = {rule: "the length" if rule == "length" else f"a {rule}" for rule in _RULES}


class Values(TypedDict):
    """What the dials say: a temperature, a length in characters, a pace in characters a second, and
    what may end a passage before its length does."""

    temperature: float
    length: int
    pace: float
    rule: Stop


class SidePane(Vertical):
    """What the next passage will be written with; `remembered` is what it was last."""

    class Missing(Message):
        """The model that was in use last cannot be used now; another could be instead."""

        def __init__(self, name: str, instead: str) -> None:
            super().__init__()
            self.name = name
            self.instead = instead

    def __init__(self, remembered: Remembered) -> None:
        super().__init__(id="side")
        self._model = remembered.model
        self.models = ModelsPane(None, id="models")
        self.temperature, self.length, self.pace = _dials(remembered)
        self.rule = Choice("Stops after", _RULES, remembered.rule, titles=_RULES_SAID, id="rule")
        self.cast = CastPane(id="cast")

    def compose(self) -> ComposeResult:
        yield from (self.models, self.temperature, self.length, self.rule, self.pace, self.cast)

    def on_mount(self) -> None:
        self.call_after_refresh(self._list_models)  # the first picture comes first

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Who comes to the models may have trained one meanwhile."""
        if event.widget is self.models:
            self._list_models()

    def values(self) -> Values:
        """What the dials say."""
        return {
            "temperature": self.temperature.value,
            "length": int(self.length.value),
            "pace": self.pace.value,
            "rule": next(stop for stop in STOPS if stop == self.rule.value),
        }

    def remembered(self, model: str, theme: str) -> Remembered:
        """The settings as they are now, for the next start."""
        return Remembered(
            model=model,
            temperature=round(self.temperature.value, 4),
            length=int(self.length.value),
            pace=self.pace.value,
            rule=self.rule.value,
            theme=theme,
        )

    def words(self) -> tuple[str, ...]:
        """The dials in words, for where there is no room for them."""
        rule = self.values()["rule"] if not self.cast.cast.roles else "speech"
        return (
            f"temperature {self.temperature.value:.2f}",
            f"length {self.length.value:,.0f}",
            *([f"to {_RULES_SAID[rule]}'s end"] if rule != "length" else []),
            f"pace {_pace(self.pace.value)}",
        )

    # -- the cast ----------------------------------------------------------------------------------

    def show_cast(self, cast: Cast, turn: str | None) -> None:
        """Show the roles, one of them with the word."""
        self.cast.show(cast, turn)
        self.rule.border_subtitle = "a role: its speech" if cast.roles else ""

    @work
    async def on_cast_pane_edit(self, message: CastPane.Edit) -> None:
        """Ask for a role."""
        message.stop()
        from bardtui.tui.screens.role import RoleScreen

        before = message.role
        models = [entry.name for entry in self.models.entries if entry.error is None]
        taken = {role.name for role in self.cast.cast.roles if role != before}
        role = await self.app.push_screen_wait(RoleScreen(before, models, taken))
        if role is None:
            return
        try:
            self.cast.put(role, before.name if before else None)
        except SceneError as error:  # there are as many as there can be
            self.notify(str(error), severity="warning", markup=False)

    # -- the models --------------------------------------------------------------------------------

    @work(thread=True, exclusive=True)
    def _list_models(self) -> None:
        from bardtui.model.store import list_models

        entries = [
            ModelEntry(
                name=listed.name,
                parameters=listed.bundle.spec.parameters if listed.bundle else None,
                corpus=listed.bundle.title if listed.bundle else "",
                loss=listed.bundle.held_out_loss if listed.bundle else None,
                bundled=listed.bundle is not None and listed.bundle.bundled,
                error=listed.error,
            )
            for listed in sorted(list_models(), key=lambda listed: listed.error is not None)
        ]
        self.app.call_from_thread(self._show_models, entries)

    def _show_models(self, entries: list[ModelEntry]) -> None:
        self.models.set_entries(entries)
        self.models.set_current(self._model)
        usable = [entry.name for entry in entries if entry.error is None]
        if usable and self._model not in usable:
            instead = Remembered.model if Remembered.model in usable else usable[0]
            self.post_message(self.Missing(self._model, instead))


def _dials(remembered: Remembered) -> tuple[Dial, Dial, Dial]:
    """Temperature, length and pace, as they were last."""
    temperature = Dial(
        "Temperature",
        *TEMPERATURES,
        remembered.temperature,
        step=0.05,
        format=lambda value: f"{value:.2f}",
        low_hint="sober",
        high_hint="wild",
        id="temperature",
    )
    length = Dial(
        "Length, at most",
        *LENGTHS,
        remembered.length,
        format=lambda value: f"{value:,.0f}",
        scale="log",
        low_hint="a word",
        high_hint="an act",
        id="length",
    )
    pace = Dial(
        "Pace",
        *PACES,
        remembered.pace,
        format=_pace,
        scale="log",
        unlimited=True,
        low_hint="slow",
        high_hint="full speed",
        id="pace",
    )
    return temperature, length, pace


def _pace(value: float) -> str:
    return "full speed" if math.isinf(value) else f"{value:,.0f} char/s"
