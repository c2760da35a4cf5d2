"""The side pane: models, dials, stop rule, form and cast."""

import math

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import get_current_worker

from bardtui.scene.cast import Cast
from bardtui.session.session import WritingSession
from bardtui.settings import FORMS, LENGTHS, PACES, STOPS, TEMPERATURES, Remembered
from bardtui.tui.model_keeping import ModelKeeping
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.dial import Dial
from bardtui.tui.widgets.models import ModelEntry, ModelsPane

_FORMS: dict[str, str] = {form: form for form in FORMS} | {"scene": "as the scene"}
_RULES: dict[str, str] = {stop: stop for stop in STOPS}
_RULE_TITLES = {rule: "the length" if rule == "length" else f"a {rule}" for rule in _RULES}


class SidePane(Vertical):
    """Shows what the next passage is written with. The session owns every value."""

    def __init__(self, session: WritingSession) -> None:
        super().__init__(id="side")
        self._session = session
        chosen = session.remembered
        self.models = ModelsPane(None, id="models")
        self.temperature, self.length, self.pace = _dials(chosen)
        self.rule = Choice("Stops after", _RULES, chosen.rule, titles=_RULE_TITLES, id="rule")
        self.form = Choice("Form", _FORMS, chosen.form, id="form")
        self.cast = CastPane(id="cast")
        self.keeping = ModelKeeping(self, session)

    def compose(self) -> ComposeResult:
        yield from (self.models, self.temperature, self.length, self.rule, self.form, self.pace)
        yield self.cast

    def on_mount(self) -> None:
        self.call_after_refresh(self.list_models)  # after the first screen

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """List the models again: one may have been trained or deleted in the meantime."""
        if event.widget is self.models:
            self.list_models()

    def on_dial_changed(self, message: Dial.Changed) -> None:
        match message.dial.id:
            case "temperature":
                self._session.choose(temperature=round(message.value, 4))
            case "length":
                self._session.choose(length=int(message.value))
            case "pace":
                self._session.choose(pace=message.value)

    def on_choice_changed(self, message: Choice.Changed) -> None:
        if message.choice is self.form:
            self._session.choose(form=message.value)
        else:
            self._session.choose(rule=message.value)

    def on_models_pane_picked(self, message: ModelsPane.Picked) -> None:
        self._session.set_model(message.name)

    def on_models_pane_refused(self, message: ModelsPane.Refused) -> None:
        self._session.notify("model_unusable", "error", model=message.name, reason=message.reason)

    def on_models_pane_card_wanted(self, message: ModelsPane.CardWanted) -> None:
        self.keeping.show_card(message.name)

    def on_models_pane_delete_wanted(self, message: ModelsPane.DeleteWanted) -> None:
        self.keeping.delete(message.name)

    def on_models_pane_restore_wanted(self) -> None:
        self.keeping.restore()

    def on_cast_pane_changed(self, message: CastPane.Changed) -> None:
        self._session.keep_cast(message.cast)

    def on_cast_pane_speakers_wanted(self) -> None:
        self._session.editing.add_speakers()

    def summary(self) -> tuple[str, ...]:
        """Return the settings as texts, for terminals too narrow for the pane."""
        chosen = self._session.remembered
        return (
            f"temperature {chosen.temperature:.2f}",
            f"length {chosen.length:,}",
            *([chosen.form] if chosen.form != "scene" else []),
            *([f"to {_RULE_TITLES[chosen.rule]}'s end"] if chosen.rule != "length" else []),
            f"pace {_pace(chosen.pace)}",
        )

    def usable_models(self) -> list[str]:
        """Return the names of the listed models that can be used."""
        return [entry.name for entry in self.models.entries if entry.error is None]

    def show_cast(self, cast: Cast, turn: str | None, lacking: tuple[str, ...]) -> None:
        """Show the roles, mark the one that speaks, and offer those who lack a role."""
        self.cast.show(cast, turn, lacking)

    def show_model(self) -> None:
        """Mark the model in use, and the one that is loading."""
        states = self._session.model_states
        loading = [name for name, state in states.items() if state == "loading"]
        self.models.set_current(self._session.model)
        self.models.set_loading(loading[-1] if loading else None)

    def show_settings(self) -> None:
        """Set the dials to the session's values."""
        chosen = self._session.remembered
        with self.prevent(Dial.Changed, Choice.Changed):
            self.temperature.value = chosen.temperature
            self.length.value = chosen.length
            self.pace.value = chosen.pace
            self.rule.value = chosen.rule
            self.form.value = chosen.form

    @work(thread=True, exclusive=True)
    def list_models(self) -> None:
        """List the models again."""
        from bardtui.model.store import list_models

        entries = [
            ModelEntry(
                name=listed.name,
                parameters=listed.bundle.spec.parameters if listed.bundle else None,
                corpus=listed.bundle.title if listed.bundle else "",
                bundled=listed.bundle is not None and listed.bundle.bundled,
                error=listed.error,
                sample=listed.bundle.sample if listed.bundle else "",
            )
            for listed in sorted(list_models(), key=lambda listed: listed.error is not None)
        ]
        if not get_current_worker().is_cancelled:  # else a newer list is being made
            self.app.call_from_thread(self._show_models, entries)

    def _show_models(self, entries: list[ModelEntry]) -> None:
        self.models.set_entries(entries)
        self._session.models_listed(self.usable_models())
        self.show_model()


def _dials(chosen: Remembered) -> tuple[Dial, Dial, Dial]:
    """Return the dials for temperature, length and pace."""
    temperature = Dial(
        "Temperature",
        *TEMPERATURES,
        chosen.temperature,
        step=0.05,
        format=lambda value: f"{value:.2f}",
        low_hint="sober",
        high_hint="wild",
        id="temperature",
    )
    length = Dial(
        "Length, about",
        *LENGTHS,
        chosen.length,
        format=lambda value: f"{value:,.0f}",
        scale="log",
        low_hint="a word",
        high_hint="an act",
        id="length",
    )
    pace = Dial(
        "Pace",
        *PACES,
        chosen.pace,
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
