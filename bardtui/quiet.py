"""Importing large libraries: without their chatter on the terminal, and without the garbage
collector looking through all that they make. To be imported before TensorFlow is."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


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
