"""Importing TensorFlow: quiet, in the background, and free of the user's Keras settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bardtui.model.store import ModelBundle


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


IN_A_THREAD = """
import gc, os, sys, threading
from bardtui.tf_startup import start_tensorflow
collected = []
gc.callbacks.append(lambda phase, info: collected.append(info["generation"]))
thread = threading.Thread(target=start_tensorflow)
thread.start()
thread.join()
print(2 in collected, gc.isenabled(), gc.get_freeze_count() > 100_000)
import tensorflow as tf
tf.function(lambda: tf.constant(1) + 1, jit_compile=True)()
os.write(2, b"native ")
sys.stderr.write("python")
"""


def test_tensorflow_starts_silently_and_the_garbage_collector_passes_over_it() -> None:
    result = python(IN_A_THREAD)
    assert (result.returncode, result.stdout) == (0, "False True True\n")
    assert result.stderr == "native python"  # errors are shown again afterwards


@pytest.mark.skipif(sys.platform != "linux", reason="limits on the address space work on Linux")
def test_too_little_address_space_is_one_line(installed: ModelBundle) -> None:
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))\n"
        "sys.argv = ['bardtui', 'generate', '--model', 'tiny']\n"
        "from bardtui.__main__ import main\n"
        "main()\n"
    )
    result = python(code)
    assert result.returncode == 1
    assert result.stderr == "bardtui: TensorFlow needs more memory than this process may use\n"


LOWERED = """
import os, threading
from bardtui.tf_startup import lower_thread_priority
def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
def run():
    lower_thread_priority()
    found.append(niceness())
    later = threading.Thread(target=lambda: found.append(niceness()))
    later.start()
    later.join()
found, before = [], niceness()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print([number == min(before + 5, 19) for number in found], niceness() == before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority on Linux only")
def test_a_thread_and_those_it_starts_get_a_lower_priority() -> None:
    assert python(LOWERED).stdout == "[True, True] True\n"


# --- standard error

REDIRECTED = (
    "import os, sys\n"
    "from pathlib import Path\n"
    "from bardtui.tf_startup import redirect_stderr\n"
    "redirect_stderr({log})\n"
    "os.write(2, b'native')\n"
    "sys.__stderr__.write('screen')\n"
    "sys.__stderr__.flush()\n"
)


def test_native_output_goes_to_the_log_and_the_screen_stays_on_the_terminal(home: Path) -> None:
    log = home / "bardtui.log"
    result = python(REDIRECTED.format(log=f"Path({str(log)!r})"))
    assert (result.returncode, result.stderr) == (0, "screen")
    assert log.read_text() == "native"
    assert log.stat().st_mode & 0o077 == 0


def test_native_output_without_a_log_goes_nowhere(home: Path) -> None:
    for log in ("None", f"Path({str(home / 'no' / 'folder')!r})"):
        result = python(REDIRECTED.format(log=log))
        assert (result.returncode, result.stderr) == (0, "screen")


@pytest.mark.parametrize("call", ["redirect_stderr(None)", "start_tensorflow()"])
def test_a_program_without_a_standard_error_starts_all_the_same(call: str) -> None:
    code = f"import bardtui.tf_startup as tf_startup\ntf_startup.{call}\nprint('on')"
    command = ["sh", "-c", '"$@" 2>&-', "sh", sys.executable, "-c", code]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (0, "on\n")


# --- the user's Keras settings

# Imports Keras in a fork for each argument, which becomes ~/.keras/keras.json.
WITH_SETTINGS = """
import os, pathlib, sys
from bardtui.tf_startup import import_tensorflow, set_tensorflow_environment
os.environ |= {"KERAS_NNX_ENABLED": "true", "KERAS_MAX_EPOCHS": "many", "KERAS_BACKEND": "jax"}
set_tensorflow_environment()
import tensorflow
settings = pathlib.Path.home() / ".keras" / "keras.json"
for content in sys.argv[1:]:
    settings.write_text(content)
    if os.fork() == 0:
        import_tensorflow()
        import keras
        config = keras.config
        found = config.floatx(), config.backend(), config.image_data_format(), config.epsilon()
        print(*found, settings.read_text() == content, flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(os.name != "posix", reason="it forks")
def test_no_keras_settings_have_any_influence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    (home / ".keras").mkdir()
    settings = [
        json.dumps(value)
        for value in (
            {"floatx": "float64", "image_data_format": "channels_first", "backend": "torch"},
            {"floatx": 7, "nnx_enabled": True, "epsilon": "small"},
        )
    ] + ["[" * 100_000]
    result = python(WITH_SETTINGS, *settings)
    assert result.stdout == "float32 tensorflow channels_last 1e-07 True\n" * len(settings), (
        result.stderr
    )
