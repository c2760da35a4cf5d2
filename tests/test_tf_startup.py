"""Native chatter and the terminal."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from bardtui.tf_startup import nothing_is_garbage


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )


def test_tensorflow_starts_without_a_word_and_errors_are_heard_again() -> None:
    result = python(
        "import os, sys\n"
        "from bardtui.tf_startup import start_tensorflow\n"
        "start_tensorflow()\n"
        "import tensorflow as tf\n"
        "tf.constant(1) + tf.constant(1)\n"
        "os.write(2, b'native ')\n"
        "sys.stderr.write('python')\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "native python")


DIVERTED = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "from bardtui.tf_startup import divert_stderr\n"
    "divert_stderr({log})\n"
    "os.write(2, b'native')\n"
    "sys.__stderr__.write('screen')\n"
    "sys.__stderr__.flush()\n"
)


def test_what_native_code_prints_goes_to_the_log_and_the_screen_is_kept(home: Path) -> None:
    log = home / "bardtui.log"
    result = python(DIVERTED.format(log=f"Path({str(log)!r})"))
    assert (result.returncode, result.stderr) == (0, "screen")
    assert log.read_text() == "native"
    assert log.stat().st_mode & 0o077 == 0


def test_without_a_log_it_goes_nowhere(home: Path) -> None:
    for log in ("None", f"Path({str(home / 'no' / 'folder')!r})"):
        result = python(DIVERTED.format(log=log))
        assert (result.returncode, result.stderr) == (0, "screen")


@pytest.mark.parametrize("call", ["divert_stderr(None)", "start_tensorflow()"])
def test_a_program_without_a_standard_error_starts_all_the_same(call: str) -> None:
    code = f"import bardtui.tf_startup as quiet\nquiet.{call}\nprint('on')"
    command = ["sh", "-c", '"$@" 2>&-', "sh", sys.executable, "-c", code]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (0, "on\n")


@pytest.mark.parametrize("collects", [True, False])
def test_what_is_imported_is_passed_over_by_the_garbage_collector(collects: bool) -> None:
    was, frozen = gc.isenabled(), gc.get_freeze_count()
    try:
        (gc.enable if collects else gc.disable)()
        with nothing_is_garbage():
            assert not gc.isenabled()
            made = [[] for _ in range(1_000)]
        assert gc.isenabled() == collects
        assert gc.get_freeze_count() >= frozen + len(made)
        with pytest.raises(ImportError), nothing_is_garbage():
            raise ImportError
        assert gc.isenabled() == collects
    finally:
        gc.unfreeze()
        (gc.enable if was else gc.disable)()
