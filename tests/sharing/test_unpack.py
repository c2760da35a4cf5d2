"""Adding models from files and folders: good ones, hostile archives, hostile models."""

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.model import library
from bardtui.model.library import NameTaken
from bardtui.model.store import find_model
from bardtui.sharing import unpack
from bardtui.sharing.unpack import ArchiveError, add
from tests.model.hostile_models import CASES, Change
from tests.sharing.archives import archive, members, own_model, packed


def refusal(data: bytes, folder: Path) -> str:
    """The reason why a file with this content is refused; nothing of it is left behind."""
    (folder / "bad.bardmodel").write_bytes(data)
    with pytest.raises(ArchiveError) as caught:
        add(folder / "bad.bardmodel")
    assert not [*paths.models_dir().iterdir()]
    return str(caught.value).removeprefix("bad.bardmodel cannot be used: ")


def test_a_packed_model_is_added_under_its_own_name(tmp_path: Path) -> None:
    packed(tmp_path / "a.bardmodel", "quill")
    added = add(tmp_path / "a.bardmodel").bundle
    assert added == find_model("quill")
    assert added.weights()
    found = {path.name: path for path in paths.models_dir().rglob("*")}
    assert found.keys() == {"quill", "model.json", "weights.safetensors"}
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in found.items()}
    assert modes == {"quill": 0o700, "model.json": 0o600, "weights.safetensors": 0o600}


def test_a_folder_is_added(tmp_path: Path) -> None:
    packed(tmp_path / "a")
    (tmp_path / "a.folder" / "extra").write_text("is ignored")
    assert add(tmp_path / "a.folder", "quill").bundle.name == "quill"
    assert not (paths.models_dir() / "quill" / "extra").exists()


def test_a_name_that_is_taken_needs_another_or_the_owner_s_word(tmp_path: Path) -> None:
    packed(tmp_path / "a", "own")
    before = own_model()
    with pytest.raises(NameTaken):
        add(tmp_path / "a")
    assert find_model("own") == before
    assert add(tmp_path / "a", "other").bundle.name == "other"
    add(tmp_path / "a", replace_own=True)
    assert find_model("own").description == ""
    assert library.restore("own", "older") == "older"
    assert find_model("older").sha256 == before.sha256


def test_a_bundled_model_is_never_replaced(tmp_path: Path) -> None:
    packed(tmp_path / "a", "pocket")
    for replace_own in (False, True):
        with pytest.raises(NameTaken, match="comes with bardtui"):
            add(tmp_path / "a", replace_own=replace_own)


def link() -> zipfile.ZipInfo:
    made = zipfile.ZipInfo("weights.safetensors")
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ([("../model.json", b"{}")], "'../model.json' leads out of the model's folder"),
        ([("/etc/passwd", b"x")], "'/etc/passwd' leads out"),
        ([("a\\..\\..\\b", b"x")], "leads out"),
        ([("C:model.json", b"x")], "leads out"),
        ([("run.py", b"x")], "'run.py' does not belong to a model"),
        ([("model/", b"")], "'model/' does not belong"),
        ([("Model.json", b"{}")], "does not belong"),
        ([("\x1b[2J", b"")], "does not belong"),
        ([("model.json", b"{}")], "model.json twice"),
        ([("a", b""), ("b", b"")], "more files than a model has"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_with_other_members_are_refused(
    tmp_path: Path, more: list[tuple[str, bytes]], reason: str
) -> None:
    good = members(packed(tmp_path / "a"))
    assert reason in refusal(archive([*good.items(), *more]), tmp_path)


def test_links_and_missing_members_are_refused(tmp_path: Path) -> None:
    good = members(packed(tmp_path / "a"))
    weights = good.pop("weights.safetensors")
    assert "weights.safetensors is missing" in refusal(archive(good.items()), tmp_path)
    bad = archive([*good.items(), (link(), b"/etc/passwd")])
    assert "is a link" in refusal(bad, tmp_path)
    del good["model.json"]
    bad = archive([*good.items(), ("weights.safetensors", weights)])
    assert "model.json is missing" in refusal(bad, tmp_path)


def test_compressed_members_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    good = members(packed(tmp_path / "a"))
    good["weights.safetensors"] = bytes(50_000_000)
    bomb = archive(good.items(), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert "is compressed" in refusal(bomb, tmp_path)


def test_sizes_that_lie_are_refused(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path / "a"))
    directory = data.rindex(b"PK\1\2")  # of the last member, the weights
    for size, reason in ((2**31, "more than 800,016,392"), (1_000_000, "damaged")):
        for field in (20, 24):
            data[directory + field : directory + field + 4] = size.to_bytes(4, "little")
        assert reason in refusal(bytes(data), tmp_path)


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path / "a"))
    data[data.rindex(b"PK\1\2") + 8] |= 1
    assert "is encrypted" in refusal(bytes(data), tmp_path)


def test_a_large_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    good = members(packed(tmp_path / "a"))
    many = archive([*good.items(), *((f"{n}" * 300, b"") for n in range(300))])
    assert "more files than a model has" in refusal(many, tmp_path)
    small = bytearray(packed(tmp_path / "a"))
    small[-10:-6] = (10**9).to_bytes(4, "little")  # the size of the directory
    assert "more files than a model has" in refusal(bytes(small), tmp_path)
    locator = b"PK\6\7" + bytes(16)
    assert "more files" in refusal(bytes(small[:-22]) + locator + bytes(small[-22:]), tmp_path)


@pytest.mark.parametrize("data", [b"", b"PK\5\6" + bytes(17), b"x" * 99, b"<html>Pay here</html>"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    assert "not a file of a model" in refusal(data, tmp_path)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    data = packed(tmp_path / "a")
    assert "cut off" in refusal(data[:-1], tmp_path)
    assert "damaged" in refusal(data[: len(data) // 3] + data[-200:], tmp_path)


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "MAX_FILE", 1_000)
    packed(tmp_path / "a")
    with pytest.raises(OSError, match="larger than 1,000 bytes"):
        add(tmp_path / "a")


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a pipe, not a file"):
        add(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["../x", ".hidden", "", "x" * 65, 5, None])
def test_a_model_that_gives_itself_no_valid_name_is_refused(tmp_path: Path, name: object) -> None:
    good = members(packed(tmp_path / "a"))
    good["model.json"] = json.dumps(json.loads(good["model.json"]) | {"name": name}).encode()
    path = tmp_path / "from file.bardmodel"
    path.write_bytes(archive(good.items()))
    with pytest.raises(ArchiveError, match="a model's name has letters"):
        add(path)
    assert add(path, "named").bundle.name == "named"


def test_an_index_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    bundle = own_model()
    good = {path.name: path.read_bytes() for path in (bundle.folder or tmp_path).iterdir()}
    library.delete("own")
    (paths.models_dir() / library.TRASH).rename(tmp_path / "trash")
    good["corpus-index.bin"] = b"bad"
    assert "corpus-index.bin is missing or damaged" in refusal(archive(good.items()), tmp_path)
    del good["corpus-index.bin"]
    assert "corpus-index.bin is missing or damaged" in refusal(archive(good.items()), tmp_path)


def test_a_folder_s_links_are_refused(tmp_path: Path) -> None:
    packed(tmp_path / "a")
    weights = tmp_path / "a.folder" / "weights.safetensors"
    weights.rename(tmp_path / "elsewhere")
    weights.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArchiveError, match="a link out of the model's folder"):
        add(tmp_path / "a.folder")
    assert not [*paths.models_dir().iterdir()]


@pytest.mark.parametrize(("change", "reason"), CASES[::5])
def test_hostile_models_are_refused(tmp_path: Path, change: Change, reason: str) -> None:
    packed(tmp_path / "a")
    change(tmp_path / "a.folder")
    with pytest.raises((ArchiveError, OSError)):
        add(tmp_path / "a.folder", "x")
    assert not [*paths.models_dir().iterdir()]
