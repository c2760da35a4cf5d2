"""What is left of the memory: of the machine, of the process's limit and of its group's."""

import math
import sys
from pathlib import Path

import pytest

from bardtui import memory
from bardtui.memory import MB, TooLittleMemory, free_memory, need_memory


@pytest.fixture(autouse=True)
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linux that tells nothing yet."""
    pytest.importorskip("resource")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(memory, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "_GROUP", tmp_path / "group")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_where_the_system_does_not_tell_nothing_is_in_the_way() -> None:
    assert free_memory() == math.inf
    need_memory(1e18, "anything")


def test_the_machine_has_what_is_available_and_what_can_be_swapped(tmp_path: Path) -> None:
    write(
        tmp_path / "proc/meminfo",
        "MemTotal: 9000 kB\nMemAvailable: 3000 kB\nSwapFree: 1000 kB\nHugePages_Total: 0\n",
    )
    assert free_memory() == 4000 * 1024


def test_a_group_or_one_that_it_lies_in_may_have_less_and_its_files_are_room(
    tmp_path: Path,
) -> None:
    write(tmp_path / "proc/meminfo", "MemAvailable: 900000 kB\nSwapFree: 0 kB\n")
    write(tmp_path / "proc/self/cgroup", "4:memory:/old\n0::/mine\n")
    group = tmp_path / "group/mine"
    write(group / "memory.stat", "anon 50\ninactive_file 1000000\n")
    write(group / "memory.current", "150000000\n")
    write(group / "memory.max", "max\n")
    assert free_memory() == 900_000 * 1024
    write(group / "memory.max", "200000000\n")
    assert free_memory() == 51 * MB
    write(group / "memory.max", "100000000\n")
    assert free_memory() == 0
    write(group / "memory.max", "max\n")
    write(group.parent / "memory.stat", "active_file 2000000\ninactive_file 1000000\n")
    write(group.parent / "memory.current", "170000000\n")
    write(group.parent / "memory.max", "180000000\n")
    assert free_memory() == 13 * MB


def test_too_little_is_said_before_anything_is_begun(tmp_path: Path) -> None:
    write(tmp_path / "proc/meminfo", "MemAvailable: 50000 kB\nSwapFree: 0 kB\n")
    need_memory(50 * MB, "a pen")
    with pytest.raises(TooLittleMemory, match="a book needs about 60 MB, and 51 MB are free"):
        need_memory(60 * MB, "a book")


def test_what_makes_no_sense_is_not_told(tmp_path: Path) -> None:
    for text in ("", "MemAvailable: many\n", "MemAvailable\n", "\n\n"):
        write(tmp_path / "proc/meminfo", text)
        assert free_memory() == math.inf
