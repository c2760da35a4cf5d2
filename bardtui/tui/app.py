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
from bardtui.tui.manuscript import Manuscript
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.theme import FOOTLIGHTS, THEMES, role_variables


class BardApp(App[None]):
    """One stage. `scene` is a saved scene or a text file to open; without one, the last scene."""

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
        manuscript, self._notice, self._severity = _opened(scene)
        self.stage = StageScreen(manuscript, self.settings, remembered)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The role colours, for themes that do not name them."""
        return role_variables(self.current_theme)

    def get_default_screen(self) -> Screen[None]:
        """The stage is the screen under all others."""
        return self.stage

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette knows every action of the stage, beside Textual's own."""
        for binding in self.stage.commands():
            yield SystemCommand(
                f"{binding.description} ({self.get_key_display(binding)})",
                binding.tooltip or binding.description,
                getattr(self.stage, f"action_{binding.action}"),
            )
        yield from super().get_system_commands(screen)

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


def _opened(scene: Path | None) -> tuple[Manuscript, str, str]:
    """The manuscript to begin with, and what is to be said about it."""
    if scene is None:
        try:
            last = latest(paths.scenes_dir())
        except OSError as error:
            return Manuscript(), f"The scenes cannot be read: {error.strerror}", "error"
        if last is None:
            return Manuscript(), "", "information"
        scene = last.path
        welcome = "Here is your last scene. Ctrl+N begins a new one."
    else:
        welcome = ""
    try:
        manuscript, notice = Manuscript.open(scene)
    except (SceneError, OSError) as error:
        return Manuscript(), f"A new scene: {error}", "warning"
    if notice:
        return manuscript, notice, "warning"
    return manuscript, welcome, "information"


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
    divert_stderr(paths.log_file() if paths.data_dir().is_dir() else None)
    app = BardApp(scene, settings)
    app.run()
    code = app.return_code or 0
    if app.stage.engine.busy:
        # TensorFlow cannot be interrupted while it loads. Everything is saved: do not wait for it.
        sys.stdout.flush()
        os._exit(code)
    return code
