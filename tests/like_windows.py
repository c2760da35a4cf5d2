"""A pytest plugin that makes this system look like Windows to bardtui and its tests.

`sys.platform` is "win32", modules that only POSIX has cannot be imported, and `msvcrt` locks files
as Windows does: a second lock is refused with PermissionError, also within a process. Files and
paths stay those of this system.

    python -m pytest -n 0 -p tests.like_windows tests/scene
"""

import asyncio  # noqa: F401  the libraries that ask for the system come before it changes
import fcntl
import importlib.abc
import os
import subprocess  # noqa: F401
import sys
from types import ModuleType
from typing import Any

import hypothesis  # noqa: F401
import numpy as np  # noqa: F401
import platformdirs  # noqa: F401
import pytest

MISSING = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}


class Blocked(importlib.abc.MetaPathFinder):
    """Finds no module that Windows lacks."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def locking(descriptor: int, mode: int, count: int) -> None:
    """Lock the file, or raise PermissionError."""
    assert (mode, count) == (2, 1)
    assert os.lseek(descriptor, 0, os.SEEK_CUR) > 2**30  # a locked byte cannot be read
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PermissionError(13, "Permission denied") from error


def block_posix() -> None:
    """Let imports of what only POSIX has fail, also of what was imported before."""
    sys.meta_path.insert(0, Blocked())
    for name in MISSING:
        sys.modules.pop(name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Change the system when pytest has looked at it, before the tests are imported."""
    msvcrt = ModuleType("msvcrt")
    vars(msvcrt).update(locking=locking, LK_NBLCK=2)
    sys.modules["msvcrt"] = msvcrt
    block_posix()
    sys.platform = "win32"
