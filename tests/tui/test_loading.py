"""TensorFlow comes in without holding up whoever shows the interface."""

import subprocess
import sys

import pytest

LINKED = """
import sys
from pathlib import Path
from bardtui.tui import loading
loading._link_libraries()
assert "tensorflow" not in sys.modules
print("libtensorflow_cc" in Path("/proc/self/maps").read_text())
"""

IMPORTED = """
import gc, sys, threading
from bardtui.tui.loading import import_tensorflow
seen = []
gc.callbacks.append(lambda phase, info: seen.append(info["generation"]))
thread = threading.Thread(target=import_tensorflow)
thread.start()
thread.join()
print("tensorflow" in sys.modules, 2 in seen, gc.isenabled(), gc.get_freeze_count() > 100_000)
"""


def printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says what is linked")
def test_its_library_is_linked_before_it_is_imported() -> None:
    assert printed(LINKED) == "True"


def test_no_garbage_is_looked_for_in_what_stays() -> None:
    assert printed(IMPORTED) == "True False True True"
