"""bardtui evaluate --text, as a shell meets it."""

import json
from dataclasses import fields

import pytest

from bardtui.evaluation.text_metrics import Judgement, judge, yardstick
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import load_corpus
from tests.cli.commands import refusal, run
from tests.conftest import VERSE

JUDGED = ("evaluate", "tiny", "--text", "--length", "600", "--random-seed", "3")


def relabel(installed: ModelBundle, name: object) -> None:
    """Make the model say that it was trained on another text."""
    assert installed.folder is not None
    description = installed.folder / "model.json"
    values = json.loads(description.read_text())
    values["corpus"]["name"] = name
    description.write_text(json.dumps(values))


def test_a_text_is_scored(installed: ModelBundle, text_file: object) -> None:
    result = run("evaluate", "tiny", str(text_file), "--json")
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert answer["nats"] < 1.5
    assert answer["characters"] == round(len(VERSE * 10) * 0.1)
    table = run("evaluate", "tiny", str(text_file)).stdout
    for value in (answer["nats"], answer["bits"], answer["perplexity"]):
        assert f"{value:.5g}" in table
    assert "larger one" in refusal("evaluate", "tiny", str(text_file), "--from", "1")
    assert "no document" in refusal("evaluate", "tiny", str(text_file), "--document", "x")


def test_what_a_model_writes_is_judged(
    installed: ModelBundle, decoder: Decoder, text_file: object
) -> None:
    told = run(*JUDGED, str(text_file), "--json", "--temperature", "0.5", "--temperature", "1.5")
    assert told.stderr == ""
    answer = json.loads(told.stdout)
    corpus = VERSE * 10
    for row, temperature in zip(answer["texts"], (0.5, 1.5), strict=True):
        decoder.reset()
        decoder.read(installed.vocabulary.encode("\n").indices)
        text = "".join(decoder.write(600, Sampling(temperature, random_seed=3)))
        assert row == {"temperature": temperature} | vars(judge(text, corpus))
        assert set(row) == {"temperature"} | {field.name for field in fields(Judgement)}
    sober, wild = answer["texts"]
    assert sober["words_known"] > wild["words_known"]
    assert answer["corpus_itself"] == vars(judge(*yardstick(corpus, 600)))
    assert answer["fingerprint"] == installed.sha256
    assert answer["random_seed"] == 3


def test_the_table_has_a_row_a_temperature_and_the_text_itself(
    installed: ModelBundle, text_file: object
) -> None:
    arguments = (*JUDGED, str(text_file), "--temperature", "0.4", "--temperature", "1")
    answer = json.loads(run(*arguments, "--json").stdout)
    shown = run(*arguments)
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    judged = [*answer["texts"], answer["corpus_itself"]]
    for line, name, row in zip(lines[2:5], ("0.4", "1", "the text itself"), judged, strict=True):
        assert line.startswith(f"{name} ")
        figures = line.removeprefix(name).split()
        shares = ("words_known", "cues_well_formed", "speakers_known", "copied", "repeated")
        wanted = ["none" if row[s] is None else f"{row[s]:.1%}" for s in shares]
        assert figures == [*wanted[:3], str(len(row["longest_copy"])), *wanted[3:]]
    assert "random seed 3" in shown.stdout
    passage = " / ".join(filter(None, answer["texts"][0]["longest_copy"].split("\n")))
    assert f"longest copy at 0.4: {passage[:200]}{'…' * (len(passage) > 200)}" in lines


def test_the_models_own_text_is_found_by_its_name(installed: ModelBundle) -> None:
    relabel(installed, "the-lower-stair")
    told = run(*JUDGED, "--json")
    assert "the-lower-stair is not what it was" in told.stderr
    answer = json.loads(told.stdout)
    assert answer["corpus_sha256"] == load_corpus("the-lower-stair").sha256
    assert [row["temperature"] for row in answer["texts"]] == [0.8]


@pytest.mark.parametrize("name", [None, ["x"], "verse", "../verse.txt"])
def test_a_text_that_the_catalogue_has_not_must_be_named(
    installed: ModelBundle, name: object
) -> None:
    relabel(installed, name)
    told = refusal(*JUDGED)
    assert "not in the catalogue" in told
    assert "bardtui evaluate tiny CORPUS --text" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("evaluate", "tiny"), "name the text to score"),
        (("evaluate", "tiny", "x", "--top-k", "0"), "it goes only with --text"),
        (("evaluate", "tiny", "x", "--temperature", "1"), "it goes only with --text"),
        (("evaluate", "tiny", "--text", "--from", "0.5"), "it does not go with --text"),
        (("evaluate", "tiny", "--text", "--document", "x"), "it does not go with --text"),
        (("evaluate", "tiny", "--text", "--length", "0"), "--length"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    installed: ModelBundle, arguments: tuple[str, ...], told: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_temperature_out_of_range_is_refused(installed: ModelBundle, text_file: object) -> None:
    assert "temperature must be" in refusal(*JUDGED, str(text_file), "--temperature", "0")
