"""A front end without a screen: lines in, lines out.

It serves screen readers, terminals that cannot place a cursor, and pipes. Its output only grows: no
escape sequences, no backspaces, no carriage returns. A line of the writer's is sent to the model; a
line that begins with a slash is a command.
"""

import queue
from collections.abc import Callable
from functools import partial
from typing import TextIO

from bardtui.errors import UserError, os_message
from bardtui.escaping import remove_controls, typed, visible
from bardtui.session.events import (
    EngineEvent,
    Notice,
    SceneShown,
    SessionEvent,
    TakesEnded,
    TakesShown,
    TextAdded,
)
from bardtui.session.manuscript import Manuscript
from bardtui.session.notices import notice
from bardtui.session.session import WritingSession
from bardtui.settings import Remembered, Settings

_TICK = 0.25  # seconds between two attempts to save what the disk refused
_LONGEST = 1_000_000  # characters of a line; what follows is the next line
_SHOWN = 600  # characters of the scene's end that are shown after a change

# What a writer types for the actions that notices name.
_COMMANDS = {"stage.undo": "/undo", "stage.retry": "/retry", "stage.save": "/save FILE"}


class LineMode:
    """Co-writes a scene line by line.

    Args:
        manuscript: The scene.
        settings: The writer's settings file.
        remembered: The settings in use.
        input: Where lines come from.
        output: Where the text goes. With `interactive` false, it gets the whole scene at the end,
            and nothing else.
        errors: Where messages go if `interactive` is false.
        interactive: Whether somebody reads along and types.
    """

    def __init__(
        self,
        manuscript: Manuscript,
        settings: Settings,
        remembered: Remembered,
        *,
        input: TextIO,
        output: TextIO,
        errors: TextIO,
        interactive: bool,
    ) -> None:
        self._input, self._output, self._errors = input, output, errors
        self._interactive = interactive
        self.bell = settings.bell
        self._inbox: queue.Queue[EngineEvent] = queue.Queue()
        self._row = ""  # text of the model whose line is not complete
        self._takes: tuple[str, ...] = ()  # their texts, as far as they are written
        self._writing_takes = False
        self.session = WritingSession(
            manuscript, settings, remembered, listen=self._hear, deliver=self._inbox.put
        )

    def run(self, run_command: Callable[["LineMode", str], bool]) -> None:
        """Read lines to the end of the input, or until a command ends the session.

        `run_command` runs a line without its slash, and returns whether the session goes on.
        """
        session = self.session
        session.start()
        try:
            if self._interactive:
                self.say(f"bardtui, with {session.model}. /help lists the commands.")
                self.show_end()
            while (line := self.ask(self._prompt())) is not None:
                if line.startswith("/") and not line.startswith("//"):
                    if not self._command(line[1:], run_command):
                        break
                else:
                    self.write(partial(session.send, line.removeprefix("/")))
        except BrokenPipeError:
            self._interactive = False  # nobody reads what closing would show
            raise
        finally:
            session.close()
        if not self._interactive:
            self._output.write(visible(session.text, keep="\n\t"))
            self._output.flush()

    # -- input -------------------------------------------------------------------------------------

    def ask(self, prompt: str) -> str | None:
        """Return the next line of the input, cleaned; None at its end."""
        while True:
            try:
                if self._interactive:
                    self._print(prompt)
                line = self._input.readline(_LONGEST)
            except KeyboardInterrupt:
                self.say("\n/quit ends the session; everything is saved.")
                continue
            if not line:
                return None
            return typed(remove_controls(line.rstrip("\r\n").replace("\t", " ")))

    def _prompt(self) -> str:
        role = self.session.your_role
        return f"{visible(role.name)}> " if role else "> "

    def _command(self, line: str, run_command: Callable[["LineMode", str], bool]) -> bool:
        try:
            return run_command(self, line)
        except UserError as error:
            self.say(str(error))
        except OSError as error:
            self.say(os_message(error))
        return True

    # -- writing -----------------------------------------------------------------------------------

    def write(self, begin: Callable[[], object]) -> None:
        """Begin something that the model writes, and show it to its end; Ctrl+C stops it."""
        try:
            begin()
            if not self._interactive:
                self.session.show_rest()
            while self.session.writing or self._writing_takes:
                self._handle_next()
        except KeyboardInterrupt:
            self.session.stop()
            self._writing_takes = False
        self._end_row()
        if self.bell and self._interactive:
            self._print("\a")

    def takes(self, count: int) -> tuple[str, ...]:
        """Let the model write several takes, and return them."""
        takes = self.session.takes
        self._takes, self._writing_takes = (), True

        def begin() -> None:
            self._writing_takes = takes.write(count, instead=takes.can_replace)

        self.write(begin)
        return self._takes

    def _handle_next(self) -> None:
        try:
            self.session.handle(self._inbox.get(timeout=_TICK))
        except queue.Empty:
            self.session.tick()

    # -- output ------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Tell the writer something, in lines of its own."""
        self._end_row()
        if self._interactive:
            self._print(f"{visible(text, keep=chr(9) + chr(10))}\n")
        else:
            self._errors.write(f"bardtui: {visible(text)}\n")

    def show_end(self) -> None:
        """Show the end of the scene."""
        text = self.session.text
        if text:
            shown = text if len(text) <= _SHOWN else text[-_SHOWN:].partition("\n")[2]
            self._print(f"--- {visible(self.session.manuscript.scene.title)}\n")
            self._print(visible(shown, keep="\n\t"))
            self._print("" if text.endswith("\n") else "\n")

    def _hear(self, event: SessionEvent) -> None:
        match event:
            case TextAdded(text) if self._interactive and self.session.writing:
                *rows, self._row = (self._row + text).split("\n")
                for row in rows:
                    self._print(f"{visible(row, keep=chr(9))}\n")
            case SceneShown() if self._interactive:
                self._end_row()
                self.show_end()
            case TakesShown(texts):
                self._takes = texts
            case TakesEnded():
                self._writing_takes = False
            case Notice():
                self.say(notice(event, lambda id: _COMMANDS.get(id, "/help")))

    def _end_row(self) -> None:
        if self._row:
            row, self._row = self._row, ""
            self._print(f"{visible(row, keep=chr(9))}\n")

    def _print(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()
