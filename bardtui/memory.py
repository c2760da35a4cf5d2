"""The memory that is still available to this process.

TensorFlow and NumPy end the whole process when an allocation in native code fails, so bardtui
checks before it starts something large. No library that we know combines the three limits below.
"""

import math
import sys
from contextlib import suppress
from pathlib import Path

from bardtui.errors import UserError

MB = 1_000_000
_ROOT = Path("/")


class TooLittleMemory(UserError):
    """Something was not started because it might run out of memory."""


def free_memory(root: Path = _ROOT) -> float:
    """Return the bytes that this process can still allocate.

    On Linux this is the least of: the available memory and swap of the machine, what the limit on
    the address space of the process leaves, and what the limits of its control groups (version 2)
    leave. On other systems it is infinity. `root` is the folder of `proc` and `sys`.
    """
    if sys.platform != "linux":
        return math.inf
    groups = [_left_in_group(group) for group in _control_groups(root)]
    return min(_left_on_machine(root), _left_to_process(root), *groups)


def need_memory(size: float, what: str, root: Path = _ROOT) -> None:
    """Raise TooLittleMemory, with a line for the user, if `what` may not find `size` bytes."""
    if (free := free_memory(root)) < size:
        raise TooLittleMemory(
            f"{what} needs about {size / MB:.0f} MB of memory, and only {free / MB:.0f} MB are free"
        )


def need_address_space(size: float, what: str, root: Path = _ROOT) -> None:
    """Raise TooLittleMemory if the limit on the address space of the process leaves less."""
    if sys.platform == "linux" and (left := _left_to_process(root)) < size:
        raise TooLittleMemory(
            f"{what} needs about {size / MB:.0f} MB of address space, and the limit (ulimit -v) "
            f"leaves {left / MB:.0f} MB"
        )


def give_back_memory() -> None:
    """Give freed memory back to the system.

    Compiling a network frees a lot at its end. The GNU C library keeps it, in the memory pools of
    many threads, until it is told otherwise; other libraries cannot be told.
    """
    import ctypes  # not needed before the first screen

    if sys.platform == "linux":
        with suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def _left_on_machine(root: Path) -> float:
    with suppress(OSError, ValueError, KeyError):
        lines = (root / "proc/meminfo").read_text().splitlines()
        sizes = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        return (sizes["MemAvailable"] + sizes["SwapFree"]) * 1024
    return math.inf


def _left_to_process(root: Path) -> float:
    import resource  # Windows does not have it

    with suppress(OSError, ValueError):
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            pages = int((root / "proc/self/statm").read_text().split()[0])
            return max(0, limit - pages * resource.getpagesize())
    return math.inf


def _control_groups(root: Path) -> list[Path]:
    """The folders of the control group of this process and of the groups above it."""
    top = root / "sys/fs/cgroup"
    with suppress(OSError, StopIteration):
        groups = (root / "proc/self/cgroup").read_text().splitlines()
        own = top / next(line[4:] for line in groups if line.startswith("0::/"))
        return [own, *(parent for parent in own.parents if parent.is_relative_to(top))]
    return []


def _left_in_group(group: Path) -> float:
    """The bytes that a control group leaves; its file cache counts as free."""
    with suppress(OSError, ValueError):
        limit = int((group / "memory.max").read_text())  # "max" if there is no limit
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        cache = sum(int(stat.get(kind, 0)) for kind in ("inactive_file", "active_file"))
        return max(0, limit - int((group / "memory.current").read_text()) + cache)
    return math.inf
