"""The memory that is available: of the machine, the process and its control groups."""

import math
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from bardtui.memory import MB, TooLittleMemory, free_memory, need_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports memory")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_without_any_information_memory_is_unlimited(tmp_path: Path) -> None:
    assert free_memory(tmp_path) == math.inf
    need_memory(1e18, "anything", tmp_path)


def test_available_memory_and_free_swap_count(tmp_path: Path) -> None:
    lines = "MemTotal: 9000 kB\nMemAvailable: 3000 kB\nSwapFree: 1000 kB\nHugePages_Total: 0\n"
    write(tmp_path / "proc/meminfo", lines)
    assert free_memory(tmp_path) == 4000 * 1024


def test_the_tightest_control_group_counts_and_its_file_cache_is_free(tmp_path: Path) -> None:
    write(tmp_path / "proc/meminfo", "MemAvailable: 900000 kB\nSwapFree: 0 kB\n")
    write(tmp_path / "proc/self/cgroup", "4:memory:/old\n0::/mine\n")
    group = tmp_path / "sys/fs/cgroup/mine"
    write(group / "memory.stat", "anon 50\ninactive_file 1000000\n")
    write(group / "memory.current", "150000000\n")
    write(group / "memory.max", "max\n")
    assert free_memory(tmp_path) == 900_000 * 1024
    write(group / "memory.max", "200000000\n")
    assert free_memory(tmp_path) == 51 * MB
    write(group / "memory.max", "100000000\n")
    assert free_memory(tmp_path) == 0
    write(group / "memory.max", "max\n")
    write(group.parent / "memory.stat", "active_file 2000000\ninactive_file 1000000\n")
    write(group.parent / "memory.current", "170000000\n")
    write(group.parent / "memory.max", "180000000\n")
    assert free_memory(tmp_path) == 13 * MB


def test_too_little_memory_is_reported_before_anything_starts(tmp_path: Path) -> None:
    write(tmp_path / "proc/meminfo", "MemAvailable: 50000 kB\nSwapFree: 0 kB\n")
    need_memory(50 * MB, "a pen", tmp_path)
    message = "a book needs about 60 MB of memory, and only 51 MB are free"
    with pytest.raises(TooLittleMemory, match=message):
        need_memory(60 * MB, "a book", tmp_path)


def test_the_limit_on_address_space_is_compared_with_what_is_used(tmp_path: Path) -> None:
    code = (
        "import resource; from bardtui.memory import MB, need_address_space\n"
        "need_address_space(1e18, 'all')\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600 * MB, 600 * MB))\n"
        "need_address_space(300 * MB, 'a book')\n"
        "need_address_space(700 * MB, 'a library')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert "a library needs about 700 MB of address space, and the limit (ulimit -v)" in last


@pytest.mark.parametrize("text", ["", "MemAvailable: many\n", "MemAvailable\n", "\n\n"])
def test_files_that_make_no_sense_are_ignored(tmp_path: Path, text: str) -> None:
    write(tmp_path / "proc/meminfo", text)
    assert free_memory(tmp_path) == math.inf


_FREE_AND_GIVE_BACK = """
import ctypes
from pathlib import Path
from bardtui.memory import give_back_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

library = ctypes.CDLL(None)
library.malloc.restype, library.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
blocks = [library.malloc(4_000) for _ in range(10_000)]
for block in blocks:
    ctypes.memset(ctypes.c_void_p(block), 1, 4_000)
full = resident()
for block in blocks[:-1]:  # the last one stays, so the heap cannot shrink
    library.free(block)
kept = resident()
give_back_memory()
print(full, kept, resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library is told")
def test_memory_that_was_freed_is_given_back() -> None:
    command = [sys.executable, "-c", _FREE_AND_GIVE_BACK]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    full, kept, left = map(int, done.stdout.split())
    assert full - kept < 1_000 < 8_000 < full - left  # pages of 4 KB
