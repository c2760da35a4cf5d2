"""Importing large libraries: without their chatter on the terminal, and without the garbage
collector looking through all that they make. To be imported before TensorFlow is."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bardtui.memory import MB, need_memory


def hush_tensorflow() -> None:
    """Ask TensorFlow to log nothing below a fatal error, unless the user has asked for more."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    # On processors without AVX-512 TensorFlow leaves oneDNN out unless it is asked; with it, a
    # training step of 64 windows takes about a seventh less.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def start_tensorflow(wake: Callable[[], Any] | None = None) -> Any:
    """Import TensorFlow and wake its devices, without what both print while they do; return what
    `wake` returns, where they are to be woken in a way of its own.

    For commands; what goes wrong is raised as usual.
    """
    hush_tensorflow()
    with nothing_on_descriptor_2():
        with nothing_is_garbage():
            import keras  # noqa: F401
            import tensorflow as tf

        return (wake or tf.config.list_logical_devices)()


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """Let what is made meanwhile stay for good: the garbage collector, which would look through a
    million objects again and again, is off, and will pass over them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collects:
            gc.enable()


@contextmanager
def nothing_on_descriptor_2() -> Iterator[None]:
    """Let what is written to standard error, by whichever means, go nowhere meanwhile."""
    try:
        terminal = os.dup(2)
    except OSError:  # started without a standard error: there is nothing to keep quiet
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)


def divert_stderr(log: Path | None) -> None:
    """Send what is written to file descriptor 2 to `log` (None: nowhere).

    Textual draws on the terminal through `sys.__stderr__`, which keeps the terminal on a descriptor
    of its own; native code that prints to descriptor 2 can then not draw over the screen.
    """
    hush_tensorflow()
    try:
        terminal = os.dup(1 if os.isatty(1) and not os.isatty(2) else 2)
    except OSError:
        return  # started without a standard error: there is nothing to protect
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        descriptor = os.open(log or os.devnull, flags, 0o600)
    except OSError:
        descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    stream = open(terminal, "w", encoding="utf-8", errors="replace")  # noqa: SIM115, PTH123
    sys.stderr = sys.__stderr__ = stream  # type: ignore[misc]


_NICER = 5
_TENSORFLOW = 600 * MB  # what it was measured to take, and a tenth


def import_tensorflow() -> None:
    """Import TensorFlow and Keras, so that other threads go on meanwhile. Raises
    TooLittleMemory where they may not fit."""
    if "tensorflow" in sys.modules:
        return
    need_memory(_TENSORFLOW, "TensorFlow")
    _link_libraries()
    with nothing_is_garbage():
        import keras  # noqa: F401
        import tensorflow  # noqa: F401


def give_way() -> None:
    """Let this thread, and those that it will start, come after the thread that shows the interface
    where both want a processor. Only Linux knows the priority of a thread."""
    if sys.platform == "linux":
        with suppress(OSError):
            nice = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice + _NICER)


def _link_libraries() -> None:
    """Have the system link TensorFlow's library in a call that does not hold Python's lock; the
    import finds it linked. Where that cannot be done, the import does it all the same."""
    spec = find_spec("tensorflow")
    if spec is None or spec.origin is None or sys.platform == "win32":
        return
    import ctypes  # not wanted before the first picture

    with suppress(OSError, AttributeError):
        link = ctypes.CDLL(None).dlopen
        link.restype, link.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        for library in Path(spec.origin).parent.glob("libtensorflow_cc.*"):
            link(bytes(library), os.RTLD_NOW)
