"""Importing TensorFlow in one thread while another shows the interface.

Left to itself the import holds Python's lock for half a second while the system links a library of
a gigabyte, and then for as long as the garbage collector looks through what was imported.
"""

import os
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from bardtui.memory import MB, need_memory
from bardtui.quiet import nothing_is_garbage

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
