"""The process of a run: start it, see whether it lives, ask it to stop.

The process outlives the program that starts it. A lock that it inherits says that it lives, also to
a program that is started later, and whatever process ids are used again.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import IO, Any

import bardtui
from bardtui.errors import UserError
from bardtui.files import (
    atomic_write,
    lock,
    open_private,
    open_regular,
    private_folder,
    read_regular,
)

EVENTS, ERRORS = "events.jsonl", "errors.txt"
_LOCK, _PROCESS = "alive.lock", "process"
_NICENESS = 10  # the writer's own program goes first
# Whatever the working folder is, the process runs this very program.
COMMAND = (sys.executable, "-m", "bardtui")
WHERE = Path(bardtui.__file__).parent.parent


def is_alive(folder: Path) -> bool:
    """Whether the process of the run in `folder` lives. Raises OSError."""
    with FileIO(folder / _LOCK, "a", opener=open_private) as file:
        try:
            lock(file)
        except BlockingIOError:
            return True
    return False


def log(folder: Path, event: str, **values: Any) -> None:
    """Append an event of our own to the log of a run. Raises OSError."""
    private_folder(folder)
    line = json.dumps({"event": event, "time": round(time.time()), **values}) + "\n"
    with FileIO(folder / EVENTS, "a", opener=open_private) as file:
        file.write(line.encode())


def begin(
    folder: Path, arguments: Sequence[str], command: Sequence[str] = COMMAND
) -> "subprocess.Popen[bytes]":
    """Start the process of a run, at low priority and in a session of its own.

    Its events go to EVENTS in the folder, what it says otherwise to ERRORS. Raises BlockingIOError
    if a process of this run lives, OSError, and UserError on Windows.
    """
    if sys.platform == "win32":  # a process there inherits no lock, and no signal asks it to save
        raise UserError("training in the program needs Linux or macOS; use bardtui train")
    private_folder(folder)
    with (
        FileIO(folder / _LOCK, "a", opener=open_private) as alive,
        FileIO(folder / EVENTS, "a", opener=open_private) as events,
        FileIO(folder / ERRORS, "w", opener=open_private) as errors,
    ):
        lock(alive)
        log(folder, "begun")
        process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=events,
            stderr=errors,
            cwd=WHERE,
            pass_fds=[alive.fileno()],
            start_new_session=True,
        )
    give_way(process.pid)
    atomic_write(folder / _PROCESS, str(process.pid))
    return process


def give_way(process: int) -> None:
    """Give a process that leads a session of its own a low priority, where the system has one."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # its threads are started later, and inherit this
        os.setpriority(os.PRIO_PROCESS, process, _NICENESS)
    with suppress(OSError):  # Linux may weigh sessions first, and the processes of each after that
        Path(f"/proc/{process}/autogroup").write_text(str(_NICENESS), "ascii")


def ask_to_stop(folder: Path) -> None:
    """Ask a living process to save and stop. Raises OSError."""
    log(folder, "stopping")
    text = read_regular(folder / _PROCESS, 100).decode("ascii", "replace")
    # 0 would be our own process group.
    if text.isascii() and text.isdigit() and int(text) and is_alive(folder):
        with suppress(ProcessLookupError):
            os.kill(int(text), signal.SIGINT)


def last_words(folder: Path) -> str:
    """The last line that the process printed besides its events; empty if there is none."""
    try:
        with open_regular(folder / ERRORS) as file:
            return last_line(file)
    except OSError:
        return ""


def last_line(file: IO[bytes]) -> str:
    """The last line of what bardtui printed into a file, without its name. Raises OSError."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2_000))
    lines = file.read().decode("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "").removeprefix("bardtui: ")
