"""bardtui serve"""

import asyncio
import os
import shlex
import subprocess
import sys
import threading
import webbrowser
from typing import Annotated

import typer

from bardtui.errors import UserError


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any free one.")] = 8765,
    tabs: Annotated[
        int, typer.Option(min=1, help="How many tabs may be open; each needs about 340 MB.")
    ] = 3,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the browser.")
    ] = True,
) -> None:
    """Open the program in a browser on this machine, one for each tab.

    The printed address works once; later tabs of the same browser need no token. Scenes are saved
    on this machine, and exported as downloads. Ctrl+C ends the server and the programs.
    """
    try:
        from bardtui.web.server import serve as run
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in ("aiohttp", "textual_serve"):
            raise
        raise UserError("this needs more packages: pip install 'bardtui[web]'") from error

    def started(address: str) -> None:
        typer.echo(address)
        typer.echo("Ctrl+C ends it; everything is saved.", err=True)
        if open_browser and _has_screen():
            # Some browsers are waited for.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    asyncio.run(run(program_command(), port, tabs, started))


def program_command() -> str:
    """Return the command line that runs the program in this environment."""
    program = [sys.executable, "-m", "bardtui"]
    return subprocess.list2cmdline(program) if sys.platform == "win32" else shlex.join(program)


def _has_screen() -> bool:
    """Whether a browser can show a window; a browser in this terminal would hide the address."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
