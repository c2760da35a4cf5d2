"""Opening files from outside: regular files only, of a known size, and without waiting."""

import os
import socket
from pathlib import Path

import pytest

from bardtui.files import open_regular, read_regular


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
