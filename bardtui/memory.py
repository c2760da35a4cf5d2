"""How much memory is still to be had.

Native code that asks for more than there is takes the whole process along, so whoever is about to
take much looks first.
"""

import math
import sys
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_GROUP = Path("/sys/fs/cgroup")
MB = 1_000_000


class TooLittleMemory(MemoryError):
    """Something was not begun, as memory might have run out on the way."""


def free_memory() -> float:
    """The bytes that this process may still take: what the machine has to spare, and what is left
    of the limits that were set to the process and to its control group. Infinity where the system,
    as all but Linux, does not tell."""
    if sys.platform != "linux":
        return math.inf
    return min(_of_the_machine(), _of_the_process(), _of_the_group())


def need_memory(size: float, what: str) -> None:
    """Raises TooLittleMemory, with a line for the user, where `what` may not find `size` bytes."""
    if (free := free_memory()) < size:
        raise TooLittleMemory(
            f"{what} needs about {size / MB:.0f} MB, and {free / MB:.0f} MB are free"
        )


def _of_the_machine() -> float:
    with suppress(OSError, ValueError, KeyError):
        lines = (_PROC / "meminfo").read_text().splitlines()
        sizes = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        return (sizes["MemAvailable"] + sizes["SwapFree"]) * 1024
    return math.inf


def _of_the_process() -> float:
    import resource  # which Windows has not

    with suppress(OSError, ValueError):
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            pages = int((_PROC / "self/statm").read_text().split()[0])
            return max(0, limit - pages * resource.getpagesize())
    return math.inf


def _of_the_group() -> float:
    """Of the process's own group; what the group keeps of files makes room for more."""
    with suppress(OSError, ValueError, StopIteration):
        groups = (_PROC / "self/cgroup").read_text().splitlines()
        own = _GROUP / next(line[4:] for line in groups if line.startswith("0::/"))
        limit = int((own / "memory.max").read_text())  # "max" for none
        stat = dict(line.split() for line in (own / "memory.stat").read_text().splitlines())
        used = int((own / "memory.current").read_text()) - int(stat.get("inactive_file", 0))
        return max(0, limit - used)
    return math.inf
