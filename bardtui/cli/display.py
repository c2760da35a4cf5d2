"""What commands show on the terminal: the progress of long work, and tables."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from bardtui.escaping import visible
from bardtui.plot import plot
from bardtui.progress import duration
from bardtui.training.curves import LossCurves
from bardtui.training.state import EpochReport, OnReport, StepReport

if TYPE_CHECKING:
    from bardtui.training.run_setup import Run

_PLOT_ROWS, _PLOT_STYLES = 4, ("bold cyan", "dim")
LOG_EVERY = 60.0  # seconds between two lines if the output is a file


def plan_lines(run: "Run") -> list[str]:
    """What a run is going to do: the network, the batches, and the time if it is limited."""
    spec, plan, windows = run.trainer.spec, run.trainer.plan, run.trainer.windows
    limit, timed = run.trainer.limit, run.timed
    epochs = f"{plan.epochs}"
    lines = []
    if timed:
        passes = timed.characters / len(windows.indices)
        epochs = f"about {passes:,.0f}" if passes >= 10 else f"about {passes:.2g}"
        lines.append(
            f"about {timed.characters:,} characters can be read, {timed.speed:,.0f} a second"
        )
    elif limit:
        epochs = f"about {plan.epochs}"
    network = (
        f"embedding {spec.embedding_dim}, {spec.layers} x {spec.cell} {spec.units}, "
        f"dropout {spec.dropout:g}: {spec.parameters:,} parameters; {epochs} epochs of "
        f"{windows.batches} batches of {windows.batch_size} x {plan.seq_len}, in {plan.precision}"
    )
    if limit:
        lines.append(f"ready in about {duration(limit.left)}")
    return [network, *lines]


def plot_lines(curves: LossCurves, width: int) -> list[Text]:
    """A plot of the losses in rows, with the largest and the smallest value; empty at first."""
    drawn = plot([curves.held_out, curves.training], min(60, width - 8), _PLOT_ROWS)
    if drawn is None or not curves.held_out:
        return []
    rows = []
    for number, (row, lines) in enumerate(zip(drawn.rows, drawn.lines, strict=True)):
        edge = {0: f"{drawn.high:.3f} ", _PLOT_ROWS - 1: f"{drawn.low:.3f} "}.get(number, "")
        text = Text(edge.rjust(7), style="dim")
        for cell, line in zip(row, lines, strict=True):
            text.append(cell, _PLOT_STYLES[line] if line >= 0 else "")
        rows.append(text)
    rows.append(Text(" " * 7 + "held-out loss solid, training loss dotted", style="dim"))
    return rows


class TrainingDisplay:
    """A progress bar for the current epoch, and above it a line and a sample for each epoch.

    Below the bar is a plot of the losses. If the output is a file, it shows one line a minute
    instead.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), expand=True
        )
        self._task = self._bar.add_task("compiling the network", total=None)
        self._status = Text()
        self._curves = LossCurves()
        self._printed = time.monotonic()
        self._live = Live(
            get_renderable=self._rows,
            console=console,
            refresh_per_second=4,
            transient=True,
        )

    def show(self, report: StepReport | EpochReport) -> None:
        """Show a step or an epoch."""
        if isinstance(report, EpochReport):
            self._show_epoch(report)
        else:
            self._show_step(report)

    def _rows(self) -> RenderableType:
        return Group(self._bar, self._status, *plot_lines(self._curves, self.console.width))

    def _show_step(self, step: StepReport) -> None:
        self._curves.add_step(step.epoch, step.step, step.steps, step.loss)
        status = (
            f"loss {step.loss:.3f} · {step.rate:,.0f} char/s · {duration(step.seconds_left)} left"
        )
        if not self.console.is_terminal:
            if time.monotonic() - self._printed >= LOG_EVERY:
                self._printed = time.monotonic()
                at = f"epoch {step.epoch} of {step.epochs}, {step.step} of {step.steps}"
                self.console.print(f"{at} · {status}")
            return
        self._bar.update(
            self._task,
            description=f"epoch {step.epoch} of {step.epochs}",
            completed=step.step,
            total=step.steps,
        )
        self._status.plain = f"{status} · Ctrl+C stops and saves"

    def _show_epoch(self, epoch: EpochReport) -> None:
        self._curves.add_epoch(epoch.epoch, epoch.held_out)
        parts = [f"epoch {epoch.epoch}", f"loss {epoch.loss:.3f}"]
        if epoch.held_out is not None:
            parts.append(f"held-out loss {epoch.held_out:.3f}")
        parts += [f"{epoch.rate:,.0f} char/s", duration(epoch.seconds)]
        if epoch.best:
            parts.append("best so far")
        self.console.print(Text(" · ".join(parts), style="bold"))
        sample = Text(visible(epoch.sample.strip("\n"), keep="\n\t"), style="dim")
        self.console.print(Text("  ") + Text("\n  ").join(sample.split("\n")))

    @contextmanager
    def live(self) -> Iterator[OnReport]:
        """Show the reports made while the context lasts."""
        with self._live:
            yield self.show


@contextmanager
def progress_bar(console: Console, label: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar with the time left, removed at the end.

    Call the yielded function with what is done and the total.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(visible(label), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def table(*headings: str, right: tuple[str, ...] = ()) -> Table:
    """A table without lines. The first column, a name, is never folded; columns in `right` are
    numbers, aligned to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headings))
    for number, heading in enumerate(headings):
        made.add_column(
            heading,
            justify="right" if heading in right else "left",
            overflow="fold",
            no_wrap=number == 0 or heading in right,
        )
    return made


def add_rows(table: Table, *rows: tuple[str, ...]) -> Table:
    """Add rows of text, which is neither markup nor control codes, and return the table."""
    for row in rows:
        table.add_row(*[Text(visible(cell)) for cell in row])
    return table
