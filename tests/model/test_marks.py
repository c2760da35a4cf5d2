"""Places in texts to which a generator can return at once."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.model import marks as module
from bardtui.model.generator import Snapshot
from bardtui.model.marks import Marks


def snapshot(number: int) -> Snapshot:
    return Snapshot(
        number, (np.full((2, 1, 3), number, np.float32), np.full((1, 2), -number, np.float32))
    )


def key(number: int) -> bytes:
    return number.to_bytes(16, "big") if number else b""


def same(one: Snapshot | None, other: Snapshot) -> bool:
    return (
        one is not None
        and one.position == other.position
        and all(np.array_equal(a, b) for a, b in zip(one.arrays, other.arrays, strict=True))
    )


@given(st.lists(st.integers(0, 60), max_size=80), st.integers(2, 40))
def test_what_is_kept_is_found_as_it_was_and_there_are_never_too_many(
    numbers: list[int], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_BYTES", most * len(snapshot(0).to_bytes()))
        marks = Marks(snapshot(0))
        for number in numbers:
            marks.keep(key(number), snapshot(number))
            assert len(marks) <= most
            for n in range(61):
                assert (key(n) in marks) == (marks.get(key(n)) is not None)
                assert key(n) not in marks or same(marks.get(key(n)), snapshot(n))
    assert same(marks.get(b""), snapshot(0))


def test_the_file_grows_no_further_than_there_are_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(snapshot(0).to_bytes())
    monkeypatch.setattr(module, "MOST_BYTES", 20 * size)
    marks = Marks(snapshot(0))
    for number in range(1, 1_000):
        marks.keep(key(number), snapshot(number))
    assert marks._file is not None
    assert marks._file.seek(0, 2) <= 20 * size


class Full:
    """A disk without room, or one that takes a part."""

    def __init__(self, takes: int | None) -> None:
        self._takes = takes

    def seek(self, place: int) -> int:
        return place

    def write(self, content: bytes) -> int:
        if self._takes is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._takes

    def read(self, size: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("takes", [None, 0, 7])
def test_what_the_disk_does_not_take_is_not_there(
    takes: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**how: Any) -> Full:
        return Full(takes)

    monkeypatch.setattr(module, "TemporaryFile", full)
    marks = Marks(snapshot(0))
    for number in (1, 2, 1):
        marks.keep(key(number), snapshot(number))
        assert key(number) not in marks
        assert marks.get(key(number)) is None
    assert same(marks.get(b""), snapshot(0))


def test_what_cannot_be_read_back_is_no_longer_there(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(snapshot(0).to_bytes())
    monkeypatch.setattr(module, "TemporaryFile", lambda **how: Full(size))
    marks = Marks(snapshot(0))
    marks.keep(key(1), snapshot(1))
    assert key(1) in marks
    assert marks.get(key(1)) is None
    assert key(1) not in marks


def test_they_lie_in_their_folder_without_a_name_or_where_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "states"
    marks = Marks(snapshot(0), folder)
    marks.keep(key(1), snapshot(1))
    assert marks._file is not None
    assert os.fstat(marks._file.fileno()).st_dev == folder.stat().st_dev
    assert list(folder.iterdir()) == []
    (tmp_path / "a file").write_text("no folder")
    elsewhere = Marks(snapshot(0), tmp_path / "a file" / "states")
    elsewhere.keep(key(1), snapshot(1))
    assert same(elsewhere.get(key(1)), snapshot(1))
