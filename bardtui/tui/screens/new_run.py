"""The dialogs that order a run of training: on any text, or on the scene ("Teach it this")."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from bardtui.errors import UserError, os_message, user_message
from bardtui.escaping import visible
from bardtui.tui.keys import key_of
from bardtui.tui.own_texts import OwnTexts
from bardtui.tui.screens.dialog import ErrorLine, Form
from bardtui.tui.screens.texts import TextField
from bardtui.tui.widgets.choice import Choice
from bardtui.tui.widgets.safe_inputs import SafeInput
from bardtui.workshop.estimate import comparison, too_little
from bardtui.workshop.order import Order
from bardtui.workshop.survey import Survey, convertible, free_name, survey, to_utf8

MINUTES = {"2": "2 minutes", "5": "5", "15": "15", "40": "40", "480": "all night"}
_FINISHED = {
    "2": "two minutes",
    "5": "five minutes",
    "15": "a quarter of an hour",
    "40": "40 minutes",
}
_PAUSE = 0.4  # seconds without typing before the text is read
NOTHING = ""  # as the model to start from

PlaceOrder = Callable[[Order], object]
"""Orders a run. Raises UserError."""


class _OrderScreen(Form[str | None]):
    """What both dialogs share; dismissed with the name of the ordered model."""

    DEFAULT_CSS = """
    _OrderScreen {
        & #box { width: 78; padding: 0 1; }
        & .found { height: auto; max-height: 5; padding: 0 1; color: $text-muted; }
        & .buttons { margin-top: 0; }
    }
    """

    ACCEPTS = "train"
    BINDINGS = [Binding("enter", "accept", "Train", show=False, id="run.order")]

    def __init__(self, order: PlaceOrder) -> None:
        super().__init__()
        self._order = order
        self._field = SafeInput(id="name", max_length=64)
        self._field.border_title = "Name of the new model"
        self._minutes = Choice("Time", MINUTES, "5", titles={"480": "eight hours"}, id="minutes")
        self._named = ""
        """The name that was suggested last."""

    def _suggest(self, name: str) -> None:
        """Suggest a name, unless the writer has typed another one."""
        if self._field.value in ("", self._named):
            self._named = self._field.value = name

    def _place(self, source: str, length: int, base: str, description: str = "") -> None:
        """Order the run on a text of so many characters, or show why not."""
        if problem := too_little(length):
            self.query_one(ErrorLine).say(problem)
            return
        minutes = float(self._minutes.value)
        order = Order(self._field.value.strip(), source, minutes, base, description)
        try:
            self._order(order)
        except UserError as error:
            self.query_one(ErrorLine).say(str(error))
        else:
            self.dismiss(order.name)


class NewRunScreen(_OrderScreen):
    """Asks for a text, a model to start from, a name and a time, and says what is in the text."""

    BINDINGS = [
        Binding("ctrl+o", "choose", "Choose a text", priority=True, id="new_run.choose"),
        Binding("ctrl+t", "convert", "Convert to UTF-8", show=False, id="new_run.convert"),
    ]
    AUTO_FOCUS = "#source"

    def __init__(self, order: PlaceOrder, models: Sequence[str], texts: OwnTexts) -> None:
        super().__init__(order)
        self._texts = texts
        self._source = TextField(texts, id="source")
        self._source.border_title = "Text"
        self._found = Static(classes="found", id="found")
        bases = {NOTHING: "nothing", **{name: name for name in models}}
        self._base = Choice("Starts from", bases, NOTHING, id="base")
        self._estimate = Static(classes="found", id="estimate")
        self._survey: Survey | None = None
        self._surveyed = ""
        """The source of the text that was surveyed."""
        self._convertible: Path | None = None
        """The file in another encoding that keeps the text from being read."""
        self._converted = ""
        """What was done to it, in a sentence."""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Train a model"
            box.border_subtitle = "^o: choose a text, Enter: train, Esc: cancel"
            yield self._source
            yield self._found
            yield self._base
            yield self._field
            yield self._minutes
            yield self._estimate
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Choose a text", id="choose", compact=True)
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Train", id="train", compact=True)

    def on_mount(self) -> None:
        files = "A text file, a folder of .txt files, a" if self._texts.files else "A"
        self._found.update(f"{files} text of the catalogue, or your scenes.")

    # -- the text ----------------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(ErrorLine).say("")
        if event.input is self._source:
            self._look_soon()
        else:
            self._show_estimate()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice is self._base:
            self._look_soon()
        else:
            self._show_estimate()

    def _look_soon(self) -> None:
        self._survey = self._convertible = None
        self._converted = ""
        self._found.update("")
        self._estimate.update("")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._look)

    @work(exclusive=True)
    async def _look(self) -> None:
        """Read the text and say what is in it."""
        if not (typed := self._source.value.strip()):
            return
        self._found.update("reading …")
        try:
            source = await asyncio.to_thread(self._texts.source, typed)
            found = await asyncio.to_thread(survey, source, self._base.value)
            name = await asyncio.to_thread(free_name, found.title)
        except (UserError, OSError) as error:
            self._found.update("")
            self._convertible = convertible(error)
            told = user_message(error) or ""
            if self._convertible:
                told += f". {key_of(self.app, 'new_run.convert')} converts it, and keeps a copy."
            self.query_one(ErrorLine).say(told)
            return
        self._survey, self._surveyed = found, source
        rows = _described(found, self._base.value)
        converted = [Content(visible(self._converted))] if self._converted else []
        self._found.update(Content("\n").join([*converted, *rows]))
        self._suggest(name)
        self._show_estimate()

    def _show_estimate(self) -> None:
        if self._survey is None:
            return
        takes = _FINISHED.get(self._minutes.value, "eight hours")
        words = comparison(self._survey.characters, from_model=bool(self._base.value))
        told = f"Ready in {takes}, usable soon after the start. {words}."
        problem = too_little(self._survey.characters)
        self._estimate.update(Content("" if problem else told))
        self.query_one(ErrorLine).say(problem)

    @work(exclusive=True)
    async def action_convert(self) -> None:
        """Convert the file in another encoding to UTF-8, and read the text again."""
        if (path := self._convertible) is None:
            return
        self._convertible = None
        try:
            told = await asyncio.to_thread(to_utf8, path)
        except (UserError, OSError) as error:
            self.query_one(ErrorLine).say(user_message(error) or "")
        else:
            self._look_soon()
            self._converted = told

    # -- keys and buttons --------------------------------------------------------------------------

    def action_choose(self) -> None:
        """Choose a text from lists."""
        self._source.choose()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "choose":
            event.prevent_default()  # the form would cancel
            self.action_choose()

    def action_accept(self) -> None:
        """Order the run, once the text is known."""
        if self._survey is None:
            if not self._source.value.strip():
                self.query_one(ErrorLine).say("Choose a text first.")
            else:
                self._look_soon()
            return
        try:
            self._texts.keep_again(self._surveyed)
        except OSError as error:
            self.query_one(ErrorLine).say(os_message(error))
            return
        self._place(self._surveyed, self._survey.characters, self._base.value)


class TeachScreen(_OrderScreen):
    """Asks what of a scene or some scenes a new model reads, for how long, and for its name.

    `what` calls them by a name, such as "this scene"; `texts` are what the writer wrote in them and
    all of it. `save` keeps one as a file and returns its path; it may raise OSError.
    """

    AUTO_FOCUS = "#part"

    def __init__(
        self,
        order: PlaceOrder,
        base: str,
        title: str,
        what: str,
        texts: dict[str, str],
        save: Callable[[str, str], Path],
    ) -> None:
        super().__init__(order)
        self._base, self._title, self._texts, self._save = base, title, texts, save
        self._what = what
        parts = {"yours": "what you wrote", "all": "all of it"}
        enough = not too_little(len(texts["yours"]))
        self._part = Choice("Reads", parts, "yours" if enough else "all", id="part")
        self._found = Static(classes="found", id="found")

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False) as box:
            box.border_title = "Teach it this"
            box.border_subtitle = "Enter: teach, Esc: cancel"
            yield Static(
                Content(
                    f"Makes a model that knows what {visible(self._base)} knows and has read "
                    f"{visible(self._what)}. At the end you see how much likelier the text became."
                ),
                classes="found",
            )
            yield self._part
            yield self._found
            yield self._field
            yield self._minutes
            yield ErrorLine()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Teach", id="train", compact=True)

    def on_mount(self) -> None:
        self._suggest(free_name(f"{self._base} {self._title}"))
        self._show_found()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._show_found()

    def _show_found(self) -> None:
        length = len(self._texts[self._part.value])
        few = "" if length >= 2_000 else ": very little, so do not expect much"
        self._found.update(f"{length:,} characters{few}. Its last tenth is held out.")
        self.query_one(ErrorLine).say(too_little(length))

    def action_accept(self) -> None:
        """Save the text and order the run."""
        text = self._texts[self._part.value]
        try:
            path = self._save(self._field.value.strip(), text)
        except (UserError, OSError) as error:
            self.query_one(ErrorLine).say(user_message(error) or "")
            return
        self._place(str(path), len(text), self._base, f"{self._base}, taught a scene or more.")


def _described(found: Survey, base: str) -> list[Content]:
    """What is in a text, in rows."""
    texts = "" if found.documents == 1 else f" in {found.documents:,} texts"
    rows = [f"{found.characters:,} characters{texts}, {found.distinct:,} different ones"]
    if found.unknown:
        rows.append(f"new to {visible(base)}: {found.unknown}")
    elif found.rare:
        rows.append(f"rare: {found.rare}")
    rows += found.notes[:1]
    if (more := len(found.notes) - 1) > 0:
        rows[-1] += f", and {more} more {'note' if more == 1 else 'notes'}"
    sample = " ⏎ ".join(found.sample.split("\n"))
    return [Content.styled(row, "$text-muted") for row in rows] + [
        Content.styled(sample, "italic $foreground").truncate(72, ellipsis=True)
    ]
