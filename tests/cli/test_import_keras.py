"""bardtui import-keras, and bardtui models export"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bardtui import paths
from bardtui.cli.app import app
from bardtui.cli.import_keras import _name_after
from bardtui.evaluation.loss import evaluate
from bardtui.model.store import ModelBundle, find_model
from bardtui.text.corpus import Corpus
from tests.conftest import VERSE


def run(*arguments: str | Path) -> Any:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refusal(*arguments: str | Path) -> str:
    """The one printable line that a command says which cannot do its work."""
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("bardtui: ")
    assert result.stderr.endswith("\n")
    assert result.stderr[:-1].isprintable()
    return str(result.stderr[9:-1])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with verse.txt, and mine.keras: TensorFlow's tutorial in small, trained on it."""
    import keras

    folder = tmp_path_factory.mktemp("trained")
    text = VERSE * 20
    (folder / "verse.txt").write_text(text)
    vocabulary = ["[UNK]", *sorted(set(text))]
    indices = np.array([vocabulary.index(c) for c in text])
    windows = indices[: len(indices) // 33 * 33].reshape(-1, 33)
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.layers.Embedding(len(vocabulary), 8),
            keras.layers.GRU(16, return_sequences=True),
            keras.layers.Dense(len(vocabulary)),
        ]
    )
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.optimizer.learning_rate = 0.02
    network.fit(windows[:, :-1], windows[:, 1:], epochs=4, verbose=0)
    network.save(folder / "mine.keras")
    return folder


def test_a_model_is_taken_over_told_and_scored(trained: Path) -> None:
    result = run("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    assert result.stderr == ""
    size = len(set(VERSE))
    lines = result.stdout.splitlines()
    assert lines[0].startswith("mine.keras: embedding 8, 1 x gru 16: ")
    assert lines[1].startswith(f"{size} characters of verse: \\n ,.:;?ABEINTW[]abcde")
    assert lines[2] == "left out, since a model of bardtui's never writes it: [UNK]"
    assert lines[3].endswith(f"over the last {len(VERSE) * 2:,} characters of the text")
    assert lines[4] == "mine is ready: bardtui generate --model mine"
    model = find_model("mine")
    assert model.vocabulary.characters == tuple(sorted(set(VERSE)))
    assert model.held_out_loss is None
    nats = model.training[f"the last {len(VERSE) * 2:,} characters of the text"]
    assert lines[3].startswith(f"{nats:.3f} nats per character")
    assert nats < 0.8 * math.log(size)


def test_sizes_and_a_description_may_be_given(trained: Path) -> None:
    given = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    sizes = ("--cell", "gru", "--units", "16", "--layers", "1", "--embedding-dim", "8")
    assert run(*given, *sizes, "--name", "a.b", "--description", "Mine [b]").exit_code == 0
    assert find_model("a.b").description == "Mine [b]"
    told = refusal(*given, "--name", "b", "--units", "1024")
    assert told == "the weights are of a network with units 16; you say 1024"
    assert not (paths.models_dir() / "b").exists()


def test_a_wrong_text_is_told_by_its_number_or_by_its_loss(trained: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("to be or not\n" * 50)
    given = ("import-keras", trained / "mine.keras", "--corpus", other)
    assert "characters, other has 8: the text must be the very file" in refusal(*given)
    assert not (paths.models_dir() / "mine").exists()

    # As many characters, but others.
    other.write_text("".join(c.swapcase() for c in VERSE * 20))
    result = run(*given)
    assert result.exit_code == 0
    assert result.stderr.startswith("bardtui: that is hardly better than chance (")
    assert "is this the very text that the model was trained on?" in result.stderr


def test_a_name_that_is_taken_is_kept(trained: Path, installed: ModelBundle) -> None:
    given = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    told = refusal(*given, "--name", "tiny")
    assert told.startswith("you already have a model tiny: --name gives this one another")
    assert find_model("tiny").sha256 == installed.sha256
    assert run(*given, "--name", "tiny", "--replace").exit_code == 0
    assert find_model("tiny").spec.cell == "gru"


@pytest.mark.parametrize("name", ["../up", "a b", "\x1b[2J", ".hidden", "x" * 65])
def test_a_name_that_is_none(trained: Path, name: str) -> None:
    given = ("import-keras", trained / "mine.keras", "--corpus", trained / "verse.txt")
    assert "a model's name has letters" in refusal(*given, "--name", name)
    assert list(paths.data_dir().rglob("model.json")) == []


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Shakespeare RNN.weights.h5", "Shakespeare-RNN"),
        (".keras", "tutorial"),
        ("../../../up.h5", "up"),
        ("\x1b[2Jmodel.keras", "2Jmodel"),
        ("日本.keras", "tutorial"),
    ],
)
def test_a_model_is_called_as_its_file(file: str, name: str) -> None:
    assert _name_after(Path(file)) == name


def test_a_file_that_is_none_leaves_nothing(trained: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.keras"
    bad.write_bytes((trained / "mine.keras").read_bytes()[:5_000])
    told = refusal("import-keras", bad, "--corpus", trained / "verse.txt")
    assert told == "bad.keras is damaged, or no file that Keras saved"
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
    assert end == pytest.approx(evaluate(installed, verse, 0.9, 1.0).scores["nats"], abs=1e-6)


def test_an_export_writes_over_nothing_unasked(installed: ModelBundle, tmp_path: Path) -> None:
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


def test_an_export_that_cannot_be(installed: ModelBundle, tmp_path: Path) -> None:
    assert "there is no model" in refusal("models", "export", "none", tmp_path / "t.keras")
    assert "has to end in .keras" in refusal("models", "export", "tiny", tmp_path / "t.h5")
    assert "No such file" in refusal("models", "export", "tiny", tmp_path / "no" / "t.keras")
