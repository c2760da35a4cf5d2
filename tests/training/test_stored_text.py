"""An encoded text on disk."""

import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bardtui.model.vocabulary import Vocabulary
from bardtui.training.stored_text import StoredText, encode

SMALL = Vocabulary.of("\n abcé中")
LARGE = Vocabulary(tuple(map(chr, range(0x4E00, 0x4E00 + 1_000))))


@given(st.lists(st.text(st.sampled_from(SMALL.characters), max_size=9)), st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stored_text_is_read_like_an_array(
    tmp_path: Path, pieces: list[str], data: st.DataObject
) -> None:
    array = SMALL.encode("".join(pieces)).indices
    stored = encode(pieces, SMALL, tmp_path)
    assert len(stored) == len(array)
    a, b = (data.draw(st.integers(0, len(array))) for _ in range(2))
    part = stored.part(a, b)
    assert len(part) == len(array[a:b])
    for one, other in ((stored, array), (part, array[a:b])):
        assert one[:].dtype == np.int32
        assert one[:].tolist() == other.tolist()
        assert one[1:4].tolist() == other[1:4].tolist()
        positions = np.arange(len(other)).reshape(-1, 1)[::-1]
        assert np.array_equal(one[positions], other[positions])
        assert [*one] == [*other]


@pytest.mark.parametrize("vocabulary", [SMALL, LARGE])
def test_a_character_takes_one_byte_or_two(
    vocabulary: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    real = tempfile.TemporaryFile

    def noted(dir: Path) -> object:
        files.append(real(dir=dir))
        return files[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    text = "".join(vocabulary.characters) * 3
    stored = encode([text], vocabulary, tmp_path)
    assert vocabulary.decode(stored[:]) == text
    assert stored._indices.itemsize == (1 if vocabulary is SMALL else 2)
    assert files[0].closed


def test_progress_is_counted_in_characters(tmp_path: Path) -> None:
    progress: list[int] = []
    encode(["ab", "é中", "c"], SMALL, tmp_path, progress.append)
    assert progress == [2, 4, 5]


def test_no_file_appears_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    seen = []

    def pieces() -> Iterator[str]:
        for _ in range(3):
            yield "ab" * 100_000
            seen.append([*folder.iterdir()])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode(pieces(), SMALL, folder)
    assert seen == [[], [], []]
    assert [*folder.iterdir()] == []
    stored = encode(["abc"], SMALL, folder)
    assert [*folder.iterdir()] == []
    assert SMALL.decode(stored[:]) == "abc"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_an_error_that_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(dir: Path) -> object:
        return Path("/dev/full").open("wb")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    for size in (1, 1_000_000):  # fails when it is closed, or at once
        with pytest.raises(OSError, match="No space left") as caught:
            encode(["a" * size], SMALL, tmp_path)
        assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))


def test_an_error_of_the_text_file_keeps_its_name(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "a"
        raise PermissionError(errno.EACCES, "Permission denied", "verse.txt")

    with pytest.raises(PermissionError) as caught:
        encode(pieces(), SMALL, tmp_path)
    assert caught.value.filename == "verse.txt"


def resident(kind: str) -> int:
    """The resident memory of this process, RssAnon or RssFile, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(kind)).split()[1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux reports it")
def test_reading_a_long_text_keeps_little_of_it_in_memory(tmp_path: Path) -> None:
    size = 64 << 20
    before = resident("RssAnon")
    stored: StoredText = encode(("abc\n" * (1 << 18) for _ in range(64)), SMALL, tmp_path)
    assert len(stored) == size
    assert resident("RssAnon") - before < size // 4
    before = resident("RssFile")
    along = np.arange(100)
    most = 0
    for start in range(0, size - 100, 1 << 16):
        assert stored[np.array([[start]]) + along].shape == (1, 100)
        most = max(most, resident("RssFile") - before)
    assert most < size // 16
