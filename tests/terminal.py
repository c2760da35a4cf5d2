"""The real program in a real pseudo-terminal, its screen read through a terminal emulator."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pyte

TIMEOUT = 90.0
LOADING = Path(__file__).parent / "data" / "loading"  # stands in for TensorFlow and Keras


class Terminal:
    """Runs `python -m bardtui ARGS`; `screen` is what a person would see.

    `before` is called in the new process, before the program begins. `program` replaces
    `-m bardtui` in the command. Unless `writes` is true, TensorFlow never finishes loading, so that
    no model writes: that saves seconds of computing.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 100,
        rows: int = 30,
        before: Callable[[], None] | None = None,
        program: Sequence[str] = ("-m", "bardtui"),
        writes: bool = True,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        # The size is the terminal's: pytest's workers are told another one.
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        environment = inherited | {
            "BARDTUI_HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "TEXTUAL_ANIMATIONS": "none",
        }
        if not writes:
            path = (str(LOADING), inherited.get("PYTHONPATH", ""))
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        self.process = pexpect.spawn(
            sys.executable,
            [*program, *arguments],
            env=environment,
            dimensions=(rows, columns),
            cwd=home if home.is_dir() else home.parent,
            preexec_fn=before,
            timeout=TIMEOUT,
        )

    @property
    def text(self) -> str:
        """The screen's rows."""
        return "\n".join(self.screen.display)

    def send(self, keys: str) -> None:
        """Press keys."""
        self.process.send(keys.encode(errors="surrogateescape"))

    def paste(self, text: str) -> None:
        """Paste a text as a terminal does that was asked for bracketed pastes."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def wait_for(self, condition: Callable[[str], bool] | str) -> None:
        """Read what the program draws until the screen fulfils the condition, or shows the text."""
        holds = (lambda text: condition in text) if isinstance(condition, str) else condition
        self._read_until(lambda: holds(self.text), str(condition))

    def _read_until(self, holds: Callable[[], bool], wanted: str) -> None:
        end = time.monotonic() + TIMEOUT
        while not holds():
            assert time.monotonic() < end, f"waited in vain for {wanted}:\n{self.text}"
            try:
                data = self.process.read_nonblocking(65536, timeout=0.2)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"the program ended:\n{self.text}") from None
            self.received += data
            self._stream.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def stop(self) -> None:
        """Suspend the program and wait until it has stopped. The screen is lost meanwhile."""
        self.process.kill(signal.SIGTSTP)
        how = os.WUNTRACED | os.WNOHANG
        # What it draws last has to be read, or it could not stop.
        self._read_until(lambda: os.waitpid(self.process.pid, how)[0] != 0, "the program to stop")
        self.screen.reset()

    def go_on(self) -> None:
        """Let a suspended program go on, as `fg` does."""
        self.process.kill(signal.SIGCONT)

    def leave(self) -> int:
        """Quit with Ctrl+Q; returns the exit code."""
        self.send("\x11")
        self.process.expect(pexpect.EOF)
        self.process.close()
        return int(self.process.exitstatus)

    def kill(self) -> None:
        """kill -9"""
        self.process.kill(9)
        self.process.wait()
