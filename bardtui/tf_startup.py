"""Importing TensorFlow and Keras: quietly, quickly, and without the user's Keras settings.

Import this module, and call `set_tensorflow_environment`, before TensorFlow is imported.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bardtui.memory import MB, TooLittleMemory, need_memory

TENSORFLOW_MEMORY = 600 * MB  # measured, and a tenth more
_NICENESS = 5  # of threads that work in the background
# Environment variables of Keras that change how it works.
_KERAS_VARIABLES = ("KERAS_NNX_ENABLED", "KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


def set_tensorflow_environment() -> None:
    """Set the environment variables that TensorFlow and Keras read when they are imported.

    TensorFlow then logs nothing below a fatal error, unless the user asked for more. Keras neither
    reads nor writes its settings file (~/.keras/keras.json), which could change the type of every
    number in our networks: its folder is the null device, in which no file can be.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Without AVX-512, TensorFlow uses oneDNN only if it is asked to; with it a training step of 64
    # windows takes about a seventh less.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = os.devnull
    for name in _KERAS_VARIABLES:
        os.environ.pop(name, None)


def start_tensorflow(start: Callable[[], Any] | None = None) -> Any:
    """Import TensorFlow and start its devices without any output; for commands.

    `start` replaces the usual way to start the devices; its result is returned. Raises
    TooLittleMemory.
    """
    set_tensorflow_environment()
    with stderr_silenced():
        import_tensorflow()
        import tensorflow as tf

        result = (start or tf.config.list_logical_devices)()
        if tf.__version__.startswith("2.20."):
            # Whatever its log level is, it prints a line when it first compiles: let it do so now.
            tf.function(lambda: tf.zeros(()), jit_compile=True)()
        return result


def import_tensorflow() -> None:
    """Import TensorFlow and Keras, while other threads keep running. Raises TooLittleMemory."""
    if "tensorflow" in sys.modules and "keras" in sys.modules:
        return
    need_memory(TENSORFLOW_MEMORY, "TensorFlow")
    _load_library()
    with _garbage_collection_paused():
        try:
            import keras
            import tensorflow  # noqa: F401
        except ImportError as error:
            # The dynamic linker's words where a limit on the address space is reached.
            if "failed to map segment" not in str(error):
                raise
            raise TooLittleMemory(
                "TensorFlow needs more memory than this process may use"
            ) from error
    keras.config.set_floatx("float32")


def redirect_stderr(log: Path | None) -> None:
    """Send what is written to file descriptor 2 to the file `log`, or nowhere.

    Textual draws through `sys.__stderr__`, which gets a descriptor of its own for the terminal. So
    what native code prints to descriptor 2 cannot draw over the screen.
    """
    set_tensorflow_environment()
    try:
        terminal = os.dup(1 if os.isatty(1) and not os.isatty(2) else 2)
    except OSError:
        return  # started without a standard error: nothing to protect
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        descriptor = os.open(log or os.devnull, flags, 0o600)
    except OSError:
        descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    stream = open(terminal, "w", encoding="utf-8", errors="replace")  # noqa: SIM115, PTH123
    sys.stderr = sys.__stderr__ = stream  # type: ignore[misc]


def lower_thread_priority() -> None:
    """Let this thread, and those that it starts, run after the thread of the interface.

    Only Linux has priorities of threads; elsewhere this does nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            nice = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice + _NICENESS)


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Pause the garbage collector, and exclude for good what is created meanwhile.

    An import creates a million objects that stay; the collector would search them again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if enabled:
            gc.enable()


@contextmanager
def stderr_silenced() -> Iterator[None]:
    """Discard what is written to file descriptor 2, also by native code."""
    try:
        terminal = os.dup(2)
    except OSError:  # started without a standard error
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(null)


def _load_library() -> None:
    """Load TensorFlow's shared library in a call that does not hold Python's lock.

    The import then finds it loaded. Each of its 170,000 functions is looked up when it is first
    called (RTLD_LAZY). Python would look up all of them, which takes a third of the time to load
    the library. If this fails, the import loads it as usual.
    """
    spec = find_spec("tensorflow")
    if spec is None or spec.origin is None or sys.platform == "win32":
        return
    import ctypes  # not needed before the first screen

    with suppress(OSError, AttributeError):
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        for library in Path(spec.origin).parent.glob("libtensorflow_cc.*"):
            dlopen(bytes(library), os.RTLD_LAZY)
