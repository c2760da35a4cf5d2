"""The program in a browser: its driver, and files as downloads."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp


class BrowserDriver(WebDriver):
    """Textual's driver for the web, which also ends the program when the server is gone."""

    def run_input_thread(self) -> None:
        """Read what the server sends, to its end."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self.process_message(ExitApp())

    def write(self, data: str) -> None:
        """Draw; without a server there is nothing to draw on, and the input has ended too."""
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Tell the server something, if it is there."""
        with suppress(BrokenPipeError):
            super().write_meta(data)


def download(app: App[Any], name: str, save: Callable[[Path], None]) -> None:
    """Let the browser download a file that `save` writes. Raises what `save` raises."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        save(path)
        content = BytesIO(path.read_bytes())
    app.deliver_binary(content, save_filename=name)
