"""The application: start, themes, the palette's commands, and a clean exit."""

import gc
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from io import StringIO
from pathlib import Path

from rich.console import Console
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen

from bardtui import paths
from bardtui.errors import MAX_MESSAGE, UserError, user_message
from bardtui.escaping import one_line
from bardtui.log import explain, log_bug, log_instead_of_printing
from bardtui.memory import MB, need_address_space
from bardtui.scene.library import latest_scene, scene_info
from bardtui.scene.scene import SceneError
from bardtui.session.manuscript import Manuscript
from bardtui.settings import Remembered, Settings, SettingsError
from bardtui.terminal import can_have_mouse, in_browser
from bardtui.tf_startup import redirect_stderr
from bardtui.tui.flows import PALETTE
from bardtui.tui.keys import RebindableApp, commands, key_of
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.theme import FOOTLIGHTS, THEMES, role_variables
from bardtui.tui.training import Training, compare_models, show_training, teach_scene

# With less, starting a thread or loading NumPy fails, and NumPy can end the process.
_ADDRESS_SPACE = 1_000 * MB


class BardApp(RebindableApp):
    """The program.

    `scene` is a saved scene or a text file to open; None opens the last scene. Raises SceneError or
    OSError if that file cannot be opened, SettingsError if the settings bind an invalid key.
    """

    TITLE = "bardtui"
    CSS_PATH = "bardtui.tcss"
    BINDING_GROUP_TITLE = "The program"
    BINDINGS = [
        Binding(
            "ctrl+p",
            "command_palette",
            "Palette",
            show=False,
            priority=True,
            id="app.palette",
            tooltip="Every command, and the themes",
        ),
        Binding(
            "ctrl+q",
            "quit",
            "Quit",
            show=False,
            priority=True,
            id="app.quit",
            tooltip="Quit; everything is saved",
        ),
    ]

    def __init__(self, scene: Path | None = None, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.rebind(self.settings.keys, StageScreen)
        remembered = Remembered.load(paths.remembered_file())
        for theme in THEMES:
            self.register_theme(theme)
        wanted = (self.settings.theme, remembered.theme, FOOTLIGHTS.name)
        self._start_with_theme(next(name for name in wanted if name in self.available_themes))
        if scene is None:
            new = key_of(self, "stage.new")
            manuscript, self._notice, self._severity = _last_scene(remembered.scene, new)
        else:
            manuscript, self._notice = Manuscript.open(scene)
            self._severity = "warning"
        self.stage = StageScreen(manuscript, self.settings, remembered)
        self.training = Training(self.stage)

    def _start_with_theme(self, name: str) -> None:
        """Set the theme before the program runs.

        Setting the reactive would parse the style sheets and style all widgets twice. A dark theme
        needs no more than its variables; the colours and classes of the app are for dark themes.
        """
        theme = self.available_themes[name]
        if theme.dark and not theme.ansi:
            self.set_reactive(BardApp.theme, name)
            self.stylesheet.set_variables(self.get_css_variables())
        else:
            self.theme = name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of roles for themes that do not define them."""
        return role_variables(self.current_theme)

    def get_driver_class(self) -> type[Driver]:
        """The driver for the terminal or browser: mostly our own, made from Textual's."""
        kind = super().get_driver_class()
        if kind.__name__ == "WebDriver":
            from bardtui.tui.browser import BrowserDriver

            return BrowserDriver
        if sys.platform != "win32" and kind.__name__ == "LinuxDriver":
            from bardtui.tui.driver import TerminalDriver

            return TerminalDriver
        return kind

    def get_default_screen(self) -> Screen[None]:
        """Return the stage, the lowest screen."""
        return self.stage

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of the stage, then Textual's own commands."""
        from bardtui.tui.examples import EXAMPLES

        for binding in commands(self.stage):
            yield SystemCommand(
                binding.tooltip or binding.description,
                f"also {self.get_key_display(binding)}",
                partial(self.run_action, binding.action, self.stage),
            )
        view = self.stage.transcript
        for binding in commands(view):
            place, _, action = binding.action.rpartition(".")
            if binding.id == "transcript.others":
                continue  # the key's letter may begin a word; see PALETTE
            if place == "screen" or action.startswith(("speech(", "speaker(")):
                yield SystemCommand(
                    binding.tooltip or binding.description,
                    f"also {self.get_key_display(binding)} in the transcript",
                    partial(self.run_action, action, self.stage if place else view),
                )
        send, end = key_of(self, "line.send"), key_of(self, "line.end")
        yield SystemCommand("Let the model go on", f"also {send}", self.stage.seed_line.send)
        yield SystemCommand("To the end of the scene", f"also {end}", self.stage.action_follow)
        for title, told, flow in PALETTE:
            yield SystemCommand(title, told, partial(self.stage.run_flow, flow))
        teach = "Makes a model that has read this scene, from the one in use"
        yield SystemCommand("Teach it this", teach, self.action_teach)
        compare = "Loss, speed and words of all, and two of them side by side on one line"
        yield SystemCommand("Compare models", compare, self.action_compare)
        keeping = self.stage.side.keeping
        told = "And what of it can be removed: checkpoints of finished runs, old deleted models"
        yield SystemCommand(
            "Disk used by models", told, lambda: self.stage.run_flow(lambda stage: keeping.clean())
        )
        if not self.is_web:  # the writer's files may be on another machine
            add = "From a file, a folder, an address or an index, after it has been checked"
            yield SystemCommand(
                "Add a model", add, lambda: self.stage.run_flow(lambda stage: keeping.add())
            )
        for name, text in EXAMPLES.items():
            begin = partial(self.stage.action_example, text)
            yield SystemCommand(f"Example: {name}", "Puts a beginning into your line", begin)
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Quit"):
                yield command

    def action_command_palette(self) -> None:
        """Show every command."""
        from bardtui.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_train(self) -> None:
        """Show the runs of training, or order the first one."""
        self.stage.run_flow(show_training)

    def action_teach(self) -> None:
        """Order a model that has read the scene."""
        self.stage.run_flow(teach_scene)

    def action_compare(self) -> None:
        """Compare the models that can be used."""
        self.stage.run_flow(compare_models)

    def search_themes(self) -> None:
        """Show a palette of themes."""
        from textual.theme import ThemeProvider

        from bardtui.tui.screens.palette import Palette

        self.push_screen(Palette([ThemeProvider], placeholder="Search for themes…"))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text; a lone surrogate, which no terminal takes, becomes "?"."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode())

    async def on_event(self, event: events.Event) -> None:
        """Let the stage see every key first."""
        if (
            isinstance(event, events.Key)
            and self.screen is self.stage
            and await self.stage.typed_keys.lead(event)
        ):
            return
        await super().on_event(event)

    async def action_quit(self) -> None:
        """Quit; ask first if the scene could not be saved."""
        from bardtui.tui.screens.confirm import ConfirmScreen
        from bardtui.tui.screens.dialog import Dialog

        if isinstance(self.screen, Dialog) and not self.screen.may_leave():
            return
        self.stage.session.tick()
        problem = self.stage.session.manuscript.problem
        if problem and not isinstance(self.screen, ConfirmScreen):
            question = f"This scene is not saved: {problem}. Quit anyway and lose it?"
            leave = ConfirmScreen(question, "Quit", "Stay")
            self.push_screen(leave, lambda answer: self.exit() if answer else None)
            return
        if name := self.training.active:
            from bardtui.tui.screens.leave import LeaveScreen

            if not isinstance(self.screen, LeaveScreen):
                self.push_screen(LeaveScreen(name, self.training.waiting), self._leave)
            return
        self.exit()

    def _leave(self, answer: str | None) -> None:
        """Quit; the run of training goes on or stops."""
        if answer is not None:
            self.training.close(leave=answer == "go on")
            self.exit()

    def on_mount(self) -> None:
        self.call_after_refresh(gc.enable)
        self.call_after_refresh(self.training.find)
        # The terminal has forgotten the screen when a stopped program goes on.
        self.app_resume_signal.subscribe(self, lambda app: self.refresh())
        if self._notice:
            self.stage.say(self._notice, self._severity)
        if self.settings.theme and self.settings.theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes))
            unknown = f"The theme {self.settings.theme!r} in the settings does not exist."
            self.stage.say(f"{unknown} Available: {known}", "warning")
        if sys.platform != "win32":
            import asyncio

            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)

    def on_unmount(self) -> None:
        self.training.close()
        self.stage.leave()


def _last_scene(open_last: str, new: str) -> tuple[Manuscript, str, str]:
    """Return the scene that was open last, or a new one; a message about it, and the message's
    severity.

    `open_last` is that scene's path. If the file is gone, it is the scene that was last written to.
    `new` is the key that begins a new scene.
    """
    try:
        last = scene_info(Path(open_last)) if open_last else None
        if last is None or last.broken is not None:
            last = latest_scene(paths.scenes_dir())
        if last is None:
            return Manuscript(), "", "information"
        manuscript, notice = Manuscript.open(last.path)
    except (SceneError, OSError) as error:
        return Manuscript(), f"{error}. This is a new scene.", "warning"
    if notice:
        return manuscript, notice, "warning"
    return manuscript, f"Opened your last scene; {new} begins a new one", "information"


def _tell(why: str) -> None:
    """Print one line on standard error."""
    with suppress(OSError):  # the terminal may be gone
        print(f"bardtui: {one_line(why, MAX_MESSAGE)}", file=sys.stderr, flush=True)


def run(scene: Path | None) -> int:
    """Run the program to its end; return the exit code.

    It is 1 for what a user, a file or the machine can cause and 70 for a bug, which is logged.
    """
    try:
        return _run(scene)
    except Exception as error:
        _tell(explain(error))
        return 70 if user_message(error) is None else 1


def _run(scene: Path | None) -> int:
    if not in_browser() and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("this needs a terminal; `bardtui generate` writes into pipes")
    need_address_space(_ADDRESS_SPACE, "The interface")
    settings = Settings.load(paths.config_file())
    try:
        app = BardApp(scene, settings)
    except SettingsError as error:
        raise SettingsError(f"{paths.config_file()}: {error}") from error
    redirect_stderr(paths.stderr_file() if paths.data_dir().is_dir() else None)
    log_instead_of_printing()
    # Textual prints the traceback of an error in a handler here when the program ends.
    traceback = StringIO()
    app.error_console = Console(file=traceback, width=100)
    app.run(mouse=can_have_mouse())
    code = app.return_code or 0
    if problem := app.stage.session.manuscript.problem:
        _tell(f"the scene is not saved: {problem}")
        code = 1
    if bug := traceback.getvalue():
        _tell(log_bug(bug))
        code = 70
    if app.stage.session.engine.busy:
        # TensorFlow cannot be interrupted while it loads. Everything is saved, so do not wait.
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)
    return code
