"""bardtui generate: the text, its seed, and values that are out of range."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.decoder import Decoder
from bardtui.model.sampling import Sampling
from bardtui.model.store import ModelBundle
from bardtui.settings import TEMPERATURE, TOP_P
from tests.cli.commands import refusal, run
from tests.conftest import VERSE

WRITE = ("generate", "--model", "tiny", "--random-seed", "7", "--exact-length", "--length", "120")


def test_the_same_random_seed_gives_the_same_text(installed: ModelBundle) -> None:
    first = run(*WRITE, "--seed", "ANN:\nThe lamp")
    again = run(*WRITE, "--seed", "-", text="ANN:\nThe lamp")
    assert [(r.exit_code, r.stderr) for r in (first, again)] == [(0, "")] * 2
    assert first.stdout == again.stdout
    assert first.stdout.startswith("ANN:\nThe lamp")
    assert first.stdout.endswith("\n")
    assert len(first.stdout) == len("ANN:\nThe lamp") + 120 + 1
    assert "\x1b" not in first.stdout


def test_the_real_program_streams_the_same_text_until_the_reader_closes_the_pipe(
    installed: ModelBundle, tmp_path: Path
) -> None:
    user = tmp_path / "user"
    user.mkdir()
    arguments = [sys.executable, "-m", "bardtui", *WRITE[:-1], "1000000000"]
    environment = os.environ | {"HOME": str(user), "XDG_CACHE_HOME": str(user)}
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdout=pipe, stderr=pipe, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        begun = process.stdout.read(1_000)
        assert process.poll() is None
        process.stdout.close()
        stderr = process.stderr.read()
        assert process.wait(120) == 0
    assert stderr == b""
    assert begun.startswith(b"ROMEO:")
    assert begun.decode(errors="ignore").startswith(run(*WRITE).stdout[:-1])
    assert not list(user.iterdir())  # also Keras and TensorFlow leave it as it is


def test_json_is_one_line_with_everything(installed: ModelBundle) -> None:
    result = run(*WRITE, "--json", "--seed", "ANN 😀:", "--top-k", "9", "--top-p", "0.9")
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    answer = json.loads(result.stdout)
    assert len(answer.pop("text")) == 120
    assert answer == {
        "model": "tiny",
        "fingerprint": installed.sha256,
        "seed": "ANN 😀:",
        "left_out": "😀",
        "temperature": TEMPERATURE,
        "top_k": 9,
        "top_p": 0.9,
        "min_p": 0.0,
        "random_seed": 7,
        "newcomers": "seldom",
        "form": "scene",
        "spelling": True,
        "vary_words": True,
        "banned": [],
        "avoid_loops": True,
        "max_copy": 0,
        "original": None,
        "copied_runs": None,
        "exact_length": True,
    }


def test_without_the_cue_memory_the_model_alone_writes(
    installed: ModelBundle, decoder: Decoder
) -> None:
    seed = "TEA:\nThe lamp is low.\n\nWEB:\nAsleep.\n\n"
    arguments = (*WRITE, "--json", "--no-avoid-loops", "--seed", seed)
    decoder.read(installed.vocabulary.encode(seed).indices)
    alone = "".join(decoder.write(120, Sampling(TEMPERATURE, top_p=TOP_P, random_seed=7)))
    assert json.loads(run(*arguments, "--newcomers", "free").stdout)["text"] == alone
    assert json.loads(run(*arguments).stdout)["text"] != alone


def test_a_passage_ends_whole_unless_its_length_is_exact(installed: ModelBundle) -> None:
    write = ("generate", "--model", "tiny", "--random-seed", "7", "--length", "130", "--json")
    text = json.loads(run(*write).stdout)["text"]
    assert 98 <= len(text) <= 162
    assert text.endswith("\n") or text[-1] in ".?!"
    assert len(json.loads(run(*write, "--exact-length").stdout)["text"]) == 130


def test_a_form_is_kept_and_banned_words_are_not_written(installed: ModelBundle) -> None:
    arguments = (*WRITE, "--json", "--seed", "The lamp is low.\n\n")
    plain = json.loads(run(*arguments).stdout)["text"]
    assert "ANN:" in plain or "[" in plain
    prose = json.loads(run(*arguments, "--form", "prose", "--ban", "lamp", "--ban", "it").stdout)
    assert prose["banned"] == ["lamp", "it"]
    assert not {"lamp", "it", "["} & {*prose["text"].casefold().replace("[", "[ ").split()}
    assert "ANN:" not in prose["text"]


def test_copies_are_reported_and_kept_short(installed: ModelBundle) -> None:
    index = CorpusIndex.of([("Verse", [VERSE])])
    assert index is not None
    installed.add_index(index)
    free = json.loads(run(*WRITE, "--json").stdout)
    assert free["original"] is False
    for copied in free["copied_runs"]:
        assert copied["document"] == "Verse"
        assert 0 <= copied["start"] <= copied["start"] + copied["length"] <= 120
    kept = json.loads(run(*WRITE, "--json", "--max-copy", "40").stdout)
    assert kept["max_copy"] == 40
    assert all(copied["length"] <= 50 for copied in kept["copied_runs"])


def test_copies_cannot_be_kept_short_without_an_index(installed: ModelBundle) -> None:
    message = refusal(*WRITE, "--max-copy", "60")
    assert message.startswith("tiny has no index of its texts")
    assert "bardtui models index-texts tiny CORPUS" in message
    assert "from 40 to 10,000" in refusal(*WRITE, "--max-copy", "39")


def test_without_a_random_seed_one_is_drawn_and_reported(installed: ModelBundle) -> None:
    first = json.loads(run(*WRITE[:3], "--json").stdout)
    seed = str(first["random_seed"])
    assert json.loads(run(*WRITE[:3], "--json", "--random-seed", seed).stdout) == first


def test_an_empty_seed_and_a_length_of_zero(installed: ModelBundle) -> None:
    assert run(*WRITE[:-1], "0", "--seed", "ANN:").stdout == "ANN:\n"
    assert len(run(*WRITE, "--seed", "-", text="").stdout) == 121


def test_characters_that_the_model_does_not_know_are_listed(installed: ModelBundle) -> None:
    result = run(*WRITE, "--seed", "😀 你好 \x1b[2J")
    assert result.exit_code == 0
    assert result.stderr.startswith("bardtui: tiny does not know these characters and skipped them")
    assert "😀" in result.stderr
    assert "你 好" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr


def test_a_seed_that_is_not_utf_8(installed: ModelBundle) -> None:
    assert "UTF-8" in refusal(*WRITE, "--seed", "-", text=b"caf\xff")
    # Bytes of an argument that cannot be decoded arrive as lone surrogates.
    answer = json.loads(run(*WRITE, "--json", "--seed", "caf\udcff").stdout)
    assert len(answer["text"]) == 120
    assert len(answer["left_out"]) == 1


def test_standard_input_that_is_closed_or_endless_is_refused(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = f'exec "{sys.executable}" -m bardtui {" ".join(WRITE)} --seed -'
    for source, message in (
        ("<&-", "bardtui: standard input is closed\n"),
        ("</dev/zero", "bardtui: standard input has more than 50 MB\n"),
    ):
        done = subprocess.run(
            ["sh", "-c", f"{command} {source}"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--top-k", "-1"), "top-k must be from 0"),
        (("--top-k", "99999999999"), "top-k must be from 0"),
        (("--top-p", "0"), "top-p must be above 0"),
        (("--top-p", "nan"), "top-p must be above 0"),
        (("--min-p", "1.5"), "min-p must be from 0"),
        (("--form", "novel"), "the form must be one of scene, play, screenplay, prose, verse"),
        (("--ban", "  "), "a phrase to ban has 1 to 200 characters"),
        (("--random-seed", "-1"), "random seed must be from 0"),
        (("--random-seed", "99999999999"), "random seed must be from 0"),
    ],
)
def test_values_out_of_range_are_refused(
    installed: ModelBundle, arguments: Sequence[str], message: str
) -> None:
    assert message in refusal("generate", "--model", "tiny", *arguments)


@pytest.mark.parametrize("temperature", ["0", "0.09", "2.01", "-1", "nan", "inf", "1e400", "hot"])
def test_the_temperature_has_the_range_of_the_dial(temperature: str) -> None:
    result = run("generate", "--temperature", temperature)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--temperature" in result.stderr
