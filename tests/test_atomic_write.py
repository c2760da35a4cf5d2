"""A file is replaced whole or not at all."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bardtui.files import atomic_write, private_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_files_and_the_folders_made_for_them_are_the_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "settings.toml"
    atomic_write(path, "café\r\n")
    assert path.read_bytes() == "café\r\n".encode()
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]
    atomic_write(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert list(path.parent.iterdir()) == [path]


def test_a_users_export_has_the_umasks_mode_or_that_of_what_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "scene.txt"
    before = os.umask(0o027)
    try:
        atomic_write(path, "new", private=False)
    finally:
        os.umask(before)
    assert mode(path) == 0o640
    path.chmod(0o604)
    atomic_write(path, "newer", private=False)
    assert (mode(path), path.read_text()) == (0o604, "newer")


def test_an_export_does_not_make_folders(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "missing" / "scene.txt", "text", private=False)
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "dotfiles.toml", tmp_path / "settings.toml"
    target.write_text("old")
    link.symlink_to(target)
    atomic_write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_not_replaced() -> None:
    with pytest.raises(OSError, match="No space left"):
        atomic_write(Path("/dev/full"), "text", private=False)
    assert Path("/dev/full").is_char_device()


def test_a_lone_surrogate_does_not_cost_the_file(tmp_path: Path) -> None:
    atomic_write(tmp_path / "scene.txt", "a\ud800b")
    assert (tmp_path / "scene.txt").read_text() == "a?b"


FULL = """
import resource, sys
from pathlib import Path
from bardtui.files import atomic_write
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    atomic_write(Path(sys.argv[1]), b"x" * 5000)
except OSError as error:
    print(error.strerror)
"""


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """A limit on file size stands for the full disk: the write fails half-way, as there."""
    path = tmp_path / "scene.txt"
    path.write_text("old")
    answer = subprocess.run(
        [sys.executable, "-c", FULL, path], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "File too large"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    atomic_write(path, "text")
    assert path.read_text() == "text"


def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path) == tmp_path
    assert mode(tmp_path) == 0o755
