"""bardtui import-keras, and bardtui models export"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bardtui import paths
from bardtui.evaluation.loss import evaluate
from bardtui.model.store import ModelBundle, find_model
from bardtui.text.corpus import Corpus
from bardtui.training.checkpoint import run_lock
from tests.cli.commands import refusal, run
from tests.conftest import ONE_HOT, VERSE


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A folder with verse.txt, and mine.keras, which learnt it: tests.make_tiny_model makes it."""
    folder = tmp_path / "trained"
    folder.mkdir()
    (folder / "verse.txt").write_text(VERSE * 20)
    shutil.copy(ONE_HOT, folder / "mine.keras")
    return folder


def test_a_network_is_imported_and_scored(trained: Path) -> None:
    result = run("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    assert result.stderr == ""
    size = len(set(VERSE.lower()))
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"mine.keras: embedding {size + 1}, 1 x lstm 16: ")
    assert lines[1].startswith("there is no Embedding: the input is taken as one-hot")
    assert lines[2] == "the characters of verse, by frequency, in lower case, from index 1"
    assert lines[3].startswith(f"{size} characters:  etah")
    assert lines[4].endswith(f"over the last {len(VERSE) * 2:,} characters of the text")
    assert lines[5] == "mine is ready: bardtui generate --model mine"
    model = find_model("mine")
    assert set(model.vocabulary.characters) == set(VERSE.lower())
    assert model.held_out_loss is None
    nats = model.training[f"the last {len(VERSE) * 2:,} characters of the text"]
    assert lines[4].startswith(f"{nats:.3f} nats per character")
    assert nats < 2


def test_sizes_may_be_required_and_a_description_given(trained: Path) -> None:
    arguments = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    sizes = ("--cell", "lstm", "--units", "16", "--layers", "1")
    assert run(*arguments, *sizes, "--name", "a.b", "--description", "Mine [b]").exit_code == 0
    assert find_model("a.b").description == "Mine [b]"
    message = refusal(*arguments, "--name", "b", "--units", "1024")
    assert message == "the weights are of a network with units 16; you say 1024"
    assert not (paths.models_dir() / "b").exists()


def test_another_text_is_refused_by_its_characters_or_by_the_loss(
    trained: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("to be or not\n" * 50)
    arguments = ("import-keras", trained / "mine.keras", "--corpus", other)
    assert "other has 8: the text must be the very file" in refusal(*arguments)
    # As many characters, in a random order.
    rng = np.random.default_rng(2)
    other.write_text("".join(rng.choice(sorted(set(VERSE.lower())), 5_000)))
    message = refusal(*arguments)
    assert message.startswith("with no usual order of its characters does the network know")
    assert not paths.models_dir().exists()


def test_a_name_in_use_is_refused(trained: Path, installed: ModelBundle) -> None:
    arguments = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    message = refusal(*arguments, "--name", "tiny")
    assert message.startswith("you already have a model tiny: use --replace to replace it, or")
    assert find_model("tiny").sha256 == installed.sha256
    with run_lock(paths.runs_dir() / "tiny"):
        message = refusal(*arguments, "--name", "tiny", "--replace")
    assert message.startswith("tiny is being trained by another bardtui")
    assert run(*arguments, "--name", "tiny", "--replace").exit_code == 0
    assert find_model("tiny").spec.layers == 1


@pytest.mark.parametrize("name", ["../up", "a b", "\x1b[2J", ".hidden", "x" * 65])
def test_a_name_that_is_not_a_model_name_is_refused(trained: Path, name: str) -> None:
    arguments = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    assert "a model's name has letters" in refusal(*arguments, "--name", name)
    assert list(paths.data_dir().rglob("model.json")) == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Shakespeare RNN.weights.h5", "Shakespeare-RNN"),
        (".keras", "imported"),
        ("\x1b[2Jmodel.keras", "2Jmodel"),
        ("日本.keras", "imported"),
    ],
)
def test_a_model_is_named_after_its_file(
    trained: Path, tmp_path: Path, file: str, name: str
) -> None:
    (paths.models_dir() / name).mkdir(parents=True)
    path = tmp_path / file
    message = refusal("import-keras", path, "--corpus", trained / "verse.txt")
    assert message.startswith(f"you already have a model {name}: ")


def test_a_file_that_cannot_be_read_leaves_nothing(trained: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.keras"
    bad.write_bytes((trained / "mine.keras").read_bytes()[:5_000])
    message = refusal("import-keras", bad, "--corpus", trained / "verse.txt")
    assert message == "bad.keras is damaged, or not a file that Keras saved"
    assert "does not exist" in refusal("import-keras", "none.h5", "--corpus", "the-lower-stair")
    assert "there is no text or file" in refusal(
        "import-keras", trained / "mine.keras", "--corpus", "no-such-text"
    )
    assert not paths.models_dir().exists()


# --- models export


def test_an_exported_model_comes_back(
    installed: ModelBundle, verse: Corpus, tmp_path: Path
) -> None:
    result = run("models", "export", "tiny", tmp_path / "t.keras")
    assert result.exit_code == 0
    assert f"{tmp_path / 't.keras'}: load it with keras.models.load_model" in result.stdout
    assert f"{tmp_path / 't.keras.json'}: the character of each index" in result.stdout
    (tmp_path / "verse.txt").write_text(verse.text)
    back = run("import-keras", tmp_path / "t.keras", "--corpus", tmp_path / "verse.txt")
    assert (back.exit_code, back.stderr) == (0, "")
    model = find_model("t")
    assert model.vocabulary == installed.vocabulary
    for ours, theirs in zip(model.weights(), installed.weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    end = next(v for k, v in model.training.items() if k.startswith("the last"))
    assert end == pytest.approx(evaluate(installed, verse, 0.9, 1.0).figures["nats"], abs=1e-6)


def test_an_export_replaces_no_file_without_force(installed: ModelBundle, tmp_path: Path) -> None:
    file, beside = tmp_path / "t.keras", tmp_path / "t.keras.json"
    for there in (file, beside):
        there.write_text("mine")
        assert refusal("models", "export", "tiny", file) == f"{there} exists: --force replaces it"
        assert there.read_text() == "mine"
        there.unlink()
    file.write_text("mine")
    assert run("models", "export", "tiny", file, "--force").exit_code == 0
    assert file.read_bytes().startswith(b"PK")
    assert json.loads(beside.read_text())["model"] == "tiny"


def test_an_export_that_is_impossible_is_refused(installed: ModelBundle, tmp_path: Path) -> None:
    assert "there is no model" in refusal("models", "export", "none", tmp_path / "t.keras")
    assert "must end in .keras" in refusal("models", "export", "tiny", tmp_path / "t.h5")
    assert "No such file" in refusal("models", "export", "tiny", tmp_path / "no" / "t.keras")
