"""What `bardtui train` prints: lines for people, or events as JSON."""

import json
import math
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from bardtui.cli.common import console, errors_as_json, warn
from bardtui.cli.display import TrainingDisplay, plan_lines, progress_bar
from bardtui.progress import OnProgress, duration
from bardtui.training.state import EpochReport, OnReport, StepReport

if TYPE_CHECKING:
    from bardtui.text.corpus import Corpus
    from bardtui.training.run_setup import Run

EVENTS_APART = 1.0  # seconds between two events of one kind of progress, at least


class TrainOutput(Protocol):
    """Shows a run of training from beginning to end. Losses are in nats a character."""

    def errors(self) -> AbstractContextManager[None]:
        """Report an error that ends the context; it is raised on."""

    def progress(self, label: str) -> AbstractContextManager[OnProgress]:
        """Show the progress of some work, which the yielded function is told."""

    def be_quiet(self) -> None:
        """Show nothing from now on: another process does."""

    def note(self, text: str) -> None:
        """Show a line."""

    def text(self, corpus: "Corpus") -> None:
        """Describe the text."""

    def plan(self, run: "Run") -> None:
        """Show what the run is going to do."""

    def training(self, name: str) -> AbstractContextManager[OnReport]:
        """Show the reports about the model `name`, which the yielded function is told."""

    def stopped(self, *, saved: bool, at_once: bool = False) -> None:
        """Say that the run was stopped, `at_once` or with everything saved."""

    def compared(self, base: str, before: float | None, copied: tuple[float, int] | None) -> None:
        """Say what loss the model `base` had, and how much of what is written is copied."""

    def finished(self, name: str, seconds: float, nats: float | None) -> None:
        """Say that the model is ready, and its held-out loss."""


class TextOutput:
    """Lines on standard output, and progress bars on standard error."""

    def __init__(self) -> None:
        self._out, self._err = console(), console(stderr=True)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Leave errors to the policy of all commands."""
        yield

    def progress(self, label: str) -> AbstractContextManager[OnProgress]:
        return progress_bar(self._err, label)

    def be_quiet(self) -> None:
        self._out.quiet = self._err.quiet = True

    def note(self, text: str) -> None:
        self._out.print(text)

    def text(self, corpus: "Corpus") -> None:
        self._out.print(f"{corpus.title}: {corpus.length:,} characters")

    def plan(self, run: "Run") -> None:
        for line in plan_lines(run):
            self._out.print(line)

    def training(self, name: str) -> AbstractContextManager[OnReport]:
        return TrainingDisplay(self._out).live()

    def stopped(self, *, saved: bool, at_once: bool = False) -> None:
        if not at_once:
            self._out.print(
                "stopped; everything is saved. The same command with --resume continues."
            )
        elif saved:
            warn("stopped at once; --resume continues from the last checkpoint")
        else:
            warn("stopped at once; nothing is saved yet")

    def compared(self, base: str, before: float | None, copied: tuple[float, int] | None) -> None:
        if before is not None:
            self._out.print(f"held-out loss of {base}: {before:.4f}")
        if copied is not None:
            share, longest = copied
            most = f", at most {longest:,} characters in a row" if longest else ""
            self._out.print(f"copied from the text: {share:.1%} of what it writes{most}")

    def finished(self, name: str, seconds: float, nats: float | None) -> None:
        if nats is not None:
            self._out.print(f"held-out loss: {nats:.4f} nats per character")
        self._out.print(
            f"{name} is ready after {duration(seconds)}: bardtui generate --model {name}"
        )


class JsonOutput:
    """Events on standard output, one JSON object a line; the README lists them."""

    def __init__(self) -> None:
        self._quiet = False

    @contextmanager
    def errors(self) -> Iterator[None]:
        try:
            with errors_as_json(self._emit):
                yield
        except KeyboardInterrupt:
            self.stopped(saved=False, at_once=True)
            raise

    @contextmanager
    def progress(self, label: str) -> Iterator[OnProgress]:
        due = 0.0

        def show(done: int, total: int | None) -> None:
            nonlocal due
            if time.monotonic() >= due:
                due = time.monotonic() + EVENTS_APART
                self._emit("progress", work=label, done=done, total=total)

        self._emit("progress", work=label, done=0, total=None)
        yield show

    def be_quiet(self) -> None:
        self._quiet = True

    def note(self, text: str) -> None:
        self._emit("note", text=text)

    def text(self, corpus: "Corpus") -> None:
        self._emit("text", title=corpus.title, characters=corpus.length)

    def plan(self, run: "Run") -> None:
        spec, plan, limit = run.trainer.spec, run.trainer.plan, run.trainer.limit
        self._emit(
            "plan",
            network=spec.to_json(),
            parameters=spec.parameters,
            epochs=plan.epochs,
            batches=run.trainer.windows.batches,
            batch_size=run.trainer.windows.batch_size,
            seq_len=plan.seq_len,
            precision=plan.precision,
            speed=run.timed.speed if run.timed else None,
            seconds_left=limit.left if limit else None,
        )

    @contextmanager
    def training(self, name: str) -> Iterator[OnReport]:
        due = 0.0

        def show(report: StepReport | EpochReport) -> None:
            nonlocal due
            if isinstance(report, EpochReport):
                self._emit("epoch", **asdict(report))
                if report.best:
                    self._emit("published", model=name)
            elif time.monotonic() >= due:
                due = time.monotonic() + EVENTS_APART
                self._emit("step", **asdict(report))

        yield show

    def stopped(self, *, saved: bool, at_once: bool = False) -> None:
        self._emit("stopped", saved=saved)

    def compared(self, base: str, before: float | None, copied: tuple[float, int] | None) -> None:
        self._emit("comparison", model=base, before=before)
        if copied is not None:
            self._emit("copies", copied=round(copied[0] * 1_000), longest=copied[1])

    def finished(self, name: str, seconds: float, nats: float | None) -> None:
        self._emit("finished", model=name, seconds=seconds, held_out=nats)

    def _emit(self, event: str, **values: Any) -> None:
        """Print an event. A number that is not finite, which JSON does not know, becomes null."""
        if self._quiet:
            return
        known = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in values.items()
        }
        print(json.dumps({"event": event, **known}), flush=True)
