"""bardtui models: good and broken models are listed, and what they contain is only data."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.cli.common import millions
from bardtui.model.cell_names import load_names
from bardtui.model.store import ModelBundle, find_model
from bardtui.text.corpus import Corpus
from tests.cli.commands import refusal, run, shell


def test_good_and_broken_models_are_listed(installed: ModelBundle) -> None:
    broken = paths.models_dir() / "broken"
    broken.mkdir()
    (broken / "model.json").write_text('{"format": "[/]\\u001b[2J"}')
    for arguments in (("models",), ("models", "list")):
        listed = run(*arguments).stdout
        assert "\x1b" not in listed
        lines = {line.split()[0]: line for line in listed.splitlines()}
        assert "yours" in lines["tiny"]
        assert f"{installed.held_out_loss:.3f} nats" in lines["tiny"]
        assert "Verse" in lines["tiny"]
        assert "cannot be used" in lines["broken"]


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [(812, "0.8 K"), (99_999, "100.0 K"), (100_000, "0.10 M"), (3_499_593, "3.50 M")],
)
def test_the_size_of_small_models_is_not_zero(parameters: int, shown: str) -> None:
    assert millions(parameters) == shown


def test_a_model_of_long_texts_takes_a_few_lines_of_the_list(installed: ModelBundle) -> None:
    assert installed.folder is not None
    description = installed.folder / "model.json"
    values = json.loads(description.read_text())
    values["corpus"]["title"] = "x" * 500_000
    description.write_text(json.dumps(values))
    (paths.models_dir() / ("y" * 250)).mkdir()
    assert len(run("models").stdout.splitlines()) < 40
    assert len(run("models").stdout) < 5_000
    assert len(run("models", "show", "tiny").stdout) < 10_000


def test_a_model_is_shown_and_its_texts_are_data(installed: ModelBundle) -> None:
    assert installed.folder is not None
    description = installed.folder / "model.json"
    values = json.loads(description.read_text())
    values["description"] = "[/] [red]\x1b]0;owned\x07 \x9b2J \u202egnp"
    values["licence"] = "\ud800"
    values["corpus"]["\x1b[2J"] = ["\x1b[31m", {"a": "\x1b"}]
    values["evaluation"]["nats"] = 10**400
    description.write_text(json.dumps(values))
    for arguments in (("models", "show", "tiny"), ("models",)):
        shown = shell(*arguments, environment={"PYTHONIOENCODING": "utf-8:strict"})
        assert (shown.returncode, shown.stderr) == (0, b"")
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown.stdout.decode())
    assert "[/] [red]" in run("models", "show", "tiny").stdout
    assert installed.sha256 in run("models", "show", "tiny").stdout
    assert f"{installed.memory_length:,} characters" in run("models", "show", "tiny").stdout


def test_the_path_of_the_models_folder(home: Path) -> None:
    assert run("models", "path").stdout == f"{home / 'models'}\n"


@pytest.mark.parametrize("name", ["nobody", "[/]", "[bold]x", "../x", "\x1b[2J", "", "a" * 5_000])
def test_a_model_that_does_not_exist_is_refused(name: str) -> None:
    for arguments in (("generate", "--model", name), ("models", "show", name)):
        refusal(*arguments)


def test_a_damaged_model_is_refused(installed: ModelBundle) -> None:
    assert installed.folder is not None
    weights = installed.folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    command = ("generate", "--model", "tiny")
    assert "tiny: weights.safetensors is damaged" in refusal(*command)
    weights.write_bytes(b"garbage")
    assert "tiny: weights.safetensors is not a safetensors file" in refusal(*command)
    (installed.folder / "model.json").write_text("{")
    assert "tiny: model.json is not JSON" in refusal(*command)


def test_an_index_of_its_texts_is_added_to_a_model(installed: ModelBundle, home: Path) -> None:
    folder = home / "texts"
    folder.mkdir()
    (folder / "one.txt").write_text("The lamp is low, the house asleep, and nobody is here.")
    (folder / "two.txt").write_text("The stair has counted every tread; what would you keep?")
    other = home / "other.txt"
    other.write_text("I thought the last of it was said, a long and quiet while ago.")
    shown = run("models", "index-texts", "tiny", folder, other, "--hold-out", "TWO").stdout
    assert "2 documents" in shown
    assert "left out: two" in shown
    index = find_model("tiny").corpus_index
    assert index is not None
    found = {path.stem: index.find(path.read_text()) for path in [*folder.iterdir(), other]}
    assert {name: [run.document for run in runs] for name, runs in found.items()} == {
        "one": ["one"],
        "two": [],
        "other": ["other"],
    }
    assert "corpus index" in run("models", "show", "tiny").stdout
    assert find_model("tiny").sha256 == installed.sha256


def test_an_index_of_missing_texts_is_refused(installed: ModelBundle) -> None:
    assert "no text or file" in refusal("models", "index-texts", "tiny", "nowhere")
    options = ("the-lower-stair", "--hold-out", "Act 9")
    assert "no document act 9" in refusal("models", "index-texts", "tiny", *options)
    assert "no model" in refusal("models", "index-texts", "nobody", "the-lower-stair")


def test_cells_are_found_and_their_names_kept(
    installed: ModelBundle, home: Path, verse: Corpus
) -> None:
    text = home / "verse.txt"
    text.write_text(verse.text)
    found = json.loads(run("models", "cells", "tiny", text, "--json").stdout)
    assert found["fingerprint"] == installed.sha256
    assert found["missing"]["quotation marks"] == "not in the text"
    follows = {cell["follows"] for cell in found["cells"]}
    assert follows >= {"cue", "speech"}
    for cell in found["cells"]:
        assert cell["correlation"] * cell["unseen"] > 0
        assert len(cell["example"]) == len(cell["signs"])
    shown = run("models", "cells", "tiny", text, "--save")
    assert f"{len(found['cells'])} names are kept" in shown.stderr
    assert "line position" in shown.stdout
    names = load_names(installed.sha256)
    assert {(n.layer, n.cell) for n in names} == {(c["layer"], c["cell"]) for c in found["cells"]}


def test_of_a_text_with_held_out_documents_cells_read_only_those(
    installed: ModelBundle, home: Path, verse: Corpus
) -> None:
    assert installed.folder is not None
    corpus = installed.corpus | {"held_out": ["unseen"]}
    replace(installed, corpus=corpus).save_description()
    plays = home / "plays"
    plays.mkdir()
    (plays / "seen.txt").write_text(verse.text * 2)
    (plays / "unseen.txt").write_text(verse.text)
    found = json.loads(run("models", "cells", "tiny", plays, "--json").stdout)
    assert found["characters"] <= len(verse.text)


def test_cells_need_enough_text(installed: ModelBundle, home: Path) -> None:
    text = home / "short.txt"
    text.write_text("ANN:\nThe lamp is low.\n" * 20)
    assert "characters that the model knows" in refusal("models", "cells", "tiny", text)
    assert "not in the catalogue" in refusal("models", "cells", "tiny")
