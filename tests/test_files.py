"""Opening files from outside, and lock files."""

import os
import socket
import subprocess
import sys
from io import FileIO
from pathlib import Path

import pytest

from bardtui import files, paths
from bardtui.files import expanded, lock_file, open_regular, read_regular


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"words")
    (tmp_path / "link").symlink_to(path)
    assert read_regular(path, 5) == b"words"
    assert read_regular(tmp_path / "link", 5) == b"words"
    with open_regular(path) as file:
        assert file.read() == b"words"


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 42)
    with pytest.raises(OSError, match="larger than 1,000 bytes") as caught:
        read_regular(path, 1_000)
    assert caught.value.filename == str(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and devices with names")
def test_a_pipe_a_socket_a_device_and_a_folder_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path, kind in (
            (tmp_path / "pipe", "a pipe"),
            (tmp_path / "socket", "a socket"),
            (Path("/dev/null"), "a device"),
            (tmp_path, "a folder"),
        ):
            with pytest.raises(OSError, match=f"{kind}, not a file"):
                open_regular(path)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        open_regular(tmp_path / "none")
    assert caught.value.filename == str(tmp_path / "none")


# --- lock files


def test_a_lock_file_is_held_by_one_and_removed_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with lock_file(path):
            with pytest.raises(BlockingIOError), lock_file(path):
                pass
            assert path.exists()
        assert not path.exists()


def test_a_lock_on_a_file_that_was_removed_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, genuine = tmp_path / "lock", files.lock
    removals = [path.unlink]  # by a process that held the lock when this one opened the file

    def lock(file: FileIO) -> None:
        genuine(file)
        if removals:
            removals.pop()()

    monkeypatch.setattr(files, "lock", lock)
    with lock_file(path), pytest.raises(BlockingIOError), lock_file(path):
        pass


CONTEND = """
import os, sys
from pathlib import Path
from bardtui.files import lock_file
held, done = Path(sys.argv[1], "held"), 0
while done < 200:
    try:
        with lock_file(Path(sys.argv[1], "lock")):
            os.close(os.open(held, os.O_CREAT | os.O_EXCL))
            held.unlink()
            done += 1
    except BlockingIOError:
        pass
"""


def test_of_many_processes_one_holds_the_lock_at_a_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CONTEND, str(tmp_path)]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(100) for process in processes] == [0] * 4
    assert [*tmp_path.iterdir()] == []


def test_a_home_folder_that_does_not_exist_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert expanded("~/a.txt") == Path("/home/ann/a.txt")
    assert expanded("~no-such-user/a.txt") == Path("~no-such-user/a.txt")
    monkeypatch.setenv("BARDTUI_HOME", "~no-such-user/a")
    assert paths.data_dir() == Path("~no-such-user/a")
