"""The screen that lists runs of training and shows how one is getting on."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.tui.keys import key_of
from bardtui.tui.run_words import in_a_few_words, status
from bardtui.tui.screens.dialog import ClosesOnce, ErrorLine
from bardtui.tui.widgets.keysline import KeysLine
from bardtui.tui.widgets.lossplot import LossPlot
from bardtui.tui.widgets.rows import ListPane, Rows, distinct, spread
from bardtui.workshop.workshop import Run, Workshop

WIDE = 110  # columns; in a narrower terminal the sample is below the plot

Answer = str | Literal[True]
"""The name of a model to write with, or True to train another one."""


class TrainingScreen(ModalScreen[Answer | None], ClosesOnce[Answer | None]):
    """Lists the runs of a workshop; dismissed with what the writer wants next.

    Call `show` when something has changed.
    """

    DEFAULT_CSS = """
    TrainingScreen {
        background: $background;
        & #runs { height: auto; max-height: 30%; min-height: 3; }
        & #state { padding: 0 2; height: auto; max-height: 4; }
        & #error { padding: 0 2; }
        & #views { layout: vertical; height: 1fr; }
        & #plot, & #sample { height: 1fr; width: 1fr; }
        & #sample {
            border: round $foreground 25%;
            border-title-color: $cue;
            padding: 0 1;
            color: $model;
        }
        &.-wide #views { layout: horizontal; }
    }
    """
    BINDINGS = [
        Binding("enter", "write", "Write with it", priority=True, id="training.write"),
        Binding("s", "stop", "Pause and save", id="training.stop"),
        Binding("g", "go_on", "Go on", id="training.go_on"),
        Binding("delete", "forget", "Off the list", id="training.forget"),
        Binding("n", "new", "Train another", id="training.new"),
        Binding("left", "sample(-1)", "Earlier sample", show=False, id="training.before"),
        Binding("right", "sample(1)", "Later sample", show=False, id="training.after"),
        Binding("escape", "close", "Close", id="training.close"),
    ]
    AUTO_FOCUS = "#runs"

    def __init__(self, workshop: Workshop, chosen: str = "") -> None:
        super().__init__()
        self._workshop, self._chosen = workshop, chosen
        self._list = ListPane(id="runs", markup=False)
        self._list.border_title = "Training"
        self._plot = LossPlot()
        self._state = Static(id="state")
        self._sample = Static(id="sample")
        self._page: int | None = None
        """The sample that shows; None for the last one."""
        self._listed: list[tuple[str, str]] = []
        self._go_on_key = ""

    def compose(self) -> ComposeResult:
        yield self._list
        yield self._state
        yield ErrorLine()
        with Container(id="views"):
            yield self._plot
            yield self._sample
        yield KeysLine()

    def on_mount(self) -> None:
        self._go_on_key = key_of(self.app, "training.go_on")
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")

    @property
    def run(self) -> Run | None:
        """The highlighted run."""
        place = self._list.highlighted
        name = self._listed[place][0] if place is not None and self._listed else self._chosen
        return self._workshop.run(name)

    def show(self) -> None:
        """Show the runs as they are now."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self._show_list(self._workshop.runs)
        self.refresh_bindings()
        if (run := self.run) is None:
            return
        self._state.update(Content(status(run, self._go_on_key)))
        self._plot.show(run.progress)
        self._show_sample(run)

    def _show_list(self, runs: Sequence[Run]) -> None:
        listed = [(run.order.name, in_a_few_words(run)) for run in runs]
        if listed == self._listed:
            return
        names = [name for name, _ in listed]
        kept = self.run.order.name if self.run else self._chosen
        same, self._listed = names == [name for name, _ in self._listed], listed
        if same and names:
            for place, run in enumerate(runs):
                self._list.replace_option_prompt_at_index(place, _prompt(run))
            return
        self._list.clear_options()
        if names:
            options = zip(runs, distinct(names), strict=True)
            self._list.add_options(Option(_prompt(run), id=id) for run, id in options)
            self._list.highlighted = names.index(kept) if kept in names else len(names) - 1
        else:
            self._list.add_option(Option(Content("No model is being trained"), disabled=True))

    def _show_sample(self, run: Run) -> None:
        samples = list(run.progress.samples)
        if not samples:
            self._sample.border_title = "Sample"
            words = "After each epoch, what the network writes then shows here."
            self._sample.update(Content.styled(words, "$text-muted"))
            return
        place = len(samples) - 1 if self._page is None else min(self._page, len(samples) - 1)
        sample = samples[place]
        self._sample.border_title = f"Sample after epoch {sample.epoch:,}"
        self._sample.border_subtitle = f"← → {place + 1:,} of {len(samples):,}"
        self._sample.update(Content(visible(sample.text.strip("\n"), keep="\n")))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._page = None
        self.show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_write()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable what cannot be done with the highlighted run; None shows it as disabled."""
        run = self.run
        phase = run.progress.phase if run else ""
        match action:
            case "write":
                return None if run is None or not run.progress.published else True
            case "stop":
                return phase in ("running", "queued")
            case "go_on":
                return phase in ("stopped", "failed")
            case "forget":
                return run is not None and not run.active
        return True

    def action_write(self) -> None:
        """Write with the run's model."""
        if (run := self.run) is not None and run.progress.published:
            self.dismiss(run.order.name)

    def action_new(self) -> None:
        self.dismiss(True)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_stop(self) -> None:
        self._try(self._workshop.stop)

    def action_go_on(self) -> None:
        self._try(self._workshop.go_on)

    def action_forget(self) -> None:
        """Take the run off the list; the model stays."""
        self._try(self._workshop.forget)

    def action_sample(self, steps: int) -> None:
        """Page through the samples of the run's epochs."""
        if (run := self.run) is None or not run.progress.samples:
            return
        last = len(run.progress.samples) - 1
        page = max(0, min(last, (last if self._page is None else self._page) + steps))
        self._page = None if page == last else page
        self.show()

    def _try(self, act: Callable[[Run], None]) -> None:
        if (run := self.run) is None:
            return
        self._say("")
        try:
            act(run)
        except UserError as error:
            self._say(str(error))
        self.show()

    def _say(self, text: str) -> None:
        self.query_one(ErrorLine).say(text)


def _prompt(run: Run) -> Rows:
    return Rows(partial(_row, run.order.name, in_a_few_words(run)))


def _row(name: str, words: str, width: int) -> list[Content]:
    return [spread(Content(visible(name)), Content.styled(words, "$text-muted"), width)]
