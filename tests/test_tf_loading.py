"""TensorFlow comes in without holding up whoever shows the interface."""

import subprocess
import sys

import pytest

LINKED = """
import sys
from pathlib import Path
from bardtui import tf_startup as loading
loading._link_libraries()
assert "tensorflow" not in sys.modules
print("libtensorflow_cc" in Path("/proc/self/maps").read_text())
"""

IMPORTED = """
import gc, sys, threading
from bardtui.tf_startup import import_tensorflow
seen = []
gc.callbacks.append(lambda phase, info: seen.append(info["generation"]))
thread = threading.Thread(target=import_tensorflow)
thread.start()
thread.join()
print("tensorflow" in sys.modules, 2 in seen, gc.isenabled(), gc.get_freeze_count() > 100_000)
"""

GIVEN_WAY = """
import os, threading
from bardtui.tf_startup import give_way
def nice():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
def run():
    give_way()
    found.append(nice())
    later = threading.Thread(target=lambda: found.append(nice()))
    later.start()
    later.join()
found, before = [], nice()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print([number == min(before + 5, 19) for number in found], nice() == before)
"""


def printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says what is linked")
def test_its_library_is_linked_before_it_is_imported() -> None:
    assert printed(LINKED) == "True"


def test_no_garbage_is_looked_for_in_what_stays() -> None:
    assert printed(IMPORTED) == "True False True True"


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority on Linux only")
def test_the_thread_that_writes_and_those_it_starts_come_after_the_interface() -> None:
    assert printed(GIVEN_WAY) == "[True, True] True"
