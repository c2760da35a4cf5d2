"""bardtui evaluate: the loss on a text, and metrics of what a model writes."""

import json
from pathlib import Path

import pytest

from bardtui.evaluation.text_metrics import measure_text, split_end
from bardtui.model.context import Context
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.scene.cast import speakers as speakers_of
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.text.corpus import load_corpus
from bardtui.writing.passage import write_passage
from bardtui.writing.rules import Rules
from tests.cli.commands import refusal, run
from tests.conftest import VERSE

METRICS = ("evaluate", "tiny", "--text", "--length", "600", "--random-seed", "3")


def relabel(installed: ModelBundle, name: object) -> None:
    """Change the name of the text that the model was trained on."""
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
    for value in (answer["nats"], answer["bits"], answer["nats_with_cue_memory"]):
        assert f"{value:.5g}" in table
    few = run("evaluate", "tiny", str(text_file), "--from", "0", "--excerpts", "2", "--json")
    assert len(json.loads(few.stdout)["starts"]) == 2
    assert "larger one" in refusal("evaluate", "tiny", str(text_file), "--from", "1")
    assert "no document" in refusal("evaluate", "tiny", str(text_file), "--document", "x")


def test_what_a_model_writes_is_measured(
    installed: ModelBundle, decoder: Decoder, text_file: object
) -> None:
    temperatures = ("--temperature", "0.5", "--temperature", "1.5")
    result = run(*METRICS, str(text_file), "--json", *temperatures)
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    corpus = VERSE * 10
    for row, temperature in zip(answer["texts"], (0.5, 1.5), strict=True):
        context = Context(decoder)
        context.seek("\n")
        sampling = Sampling(temperature, top_p=TOP_P, random_seed=3)
        text = "".join(write_passage(context, "\n", 600, sampling, Rules(exact_length=True)))
        speakers = row.pop("speakers")
        assert (row.pop("original"), row.pop("copied_runs")) == (None, None)
        assert row == {"temperature": temperature} | vars(measure_text(text, corpus))
        assert speakers["speeches"] == len(list(speakers_of(text)))
        assert 0 <= speakers["invented_kept"] <= 1
    sober, wild = answer["texts"]
    assert sober["words_known"] > wild["words_known"]
    assert answer["corpus_itself"].pop("speakers")["share_a_play"] == 1
    assert answer["corpus_itself"] == vars(measure_text(*split_end(corpus, 600)))
    assert answer["fingerprint"] == installed.sha256
    assert answer["random_seed"] == 3


def test_the_table_has_a_row_for_each_temperature_and_for_the_text_itself(
    installed: ModelBundle, text_file: object
) -> None:
    arguments = (*METRICS, str(text_file), "--temperature", "0.4", "--temperature", "1")
    answer = json.loads(run(*arguments, "--json").stdout)
    shown = run(*arguments)
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    measured = [*answer["texts"], answer["corpus_itself"]]
    for line, name, row in zip(lines[2:5], ("0.4", "1", "the text itself"), measured, strict=True):
        assert line.startswith(f"{name} ")
        figures = line.removeprefix(name).split()
        shares = ("words_known", "cues_well_formed", "speakers_known", "copied", "repeated")
        expected = ["none" if row[s] is None else f"{row[s]:.1%}" for s in shares]
        assert figures == [*expected[:3], str(len(row["longest_copy"])), *expected[3:]]
    plays = next(line for line in lines if line.startswith("the plays "))
    assert plays.split()[2:] == ["100.0%", "2.0", "0.00", "none"]
    assert "random seed 3" in shown.stdout
    passage = " / ".join(filter(None, answer["texts"][0]["longest_copy"].split("\n")))
    assert f"longest copy at 0.4: {passage[:200]}{'…' * (len(passage) > 200)}" in lines


def test_copies_are_reported_by_the_index_of_the_model(
    installed: ModelBundle, text_file: Path
) -> None:
    arguments = (*METRICS, str(text_file), "--temperature", "0.4")
    assert "by the model's index, at 0.4: no index of its texts" in run(*arguments).stdout
    run("models", "index-texts", "tiny", text_file)
    row = json.loads(run(*arguments, "--json").stdout)["texts"][0]
    assert row["original"] is False
    assert {run["document"] for run in row["copied_runs"]} == {"verse"}
    longest = max(run["length"] for run in row["copied_runs"])
    assert abs(longest - len(row["longest_copy"])) <= 20
    shown = f"by the model's index, at 0.4: copies about {round(longest, -1)} characters of verse"
    assert shown in run(*arguments).stdout


def test_the_text_that_the_model_was_trained_on_is_the_default(installed: ModelBundle) -> None:
    relabel(installed, "the-lower-stair")
    result = run(*METRICS, "--json")
    assert "the-lower-stair has changed since the model was trained" in result.stderr
    answer = json.loads(result.stdout)
    assert answer["corpus_sha256"] == load_corpus("the-lower-stair").sha256
    assert [row["temperature"] for row in answer["texts"]] == [TEMPERATURE]


@pytest.mark.parametrize("name", [None, ["x"], "verse", "../verse.txt"])
def test_a_text_that_is_not_in_the_catalogue_must_be_named(
    installed: ModelBundle, name: object
) -> None:
    relabel(installed, name)
    message = refusal(*METRICS)
    assert "not in the catalogue" in message
    assert "bardtui evaluate tiny CORPUS --text" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "tiny"), "name the text to score"),
        (("evaluate", "tiny", "x", "--top-k", "0"), "needs --text"),
        (("evaluate", "tiny", "x", "--temperature", "1"), "needs --text"),
        (("evaluate", "tiny", "--text", "--from", "0.5"), "cannot be used with --text"),
        (("evaluate", "tiny", "--text", "--document", "x"), "cannot be used with --text"),
        (("evaluate", "tiny", "--text", "--excerpts", "2"), "cannot be used with --text"),
        (("evaluate", "tiny", "--text", "--length", "0"), "--length"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    installed: ModelBundle, arguments: tuple[str, ...], message: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_temperature_out_of_range_is_refused(installed: ModelBundle, text_file: object) -> None:
    assert "temperature must be" in refusal(*METRICS, str(text_file), "--temperature", "0")
