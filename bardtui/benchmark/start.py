"""The time from a launch to the first screen and the first written character, and the memory."""

import json
import os
import select
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bardtui.benchmark import Figure
from bardtui.benchmark.hello import HELLO
from bardtui.errors import UserError
from bardtui.memory import MB
from bardtui.model.store import find_model

_SIZE = (34, 120)  # rows and columns
_PATIENCE = 120.0  # seconds without any output

_BARDTUI = [sys.executable, "-m", "bardtui"]
_HELLO = [sys.executable, str(Path(__file__).with_name("hello.py"))]
_IMPORT = [sys.executable, "-c", "import tensorflow, keras; print('here', flush=True); input()"]
_SEED = "ANN:"


class Launch(NamedTuple):
    """What a program took until it had shown something."""

    seconds: float
    memory: int  # resident then, in bytes; 0 if the program had ended


def start(
    model: str, begin: Callable[[str], None], *, screens: int = 12, texts: int = 6
) -> list[Figure]:
    """Launch bardtui and baseline programs in pseudo-terminals, in turns; report the best times.

    There are `screens` launches to the first screen and `texts` to the first written character. The
    resident memory is that of one launch of each program.

    Raises UserError on Windows, which has no pseudo-terminals, and if a program ends or hangs
    before it shows anything.
    """
    if sys.platform == "win32":
        raise UserError("this benchmark needs a pseudo-terminal, which Windows does not have")
    write = [*_BARDTUI, "generate", "--model", model, "--seed", _SEED, "--length", "40"]
    with TemporaryDirectory() as home:
        begin("the first screen")
        screen, hello = _best(
            screens,
            lambda: launch(_BARDTUI, lambda seen: "≡ bardtui" in seen, BARDTUI_HOME=home),
            lambda: launch(_HELLO, lambda seen: HELLO in seen),
        )
    begin("the first written character")
    character, imported = _best(
        texts,
        lambda: launch(write, lambda seen: bool(seen.partition(_SEED)[2])),
        lambda: launch(_IMPORT, lambda seen: "here" in seen),
    )
    begin("the memory of a ready program")
    with TemporaryDirectory() as home:
        _prepare(Path(home), model)
        ready = launch(_BARDTUI, lambda seen: "is ready" in seen, BARDTUI_HOME=home)
    return [
        Figure("launch to the first screen", screen.seconds, "s", 0.5),
        Figure("a Textual hello-world to its own", hello.seconds, "s"),
        Figure("the first screen against it", screen.seconds / hello.seconds, "x", 1.4),
        Figure("launch to the first written character", character.seconds, "s"),
        Figure("launch to TensorFlow and Keras imported", imported.seconds, "s"),
        Figure("the first character against it", character.seconds / imported.seconds, "x", 1.3),
        Figure("resident memory of a program that is ready", ready.memory / MB, "MB"),
        Figure("that of Python with TensorFlow and Keras imported", imported.memory / MB, "MB"),
        Figure("the program against it", ready.memory / imported.memory, "x", 1.35),
    ]


def _best(rounds: int, *ways: Callable[[], Launch]) -> list[Launch]:
    """The fastest of each way; the first of several rounds fills caches and is not counted."""
    taken = [[way() for way in ways] for _ in range(rounds)]
    return [min(times) for times in zip(*(taken[1:] or taken), strict=True)]


def _prepare(home: Path, model: str) -> None:
    """Let a program with this home folder start with a model of the user's, or a bundled one."""
    bundle = find_model(model)
    assert bundle.folder is not None
    if not bundle.bundled:
        (home / "models").mkdir()
        shutil.copytree(bundle.folder, home / "models" / bundle.name)
    (home / "remembered.json").write_text(json.dumps({"model": bundle.name}))


def launch(
    command: Sequence[str], shown: Callable[[str], bool], patience: float = _PATIENCE, **more: str
) -> Launch:
    """Measure a program until its output fulfils `shown`.

    See `launched` for the arguments and errors.
    """
    began = time.perf_counter()
    with launched(command, shown, patience, **more) as program:
        seconds = time.perf_counter() - began
        arguments = ["ps", "-o", "rss=", "-p", str(program.pid)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        return Launch(seconds, int(done.stdout) * 1024)


@contextmanager
def launched(
    command: Sequence[str], shown: Callable[[str], bool], patience: float = _PATIENCE, **more: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Launch a program, wait until its output fulfils `shown`, and kill it when the context ends.

    `more` is added to its environment, in which it may always write bytecode, as installed programs
    do. Raises UserError if the program ends, or writes nothing for `patience` seconds.
    """
    import fcntl
    import termios

    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | more
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    terminal, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *_SIZE, 0, 0))
    seen = b""
    program = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    try:
        while not shown(seen.decode(errors="replace")):
            ready, _, _ = select.select([terminal], [], [], patience)
            if not ready:
                raise UserError(f"nothing came for {patience:.0f} seconds")
            try:
                seen += os.read(terminal, 65_536)
            except OSError as error:  # the program has closed its terminal
                raise UserError("a program ended before it showed anything") from error
        yield program
    finally:
        program.kill()
        program.wait()
        os.close(terminal)
