"""Training in the program: opens the workshop when it is needed, and its dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bardtui import paths
from bardtui.errors import UserError
from bardtui.tui.keys import key_of
from bardtui.tui.own_texts import OwnTexts, texts_of

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen
    from bardtui.tui.screens.training import TrainingScreen
    from bardtui.workshop.reader import News
    from bardtui.workshop.workshop import Workshop


class Training:
    """The workshop of a program, and what the writer sees of it.

    `screen` is the screen of runs while it is open.
    """

    def __init__(self, stage: StageScreen) -> None:
        self._stage = stage
        self._workshop: Workshop | None = None
        self.screen: TrainingScreen | None = None

    @property
    def workshop(self) -> Workshop:
        """The workshop, which is opened when it is first asked for."""
        if self._workshop is None:
            from bardtui.workshop import process
            from bardtui.workshop.workshop import Workshop

            app = self._stage.app
            self._workshop = Workshop(
                lambda news: app.call_later(self._handle, news), command=process.COMMAND
            )
            self._workshop.start()
        return self._workshop

    def find(self) -> None:
        """Follow the runs that an earlier program has left, if there are any."""
        if self._workshop is None and paths.workshop_dir().is_dir():
            self.workshop  # noqa: B018 (it is opened)

    @property
    def active(self) -> str:
        """The name of the model that is being trained; "" if none is."""
        run = self._workshop.active if self._workshop else None
        return run.order.name if run else ""

    @property
    def waiting(self) -> int:
        """How many runs wait for their turn."""
        runs = self._workshop.runs if self._workshop else []
        return sum(run.progress.phase == "queued" and not run.active for run in runs)

    def close(self, *, leave: bool = True) -> None:
        """Stop following the runs; unless they are left running, they save and stop."""
        if self._workshop is not None:
            self._workshop.close(leave=leave)
            self._workshop = None

    def _handle(self, news: News) -> None:
        if self._workshop is None:
            return
        name = news.order.name
        known = self._workshop.run(name)
        before = known.progress.phase if known else "queued"
        published = known is not None and known.progress.published
        run = self._workshop.handle(news)
        if run.progress.published and not published:
            self._stage.side.list_models()
        if run.progress.phase != before and self.screen is None and known is not None:
            key = key_of(self._stage.app, "stage.train")
            if run.progress.phase == "finished":
                self._stage.say(f"{name} is ready to write with; {key} shows it")
            elif run.progress.phase == "failed":
                told = f"Training {name} has stopped: {run.progress.message}; {key} shows it"
                self._stage.say(told, "warning")
        if self.screen is not None:
            self.screen.show()


def training_of(stage: StageScreen) -> Training:
    """The training of the program that a stage belongs to."""
    from bardtui.tui.app import BardApp

    assert isinstance(stage.app, BardApp)
    return stage.app.training


async def show_training(stage: StageScreen) -> None:
    """Show the runs; without one, order one first."""
    from bardtui.tui.screens.training import TrainingScreen

    training = training_of(stage)
    workshop, chosen = training.workshop, ""
    if not workshop.runs and not paths.workshop_dir().is_dir():
        chosen = await order_run(stage) or ""
        if not chosen:
            return
    while True:
        training.screen = TrainingScreen(workshop, chosen)
        answer = await stage.app.push_screen_wait(training.screen)
        training.screen = None
        if answer is True:
            chosen = await order_run(stage) or ""
            continue
        if answer is not None:
            stage.session.set_model(answer)
            stage.seed_line.focus()
        return


async def order_run(stage: StageScreen) -> str | None:
    """Ask for a text and order a run; return the name of the model."""
    from bardtui.tui.screens.new_run import NewRunScreen

    with own_texts(stage) as texts:
        screen = NewRunScreen(training_of(stage).workshop.order, stage.side.usable_models(), texts)
        return await stage.app.push_screen_wait(screen)


@contextmanager
def own_texts(stage: StageScreen) -> Iterator[OwnTexts]:
    """The texts that the writer can choose; in a browser, the disk stays unseen.

    Copies of scenes exist while the context lasts, and as long as a run reads them.
    """
    from bardtui.tui.flows import working_folder

    title, text = stage.session.manuscript.scene.title, stage.session.text
    texts = OwnTexts(title, text, working_folder(), files=not stage.app.is_web)
    try:
        yield texts
    finally:
        with suppress(OSError):  # "Disk used by models" finds them later
            texts.release()


async def teach_scene(stage: StageScreen) -> None:
    """Order a model that has read the scene."""
    session = stage.session
    yours = "".join(text for author, text in session.runs() if author == "writer")
    texts = {"yours": yours, "all": session.text}
    await _teach(stage, session.manuscript.scene.title, "this scene", texts)


async def teach_scenes(stage: StageScreen, scenes: Sequence[Path]) -> None:
    """Order a model that has read saved scenes."""
    from bardtui.scene.library import scene_info

    try:
        texts = await asyncio.to_thread(texts_of, scenes)
        title = scene_info(scenes[0]).title if len(scenes) == 1 else f"{len(scenes)} scenes"
    except UserError as error:
        stage.say(str(error), "error")
        return
    what = f"“{title}”" if len(scenes) == 1 else f"these {title}"
    await _teach(stage, title, what, texts)


async def _teach(stage: StageScreen, title: str, what: str, texts: dict[str, str]) -> None:
    from bardtui.tui.screens.new_run import TeachScreen

    if not texts["all"].strip():
        stage.say("There is no text yet to teach.")
        return
    order, model = training_of(stage).workshop.order, stage.session.model
    with own_texts(stage) as own:
        screen = TeachScreen(order, model, title, what, texts, own.keep)
        ordered = await stage.app.push_screen_wait(screen)
    if ordered:
        await show_training(stage)


async def compare_models(stage: StageScreen) -> None:
    """Compare the models that can be used."""
    from bardtui.tui.screens.comparing import CompareScreen

    models = [entry for entry in stage.side.models.entries if entry.error is None]
    with own_texts(stage) as texts:
        await stage.app.push_screen_wait(CompareScreen(models, stage.session.model, texts))
