"""The application: themes, what was remembered, and a clean way in and out."""

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from textual.app import App, SystemCommand
from textual.screen import Screen

from bardtui import paths
from bardtui.config import Remembered, Settings, SettingsError
from bardtui.quiet import divert_stderr
from bardtui.scene.library import latest
from bardtui.scene.scene import SceneError
from bardtui.tui.commands import commands
from bardtui.tui.manuscript import Manuscript
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.theme import FOOTLIGHTS, THEMES, role_variables


class BardApp(App[None]):
    """One stage. `scene` is a saved scene or a text file to open; without one, the last scene.

    Raises SceneError or OSError where that file cannot be opened.
    """

    TITLE = "bardtui"
    CSS_PATH = "bardtui.tcss"

    def __init__(self, scene: Path | None = None, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        remembered = Remembered.load(paths.remembered_file())
        for theme in THEMES:
            self.register_theme(theme)
        wanted = self.settings.theme or remembered.theme
        self.theme = wanted if wanted in self.available_themes else FOOTLIGHTS.name
        if scene is None:
            manuscript, self._notice, self._severity = _last_scene()
        else:
            manuscript, self._notice = Manuscript.open(scene)
            self._severity = "warning"
        self.stage = StageScreen(manuscript, self.settings, remembered)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The role colours, for themes that do not name them."""
        return role_variables(self.current_theme)

    def get_default_screen(self) -> Screen[None]:
        """The stage is the screen under all others."""
        return self.stage

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette knows every action of the stage, beside Textual's own."""
        for binding in commands(self.stage):
            yield SystemCommand(
                binding.tooltip or binding.description,
                f"also {self.get_key_display(binding)}",
                getattr(self.stage, f"action_{binding.action}"),
            )
        yield SystemCommand("Let the model go on", "also Enter", self.stage.seed_line.send)
        yield SystemCommand("To the end of the scene", "also End", self.stage.action_follow)
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Quit"):
                yield command

    async def action_quit(self) -> None:
        """Leave; but not without a word from a scene that could not be saved."""
        problem = self.stage.manuscript.problem
        if problem and not isinstance(self.screen, ConfirmScreen):
            question = f"This scene is not saved: {problem}. Leave all the same, and lose it?"
            leave = ConfirmScreen(question, "Leave", "Stay")
            self.push_screen(leave, lambda answer: self.exit() if answer else None)
            return
        self.exit()

    def on_mount(self) -> None:
        if self._notice:
            self.stage.say(self._notice, self._severity)
        if sys.platform != "win32":
            import asyncio

            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)

    def on_unmount(self) -> None:
        self.stage.leave()


def _last_scene() -> tuple[Manuscript, str, str]:
    """The last scene or a new one, and what is to be said about it, and how earnestly."""
    try:
        last = latest(paths.scenes_dir())
        if last is None:
            return Manuscript(), "", "information"
        manuscript, notice = Manuscript.open(last.path)
    except (SceneError, OSError) as error:
        return Manuscript(), f"{error}: this is a new scene", "warning"
    if notice:
        return manuscript, notice, "warning"
    return manuscript, "Here is your last scene; Ctrl+N begins a new one", "information"


def run(scene: Path | None) -> int:
    """Run the program to its end; returns the exit code."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        print(
            "bardtui: this needs a terminal; `bardtui generate` writes into pipes", file=sys.stderr
        )
        return 1
    try:
        settings = Settings.load(paths.config_file())
    except SettingsError as error:
        print(f"bardtui: {error}", file=sys.stderr)
        return 1
    try:
        app = BardApp(scene, settings)
    except (SceneError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"bardtui: {reason}", file=sys.stderr)
        return 1
    divert_stderr(paths.log_file() if paths.data_dir().is_dir() else None)
    app.run()
    code = app.return_code or 0
    if app.stage.engine.busy:
        # TensorFlow cannot be interrupted while it loads. Everything is saved: do not wait for it.
        sys.stdout.flush()
        os._exit(code)
    return code
