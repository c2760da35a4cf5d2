"""The workshop: runs of training that were ordered in the program, one after the other.

Every run is a process of its own (`process.py`), which goes on when the program ends. What is to
be done and what has happened is on the disk, so the next start finds it again. A workshop belongs
to one thread, the front end's. News come from another thread through `deliver`; the front end
passes each to `handle` in its own thread.
"""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time

from bardtui import paths
from bardtui.errors import UserError, os_message
from bardtui.files import lock_file, private_folder
from bardtui.workshop import kept_texts, process
from bardtui.workshop.order import Order, OrderError
from bardtui.workshop.process import COMMAND
from bardtui.workshop.progress import Progress
from bardtui.workshop.reader import News, Reader

_LITTLE = 1 << 20  # bytes: with less left, a disk counts as full
ACTIVE, ENDED = ("running", "stopping"), ("stopped", "finished", "failed")


@dataclass
class Run:
    """An order and what has become of it."""

    order: Order
    folder: Path
    progress: Progress = field(default_factory=Progress)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def active(self) -> bool:
        """Whether its process lives, as far as is known. Its events come a little later."""
        return self.progress.phase in ACTIVE or self.process is not None


class Workshop:
    """Starts, stops and follows runs. `command` runs bardtui; tests have another."""

    def __init__(
        self, deliver: Callable[[News], object], *, command: Sequence[str] = COMMAND
    ) -> None:
        self._folder = paths.workshop_dir()
        self._command = command
        self._runs: dict[str, Run] = {}
        self._reader = Reader(self._folder, deliver)

    def start(self) -> None:
        """Begin to follow the runs that there are."""
        self._reader.start()

    def close(self, *, leave: bool = True) -> None:
        """Stop following the runs. Unless they are left running, they save and stop."""
        if not leave:
            for run in self.runs:
                if run.active:
                    with suppress(OSError):
                        process.ask_to_stop(run.folder)
        self._reader.close()

    @property
    def runs(self) -> list[Run]:
        """The runs, in the order in which they were ordered."""
        return sorted(self._runs.values(), key=lambda run: run.order.ordered)

    @property
    def active(self) -> Run | None:
        """The run whose process lives."""
        return next((run for run in self.runs if run.active), None)

    def run(self, name: str) -> Run | None:
        """The run that makes the model of that name."""
        return self._runs.get(name)

    def order(self, order: Order) -> Run:
        """Add a run to the end of the queue; it begins at once if none is running.

        Raises UserError if the name is taken or the disk refuses.
        """
        from bardtui.training.run_setup import name_conflict

        folder = self._folder / order.name
        conflict = name_conflict(order.name)
        if conflict or folder.exists():
            raise OrderError(conflict or f"there is a run {order.name} already")
        # After the others, also if the clock was set back since.
        ordered = max([time(), *(run.order.ordered + 1 for run in self.runs)])
        order = replace(order, ordered=ordered)
        try:
            order.save(private_folder(folder))
            process.log(folder, "queued")
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise UserError(f"the run cannot be ordered: {os_message(error)}") from error
        run = self._runs[order.name] = Run(order, folder)
        self._advance()
        return run

    def stop(self, run: Run) -> None:
        """Ask a run to save and stop. It can go on later. Raises UserError."""
        try:
            if run.progress.phase == "queued":
                process.log(run.folder, "stopped", saved=False)
                run.progress.take({"event": "stopped"})
            elif run.active:
                run.progress.take({"event": "stopping"})
                process.ask_to_stop(run.folder)
        except OSError as error:
            raise UserError(f"{run.order.name} cannot be stopped: {os_message(error)}") from error

    def go_on(self, run: Run) -> None:
        """Let a run that was stopped or has failed go on, after the one that is running.

        Raises UserError.
        """
        if run.progress.phase not in ("stopped", "failed"):
            return
        try:
            process.log(run.folder, "queued")
        except OSError as error:
            raise UserError(f"{run.order.name} cannot go on: {os_message(error)}") from error
        run.progress.take({"event": "queued"})
        self._advance()

    def forget(self, run: Run) -> None:
        """Take a run that is not active off the list; its model stays. Raises UserError."""
        if run.active:
            return
        try:
            with suppress(FileNotFoundError):  # another bardtui has done this
                shutil.rmtree(run.folder)
        except OSError as error:
            raise UserError(f"{run.order.name} stays listed: {os_message(error)}") from error
        del self._runs[run.order.name]
        self._release_text(run)

    def handle(self, news: News) -> Run:
        """Take in news of a run, and start the next one if none is running."""
        name = news.order.name
        run = self._runs.setdefault(name, Run(news.order, self._folder / name))
        for event in news.events:
            run.progress.take(event)
        if news.gone:
            run.progress.end(self._why_gone(run))
        if run.progress.phase == "finished":
            self._release_text(run)
        if run.process is not None and run.progress.phase in ENDED:
            run.process.wait()  # its last event has come: it is about to end
            run.process = None
        # A writer who stops a run wants the machine for something else.
        if run.progress.phase != "stopped":
            self._advance()
        return run

    def _release_text(self, run: Run) -> None:
        with suppress(OSError):  # `unneeded` finds it later
            kept_texts.release(Path(run.order.source))

    def _why_gone(self, run: Run) -> str:
        with suppress(OSError):
            if shutil.disk_usage(run.folder).free < _LITTLE:
                return "the disk is full: free some space first"
        said = process.last_words(run.folder) or "it ended without a message"
        return f"{said}; its log is {run.folder / process.ERRORS}"

    def _advance(self) -> None:
        """Start the first of the queue, unless a run is active here or in another bardtui."""
        queued = next((run for run in self.runs if run.progress.phase == "queued"), None)
        if queued is None or self.active:
            return
        try:
            with lock_file(private_folder(self._folder) / ".starting"):
                if not any(process.is_alive(run.folder) for run in self.runs):
                    self._begin(queued)
        except BlockingIOError:
            return  # another bardtui starts one just now
        except OSError as error:
            queued.progress.fail(f"it cannot be started: {os_message(error)}")
        except UserError as error:
            queued.progress.fail(str(error))

    def _begin(self, run: Run) -> None:
        from bardtui.training.checkpoint import FILE

        resume = (paths.runs_dir() / run.order.name / FILE).exists()
        arguments = run.order.arguments(resume=resume)
        run.process = process.begin(run.folder, arguments, self._command)
        run.progress.take({"event": "begun"})
