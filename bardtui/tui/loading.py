"""Importing TensorFlow in one thread while another shows the interface.

Left to itself the import holds Python's lock for half a second while the system links a library of
a gigabyte, and the garbage collector then looks through a million objects that stay, again and
again.
"""

import ctypes
import gc
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path


def import_tensorflow() -> None:
    """Import TensorFlow and Keras, so that other threads go on meanwhile."""
    if "tensorflow" in sys.modules:
        return
    _link_libraries()
    collects = gc.isenabled()
    gc.disable()
    try:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401

        gc.freeze()  # nothing of it is ever garbage
    finally:
        if collects:
            gc.enable()


def _link_libraries() -> None:
    """Have the system link TensorFlow's library in a call that does not hold Python's lock; the
    import finds it linked. Where that cannot be done, the import does it all the same."""
    spec = find_spec("tensorflow")
    if spec is None or spec.origin is None or sys.platform == "win32":
        return
    with suppress(OSError, AttributeError):
        link = ctypes.CDLL(None).dlopen
        link.restype, link.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        for library in Path(spec.origin).parent.glob("libtensorflow_cc.*"):
            link(bytes(library), os.RTLD_NOW)
