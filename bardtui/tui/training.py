"""Training in the program: opens the workshop when it is needed, and its dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bardtui import paths
from bardtui.errors import UserError
from bardtui.files import atomic_write
from bardtui.tui.keys import key_of

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen
    from bardtui.tui.screens.texts import Offer
    from bardtui.tui.screens.training import TrainingScreen
    from bardtui.workshop.reader import News
    from bardtui.workshop.workshop import Workshop

_THIS, _ALL = "this scene", "all scenes"  # sources that are made into files when chosen


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
            if run.progress.phase == "finished":
                key = key_of(self._stage.app, "stage.train")
                self._stage.say(f"{name} is ready to write with; {key} shows it")
            elif run.progress.phase == "failed":
                self._stage.say(f"Training {name}: {run.progress.message}", "warning")
        if self.screen is not None:
            self.screen.show()


async def show_training(stage: StageScreen, training: Training) -> None:
    """Show the runs; without one, order one first."""
    from bardtui.tui.screens.training import TrainingScreen

    workshop, chosen = training.workshop, ""
    if not workshop.runs and not paths.workshop_dir().is_dir():
        chosen = await order_run(stage, training) or ""
        if not chosen:
            return
    while True:
        training.screen = TrainingScreen(workshop, chosen)
        answer = await stage.app.push_screen_wait(training.screen)
        training.screen = None
        if answer is True:
            chosen = await order_run(stage, training) or ""
            continue
        if answer is not None:
            stage.session.set_model(answer)
            stage.seed_line.focus()
        return


async def order_run(stage: StageScreen, training: Training) -> str | None:
    """Ask for a text and order a run; return the name of the model."""
    import asyncio

    from bardtui.tui.flows import working_folder
    from bardtui.tui.screens.new_run import NewRunScreen

    offers = await asyncio.to_thread(_offers, len(stage.session.text))
    title, text = stage.session.manuscript.scene.title, stage.session.text

    def resolve(source: str) -> str:
        if source == _THIS:
            return str(keep_text(title, text))
        return str(keep_text("my scenes", all_scenes())) if source == _ALL else source

    models = stage.side.usable_models()
    screen = NewRunScreen(training.workshop.order, models, offers, resolve, working_folder())
    return await stage.app.push_screen_wait(screen)


async def teach_scene(stage: StageScreen, training: Training) -> None:
    """Order a model that has read the scene."""
    from bardtui.tui.screens.new_run import TeachScreen

    session = stage.session
    yours = "".join(text for author, text in session.runs() if author == "writer")
    if not session.text.strip():
        stage.say("The scene is empty: there is nothing to teach yet.")
        return
    texts = {"yours": yours, "all": session.text}
    title = session.manuscript.scene.title
    screen = TeachScreen(training.workshop.order, session.model, title, texts, keep_text)
    if await stage.app.push_screen_wait(screen):
        await show_training(stage, training)


def keep_text(name: str, text: str) -> Path:
    """Keep a text of the writer's as a file, for training; return its path. Raises OSError."""
    from bardtui.workshop.survey import plain_name

    path = paths.own_texts_dir() / f"{plain_name(name)}.txt"
    atomic_write(path, text.strip("\n") + "\n")
    return path


def all_scenes() -> str:
    """The visible texts of all scenes that can be read. Raises OSError, or UserError for none."""
    from bardtui.scene.journal_reader import read_scene
    from bardtui.scene.library import list_scenes

    texts = [
        read_scene(scene.path)[0].text
        for scene in list_scenes(paths.scenes_dir())
        if scene.broken is None
    ]
    if not any(text.strip() for text in texts):
        raise UserError("No scene is saved yet.")
    return "\n\n".join(text.strip("\n") for text in texts if text.strip())


def _offers(length: int) -> list[Offer]:
    """The texts to choose from: the writer's own, then those of the catalogue."""
    from bardtui.scene.library import list_scenes
    from bardtui.tui.screens.texts import Offer
    from bardtui.workshop.survey import catalogue_texts

    count = len(list_scenes(paths.scenes_dir()))
    empty = "" if length else "The scene is empty."
    none = "" if count else "No scene is saved yet."
    return [
        Offer("This scene", f"{length:,} characters", _THIS, empty),
        Offer("All your scenes", f"{count:,}", _ALL, none),
        *(Offer(*text) for text in catalogue_texts()),
    ]
