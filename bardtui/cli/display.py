"""What the commands show on a terminal: progress of long work, and tables."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
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
from bardtui.training.loop import Epoch, Report, Step

LOG_EVERY = 60.0  # seconds


def duration(seconds: float) -> str:
    """A time for people: 42 s, 7 min, 1 h 05 min."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


class TrainingDisplay:
    """A live line for the epoch that is running; above it, what every epoch came to.

    Where the output is a file, a line a minute instead.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), expand=True
        )
        self._task = self._bar.add_task("compiling the network", total=None)
        self._status = Text()
        self._printed = time.monotonic()
        self._live = Live(
            Group(self._bar, self._status),
            console=console,
            refresh_per_second=4,
            transient=True,
        )

    def report(self, event: Step | Epoch) -> None:
        """Show a step or an epoch."""
        if isinstance(event, Epoch):
            self._show_epoch(event)
            return
        status = (
            f"loss {event.loss:.3f} · {event.rate:,.0f} char/s · "
            f"{duration(event.seconds_left)} left"
        )
        if not self.console.is_terminal:
            if time.monotonic() - self._printed >= LOG_EVERY:
                self._printed = time.monotonic()
                at = f"epoch {event.epoch} of {event.epochs}, {event.step} of {event.steps}"
                self.console.print(f"{at} · {status}")
            return
        self._bar.update(
            self._task,
            description=f"epoch {event.epoch} of {event.epochs}",
            completed=event.step,
            total=event.steps,
        )
        self._status.plain = f"{status} · Ctrl+C stops and keeps everything"

    def _show_epoch(self, epoch: Epoch) -> None:
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
    def live(self) -> Iterator[Report]:
        """Show what is reported while the context lasts."""
        with self._live:
            yield self.report


@contextmanager
def counting(console: Console, what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A transient progress bar with the time left, called `what`; the yielded function is to be
    told how much of how much is done."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    shown = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(visible(what), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def table(*headings: str, right: tuple[str, ...] = ()) -> Table:
    """A plain table whose first column, a name, is never folded; those in `right` are numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=any(headings))
    for number, heading in enumerate(headings):
        made.add_column(
            heading,
            justify="right" if heading in right else "left",
            overflow="fold",
            no_wrap=number == 0 or heading in right,
        )
    return made


def rows(made: Table, *lines: tuple[str, ...]) -> Table:
    """Add lines of texts that are neither markup nor codes for the terminal."""
    for line in lines:
        made.add_row(*[Text(visible(cell)) for cell in line])
    return made
