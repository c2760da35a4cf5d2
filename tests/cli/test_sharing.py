"""bardtui models pack and add: what is said of a private text, and what is refused."""

from pathlib import Path

import pytest

from bardtui import paths
from bardtui.model.store import find_model
from tests.cli.commands import refusal, run
from tests.sharing.archives import SECRETS, own_model, packed


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_before_packing_a_private_model_it_is_said_what_is_left_out() -> None:
    own_model()
    said = run("models", "pack", "own").stdout
    assert "own was trained on a private text" in said
    assert "in the file: the weights, which can write parts of the text by heart" in said
    for part in ("words", "casts", "index", "samples", "titles", "fingerprint"):
        line = next(line for line in said.splitlines() if line.endswith(f"({part})"))
        assert line.startswith("  left out: ")
    assert "--with words,casts,index,samples,titles,fingerprint would put in" in said
    data = Path("own.bardmodel").read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in data]


def test_the_owner_puts_parts_in() -> None:
    own_model()
    said = run("models", "pack", "own", "--with", "words,casts", "-o", "x").stdout
    assert "in the file: the list of its words" in said
    assert "left out: its title" in said
    assert b"SECRET" in Path("x").read_bytes()


def test_a_file_that_exists_is_kept() -> None:
    own_model()
    Path("own.bardmodel").write_text("mine")
    assert "own.bardmodel exists: --force replaces it" in refusal("models", "pack", "own")
    assert Path("own.bardmodel").read_text() == "mine"
    run("models", "pack", "own", "--force")
    assert Path("own.bardmodel").stat().st_size > 1_000


def test_a_packed_model_is_added_and_its_hash_shown(tmp_path: Path) -> None:
    packed(tmp_path / "a.bardmodel", "quill")
    said = run("models", "add", "a.bardmodel").stdout
    assert "quill: 0.7 K parameters" in said
    assert "sha256 " in said
    again = refusal("models", "add", "a.bardmodel")
    assert again == "you already have a model quill: --as NAME gives the new one another name"
    assert "other:" in run("models", "add", "a.bardmodel", "--as", "other").stdout
    assert "quill:" in run("models", "add", "a.folder", "--as", "quill", "--replace").stdout
    assert find_model("other").sha256 == find_model("quill").sha256


def test_what_is_no_model_is_refused() -> None:
    assert "there is no file or folder nowhere" in refusal("models", "add", "nowhere")
    Path("[red]\x1b[2J.bardmodel").write_text("no model")
    assert "is not a file of a model" in refusal("models", "add", "[red]\x1b[2J.bardmodel")
    Path("empty").mkdir()
    assert "model.json is missing" in refusal("models", "add", "empty")
    assert not [*paths.models_dir().iterdir()]
