"""How much memory is still to be had.

Native code that asks for more than there is takes the whole process along, so whoever is about to
take much looks first.
"""

import math
import sys
from contextlib import suppress
from pathlib import Path

from bardtui.errors import UserError

_PROC = Path("/proc")
_GROUP = Path("/sys/fs/cgroup")
MB = 1_000_000


class TooLittleMemory(UserError):
    """Something was not begun, as memory might have run out on the way."""


def free_memory() -> float:
    """The bytes that this process may still take: what the machine has to spare, and what is left
    of the limits that were set to the process and to its control groups (version 2). Infinity where
    the system, as all but Linux, does not tell."""
    if sys.platform != "linux":
        return math.inf
    return min(_of_the_machine(), _of_the_process(), *map(_of_the_group, _groups()))


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


def _groups() -> list[Path]:
    """The process's control group, and those that it lies in."""
    with suppress(OSError, StopIteration):
        groups = (_PROC / "self/cgroup").read_text().splitlines()
        own = _GROUP / next(line[4:] for line in groups if line.startswith("0::/"))
        return [own, *(above for above in own.parents if above.is_relative_to(_GROUP))]
    return []


def _of_the_group(group: Path) -> float:
    """What the group keeps of files makes room for more."""
    with suppress(OSError, ValueError):
        limit = int((group / "memory.max").read_text())  # "max" for none
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        files = sum(int(stat.get(kind, 0)) for kind in ("inactive_file", "active_file"))
        return max(0, limit - int((group / "memory.current").read_text()) + files)
    return math.inf
