"""Fuzzing of packed models: any file is added whole or refused in one line, and leaves nothing."""

import io
import os
import struct
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import strategies as st

from bardtui import paths
from bardtui.errors import UserError, user_message
from bardtui.sharing.pack import pack
from bardtui.sharing.unpack import LIMITS, add
from tests.conftest import random_weights, small_model
from tests.trust.fuzzing import ANY_TEXT, fuzz, is_one_line


def packed_model() -> bytes:
    """A valid file."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = small_model()
        saved = bundle.save(Path(folder) / "model", random_weights(bundle.spec))
        pack(saved, Path(folder) / "file", ())
        return (Path(folder) / "file").read_bytes()


VALID = packed_model()
with zipfile.ZipFile(io.BytesIO(VALID)) as _archive:
    MEMBERS = {name: _archive.read(name) for name in _archive.namelist()}
DIRECTORY = VALID.index(b"PK\1\2")


def added(data: bytes) -> bool:
    """Whether a file with this content is added; checks that a refused one leaves nothing."""
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, BARDTUI_HOME=home):
        path = Path(home) / "file"
        path.write_bytes(data)
        try:
            bundle = add(path, "added").bundle
        except (UserError, OSError) as error:
            is_one_line(UserError(user_message(error) or ""))
            assert not [*paths.models_dir().iterdir()]
            return False
        assert bundle.weights()
        assert {file.name for file in (paths.models_dir() / "added").iterdir()} <= {*LIMITS}
        assert [file.name for file in paths.models_dir().iterdir()] == ["added"]
        return True


def changed(data: bytes, changes: dict[int, int], end: int | None, more: bytes) -> bytes:
    array = bytearray(data)
    for at, byte in changes.items():
        array[at] = byte
    return bytes(array[:end]) + more


_BYTES = st.integers(0, 255)
_ANYWHERE = st.dictionaries(st.integers(0, len(VALID) - 1), _BYTES, max_size=6)
_IN_DIRECTORY = st.dictionaries(st.integers(DIRECTORY, len(VALID) - 1), _BYTES, max_size=6)
_END = st.none() | st.integers(0, len(VALID))


def test_the_valid_file_is_added() -> None:
    assert added(VALID)


@fuzz(_ANYWHERE | _IN_DIRECTORY, _END, st.binary(max_size=9))
def test_any_damaged_file_is_added_or_refused(
    changes: dict[int, int], end: int | None, more: bytes
) -> None:
    added(changed(VALID, changes, end, more))


@st.composite
def fields(draw: st.DrawFn) -> bytes:
    """The valid file with other values in the fields of its directory and its local headers."""
    data = bytearray(VALID)
    places = [at for at in range(len(data)) if data[at : at + 2] == b"PK"]
    numbers = st.sampled_from([0, 1, 6, 8, 12, 0xFFFF, 2**31, 2**32 - 1]) | st.integers(
        0, 2**32 - 1
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.sampled_from(places)) + draw(st.integers(4, 42))
        size = draw(st.sampled_from(["<H", "<I"]))
        number = draw(numbers) % 256 ** struct.calcsize(size)
        if at + struct.calcsize(size) <= len(data):
            struct.pack_into(size, data, at, number)
    return bytes(data)


@fuzz(fields())
def test_any_directory_is_read_or_refused(data: bytes) -> None:
    added(data)


_NAMES = st.sampled_from([*LIMITS, "../model.json", "/a", "a/", "C:a", "a\0b"]) | ANY_TEXT


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """An archive of valid and other members, with any attributes, perhaps compressed."""
    members: Sequence[tuple[str, bytes]] = draw(
        st.permutations([*MEMBERS.items()]).flatmap(
            lambda valid: st.lists(st.tuples(_NAMES, st.binary(max_size=50)), max_size=2).map(
                lambda more: [*valid, *more]
            )
        )
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", draw(st.sampled_from([0, 8, 12, 14]))) as archive:
        for name, data in members:
            member = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            member.external_attr = draw(st.just(0) | st.integers(0, 2**32 - 1))
            member.comment = draw(st.binary(max_size=4))
            archive.writestr(member, data)
        archive.comment = draw(st.binary(max_size=4))
    return content.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@fuzz(archives())
def test_any_archive_is_added_or_refused(data: bytes) -> None:
    added(data)


@pytest.mark.parametrize("length", [20_000, 60_000])
def test_a_refusal_is_short_whatever_the_archive_says(tmp_path: Path, length: int) -> None:
    data = bytearray(VALID)
    struct.pack_into("<H", data, data.index(b"PK\3\4", 9) + 26, length)
    (tmp_path / "file").write_bytes(data + bytes(length) + VALID[DIRECTORY:])
    with pytest.raises(UserError) as caught:
        add(tmp_path / "file")
    is_one_line(caught.value)
