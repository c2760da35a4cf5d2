"""The core on a system without the modules of POSIX, played by a stand-in for Windows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CORE = (
    "test_files.py",
    "test_atomic_write.py",
    "test_settings.py",
    "test_log.py",
    "scene/test_journal.py",
    "scene/test_library.py",
    "scene/test_operations.py",
    "session/test_draft.py",
)

# Every module but those that subclass Keras's classes, and the terminal driver, which the program
# imports only beside Textual's own for Linux and macOS.
IMPORT_ALL = """
import importlib, pkgutil, sys
from tests.like_windows import MISSING, block_posix
block_posix()
import bardtui
from importlib.util import find_spec
left_out = {"bardtui.__main__", "bardtui.tui.driver", "bardtui.model.training_lstm",
    "bardtui.training.muon", "bardtui.training.schedule"}
for module in pkgutil.walk_packages(bardtui.__path__, "bardtui."):
    if module.name == "bardtui.web.server" and not find_spec("textual_serve"):
        continue  # it needs an extra
    if module.name not in left_out:
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            # Textual and pip's libraries may need them; bardtui's modules may not.
            raise SystemExit(f"{module.name}: {error}")
assert not MISSING & sys.modules.keys()
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as the tests do, and return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this is the system itself")


def test_no_module_needs_what_only_posix_has() -> None:
    done = python("-c", IMPORT_ALL)
    assert done.returncode == 0, done.stdout + done.stderr


def test_scenes_settings_and_locks_work_as_on_windows() -> None:
    done = python(
        *("-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider"),
        *("-p", "tests.like_windows", *[str(TESTS / name) for name in CORE]),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
