"""A terminal driver that keeps pastes in one piece and can be suspended at any time."""

import asyncio
import os
import selectors
import signal
from codecs import getincrementaldecoder
from threading import Thread
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.messages import ExitApp

_ESCAPE, _ESCAPE_SYMBOL = "\x1b", "\N{SYMBOL FOR ESCAPE}"
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_POLL = 0.1  # seconds between two looks at whether the driver stops


class PasteFilter:
    """Replaces the escape characters in a bracketed paste by U+241B.

    Textual's parser takes an escape sequence in a paste for keys, then types and obeys what follows
    it. Text outside a paste passes unchanged and at once.
    """

    def __init__(self) -> None:
        self._in_paste = False
        self._recent = ""  # the end of the text so far, which may begin a marker

    def feed(self, text: str) -> str:
        """The filtered text. In a paste, the beginning of an end marker waits for the rest."""
        passed = []
        while text:
            if self._in_paste:
                body, marker, text = (self._recent + text).partition(_PASTE_END)
                self._recent = "" if marker else _partial(body, _PASTE_END)
                passed += [body.removesuffix(self._recent).replace(_ESCAPE, _ESCAPE_SYMBOL), marker]
            else:
                before, marker, rest = (self._recent + text).partition(_PASTE_START)
                self._recent = "" if marker else _partial(before, _PASTE_START)
                passed.append(text.removesuffix(rest))
                text = rest
            self._in_paste ^= bool(marker)
        return "".join(passed)


def _partial(text: str, marker: str) -> str:
    """The longest beginning of `marker`, short of all of it, that `text` ends with."""
    beginnings = (marker[:length] for length in range(len(marker) - 1, 0, -1))
    return next(filter(text.endswith, beginnings), "")


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, without three of its faults.

    It reads the terminal through a `PasteFilter`. Bytes that are not UTF-8 become U+FFFD, where
    Textual ends the program. SIGTSTP is handled between two tasks of the event loop: Textual's
    handler can wait for a lock that the code it interrupts holds, and freeze the program.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, self.suspend)

    def suspend(self) -> None:
        """Give the terminal back and stop the process; returns when it goes on."""
        self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)
        # Textual's handler of SIGCONT has taken the terminal again.
        self.process_message(self.SignalResume())

    def run_input_thread(self) -> None:
        """Read a pipe, which another thread fills from the terminal."""
        terminal = self.fileno
        self.fileno, sink = os.pipe()
        pump = Thread(target=self._pump, args=(terminal, sink), name="paste-filter", daemon=True)
        pump.start()
        try:
            super().run_input_thread()
        finally:
            os.close(self.fileno)  # ends a pump that waits to write
            self.fileno = terminal
            pump.join()
            os.close(sink)

    def _pump(self, terminal: int, sink: int) -> None:
        decode, filtered = getincrementaldecoder("utf-8")("replace").decode, PasteFilter().feed
        with selectors.DefaultSelector() as selector:
            selector.register(terminal, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not selector.select(_POLL):
                    continue
                try:
                    data = os.read(terminal, 1 << 16)
                except OSError:  # the terminal is gone
                    data = b""
                if not data:
                    self.process_message(ExitApp())
                    return
                left = memoryview(filtered(decode(data)).encode())
                try:
                    while left:
                        left = left[os.write(sink, left) :]
                except BrokenPipeError:
                    return
