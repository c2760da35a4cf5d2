"""The commands, as a shell meets them: what they print, where, and with which exit code."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bardtui import __version__, benchmark, paths
from bardtui.cli.app import app
from bardtui.model.store import ModelBundle, find_model
from bardtui.training.distributed import fast_precision
from tests.conftest import VERSE

WRITE = ("generate", "--model", "tiny", "--random-seed", "7", "--length", "120")


def shell(
    *arguments: str, text: str = "", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run the real program, with `text` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "bardtui", *arguments],
        input=text.encode(),
        capture_output=True,
        timeout=120,
        env=os.environ | {"COLUMNS": "200"} | (environment or {}),
        check=False,
    )


def run(*arguments: str, text: str | bytes = "") -> Any:
    """Run a command in this process: exit code, standard output and standard error."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments, input=text)
    assert result.exit_code in (0, 1, 2), result.stderr
    return result


def refusal(*arguments: str, text: str | bytes = "") -> str:
    """What a command that cannot do its work says: one printable line on standard error."""
    result = run(*arguments, text=text)
    assert result.exit_code == 1
    line = result.stderr
    assert line.startswith("bardtui: ")
    assert line.endswith("\n")
    assert line[:-1].isprintable()
    return str(line[:-1])


@pytest.fixture
def text_file(home: Path) -> Path:
    path = home / "verse.txt"
    path.write_text(VERSE * 10, encoding="utf-8")
    return path


# --- generate


def test_the_same_random_seed_gives_the_same_text(installed: ModelBundle) -> None:
    first = shell(*WRITE, "--seed", "ANN:\nThe lamp")
    again = shell(*WRITE, "--seed", "-", text="ANN:\nThe lamp")
    for result in (first, again):
        assert (result.returncode, result.stderr) == (0, b"")
    assert first.stdout == again.stdout
    written = first.stdout.decode()
    assert written.startswith("ANN:\nThe lamp")
    assert written.endswith("\n")
    assert len(written) == len("ANN:\nThe lamp") + 120 + 1
    assert "\x1b" not in written


def test_it_is_written_as_it_comes_until_the_reader_has_had_enough(installed: ModelBundle) -> None:
    arguments = [sys.executable, "-m", "bardtui", *WRITE[:-1], "1000000000"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1_000).startswith(b"ROMEO:")
        assert process.poll() is None
        process.stdout.close()
        complaint = process.stderr.read()
        assert process.wait(120) == 0
    assert complaint == b""


def test_json_tells_everything_once(installed: ModelBundle) -> None:
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
        "temperature": 0.8,
        "top_k": 9,
        "top_p": 0.9,
        "random_seed": 7,
    }


def test_a_random_seed_is_chosen_and_told(installed: ModelBundle) -> None:
    first = json.loads(run(*WRITE[:3], "--json").stdout)
    seed = str(first["random_seed"])
    assert json.loads(run(*WRITE[:3], "--json", "--random-seed", seed).stdout) == first


def test_nothing_to_begin_with_and_nothing_to_write(installed: ModelBundle) -> None:
    assert run(*WRITE[:-1], "0", "--seed", "ANN:").stdout == "ANN:\n"
    assert len(run(*WRITE, "--seed", "-", text="").stdout) == 121


def test_unknown_characters_are_told_on_standard_error(installed: ModelBundle) -> None:
    result = run(*WRITE, "--seed", "😀 你好 \x1b[2J")
    assert result.exit_code == 0
    assert "😀" in result.stderr
    assert "你 好" in result.stderr
    assert result.stderr.startswith("bardtui: tiny does not know, and left out: ")
    assert "\x1b" not in result.stdout + result.stderr


def test_bytes_that_are_no_utf_8_are_no_accident(installed: ModelBundle) -> None:
    assert "UTF-8" in refusal(*WRITE, "--seed", "-", text=b"caf\xff")
    # An argument's bytes that cannot be decoded come as lone surrogates.
    answer = json.loads(run(*WRITE, "--json", "--seed", "caf\udcff").stdout)
    assert len(answer["text"]) == 120
    assert len(answer["left_out"]) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--temperature", "0"), "temperature must be between 0.01 and 10"),
        (("--temperature", "nan"), "temperature must be between 0.01 and 10"),
        (("--top-k", "-1"), "top-k must be from 0"),
        (("--top-k", "99999999999"), "top-k must be from 0"),
        (("--top-p", "0"), "top-p must be above 0"),
        (("--random-seed", "-1"), "random seed must be from 0"),
        (("--random-seed", "99999999999"), "random seed must be from 0"),
    ],
)
def test_settings_out_of_range_are_told(
    installed: ModelBundle, arguments: Sequence[str], told: str
) -> None:
    assert told in refusal("generate", "--model", "tiny", *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "--length", "-1"),
        ("generate", "--length", "many"),
        ("generate", "--temperature", "hot"),
        ("generate", "--colour"),
        ("train",),
        ("train", "verse.txt"),
        ("train", "verse.txt", "--name", "x", "--units", "1.5"),
        ("corpus", "get"),
        ("models", "burn"),
        ("sing",),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(arguments: Sequence[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Usage: bardtui" in result.stderr or "Usage: root" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", ["nobody", "[/]", "[bold]x", "../x", "\x1b[2J", "", "a" * 5_000])
def test_a_model_that_is_not_there_is_told(name: str) -> None:
    for arguments in (("generate", "--model", name), ("models", "show", name)):
        refusal(*arguments)


def test_a_damaged_model_is_told(installed: ModelBundle) -> None:
    assert installed.folder is not None
    weights = installed.folder / "weights.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert "tiny: weights.safetensors is damaged" in refusal(*WRITE)
    weights.write_bytes(b"garbage")
    assert "tiny: weights.safetensors is not a safetensors file" in refusal(*WRITE)
    (installed.folder / "model.json").write_text("{")
    assert "tiny: model.json is not JSON" in refusal(*WRITE)


# --- start-up


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version", "--verbose"),
        ("--help",),
        ("train", "--help"),
        ("models", "list"),
        ("corpus", "list"),
    ],
)
def test_what_needs_no_network_comes_without_tensorflow(arguments: Sequence[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['bardtui', *{arguments!r}]\n"
        "from bardtui.__main__ import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write(' '.join({'tensorflow', 'keras'} & {*sys.modules}))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stderr == b""
    assert result.stdout.strip()


def test_the_first_picture_waits_for_the_stage_alone() -> None:
    code = "import sys, bardtui.tui.app\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    modules = set(done.stdout.split())
    assert not modules & {"tensorflow", "keras", "numpy", "bardtui.model", "rich.progress"}
    screens = {m for m in modules if m.startswith("bardtui.tui.screens.")}
    assert screens == {f"bardtui.tui.screens.{name}" for name in ("stage", "history", "writing")}
    assert not [m for m in modules if m.startswith("bardtui.scene.formats")]


def test_the_version() -> None:
    assert run("--version").stdout == f"bardtui {__version__}\n"


def test_the_verbose_version_names_libraries_and_the_error_log(home: Path) -> None:
    for arguments in (("--version", "--verbose"), ("--verbose", "--version")):
        lines = run(*arguments).stdout.splitlines()
        assert lines[0] == f"bardtui {__version__}"
        for name in ("Python", "TensorFlow", "Keras", "Textual"):
            assert any(line.startswith(f"{name} ") for line in lines)
        assert lines[-1] == f"error log: {home / 'errors.log'}"
    assert run("--verbose").exit_code == 2


def test_wrong_input_is_told_without_noise() -> None:
    for arguments in (
        ("generate", "--model", "nobody"),
        ("corpus", "get", "[/]"),
        ("corpus", "info", "nothing.txt"),
        ("open", "nothing.txt"),
    ):
        result = shell(*arguments)
        assert result.returncode == 1
        assert result.stdout == b""
        assert result.stderr.startswith(b"bardtui: ")
        assert result.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [("models",), ("corpus", "list"), ("models", "show", "tiny")])
def test_output_that_cannot_be_written_is_told(
    installed: ModelBundle, arguments: Sequence[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "bardtui", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert b"No space left on device" in result.stderr


@pytest.mark.parametrize("arguments", [("models",), ("corpus", "list"), ("models", "show", "tiny")])
def test_a_closed_pipe_is_no_error_for_lists_either(
    installed: ModelBundle, arguments: Sequence[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = subprocess.run(
            [sys.executable, "-m", "bardtui", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")


# --- texts


def test_the_catalogue_is_listed() -> None:
    listed = run("corpus", "list").stdout
    for name in ("shakespeare-plays", "tinyshakespeare", "the-lower-stair"):
        assert name in listed
    assert "\x1b" not in listed


def test_a_text_is_described(home: Path) -> None:
    path = home / "[odd].txt"
    path.write_bytes("[/] café\r\n\x1b[31mred\x07 [bold]".encode())
    told = run("corpus", "info", str(path)).stdout
    assert "[odd]" in told
    assert "removed 2 control" in told
    assert "é" in told
    assert "\x1b" not in told
    assert "\x07" not in told


def test_texts_that_are_none_are_told(home: Path) -> None:
    (home / "latin.txt").write_bytes(b"caf\xe9 noir")
    assert "is not UTF-8" in refusal("corpus", "info", str(home / "latin.txt"))
    (home / "empty.txt").write_bytes(b"")
    assert "is empty" in refusal("corpus", "info", str(home / "empty.txt"))
    assert "no text or file called" in refusal("corpus", "info", "[/red]")
    assert "belongs after the colon" in refusal("corpus", "get", "gutenberg:x")


# --- models


def test_models_are_listed_good_and_bad(installed: ModelBundle) -> None:
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


def test_the_models_folder_is_told(home: Path) -> None:
    assert run("models", "path").stdout == f"{home / 'models'}\n"


# --- training


TRAIN = ("--units", "12", "--seq-len", "24", "--batch-size", "8")


def test_a_text_becomes_a_model_that_writes(text_file: Path) -> None:
    result = run("train", str(text_file), "--name", "mine", *TRAIN, "--epochs", "2")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "epoch 2" in result.stdout
    assert "held-out loss" in result.stdout
    assert "mine is ready" in result.stdout
    assert "mine" in run("models").stdout
    assert find_model("mine").weights()
    again = run("train", str(text_file), "--name", "more", "--from", "mine", "--epochs", "1")
    assert again.exit_code == 0
    assert find_model("more").training["from"] == "mine"


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_keeps_everything_and_the_run_goes_on(text_file: Path) -> None:
    arguments = ["train", str(text_file), "--name", "mine", *TRAIN, "--epochs", "1000000"]
    command = [sys.executable, "-u", "-m", "bardtui", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"epoch 1 " not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        process.send_signal(signal.SIGINT)
        said = process.stdout.read()
        complaint = process.stderr.read()
        assert process.wait(120) == 0
    assert complaint == b""
    assert b"stopped; everything is kept" in said
    assert find_model("mine").history
    refused = refusal("train", str(text_file), "--name", "mine", *TRAIN, "--resume")
    assert "the run to resume had another plan: it was {'epochs': 1000000}" in refused


def test_a_run_that_was_stopped_goes_on(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bardtui.cli.display import TrainingDisplay
    from bardtui.training.loop import Epoch, Step

    genuine = TrainingDisplay.report

    def interrupt(self: TrainingDisplay, event: Step | Epoch) -> None:
        genuine(self, event)
        if isinstance(event, Epoch):
            signal.raise_signal(signal.SIGTERM)

    arguments = ("train", str(text_file), "--name", "mine", *TRAIN, "--epochs", "2")
    with monkeypatch.context() as patch:
        patch.setattr(TrainingDisplay, "report", interrupt)
        stopped = run(*arguments)
    assert stopped.exit_code == 0
    assert "stopped; everything is kept" in stopped.stdout
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    resumed = run(*arguments, "--resume")
    assert "going on at epoch 2" in resumed.stdout
    assert "mine is ready" in resumed.stdout
    assert [entry["epoch"] for entry in find_model("mine").history][-1] == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--name", "a/b"), "a model's name is made of"),
        (("--name", "x", "--units", "0"), "units must be"),
        (("--name", "x", "--cell", "rnn"), "lstm or gru"),
        (("--name", "x", "--epochs", "99999999999999999999"), "epochs must be from 1 to"),
        (("--name", "x", "--random-seed", "-1"), "random-seed must be from 0"),
        (("--name", "x", "--validation", "2"), "validation must be"),
        (("--name", "x", "--seq-len", "100000"), "at least 111,113"),
        (("--name", "x", "--hold-out", "Hamlet"), "no document 'Hamlet'"),
        (("--name", "x", "--from", "nobody"), "there is no model 'nobody'"),
        (("--name", "x", "--resume"), "there is no run to resume"),
    ],
)
def test_training_that_cannot_be_is_told(
    text_file: Path, arguments: Sequence[str], told: str
) -> None:
    assert told in refusal("train", str(text_file), *arguments)
    assert not (paths.models_dir() / "x").exists()


def test_a_text_too_small_is_told(home: Path) -> None:
    (home / "small.txt").write_text("ANN:\nToo little.\n")
    assert "at least 135" in refusal("train", str(home / "small.txt"), "--name", "x")


# --- scores


def test_a_text_is_scored(installed: ModelBundle, text_file: Path) -> None:
    told = run("evaluate", "tiny", str(text_file), "--json")
    assert told.stderr == ""
    answer = json.loads(told.stdout)
    assert answer["nats"] < 1.5
    assert answer["characters"] == round(len(VERSE * 10) * 0.1)
    table = run("evaluate", "tiny", str(text_file)).stdout
    for value in (answer["nats"], answer["bits"], answer["perplexity"]):
        assert f"{value:.5g}" in table
    assert "larger one" in refusal("evaluate", "tiny", str(text_file), "--from", "1")
    assert "no document" in refusal("evaluate", "tiny", str(text_file), "--document", "x")


def test_ways_of_writing_are_compared(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "_ROUNDS", 1)
    answer = json.loads(run("benchmark", "--model", "tiny", "--seconds", "0.2", "--json").stdout)
    rates = {result["name"].split()[0]: result["rate"] for result in answer["writing"]}
    assert rates.keys() == {"model.predict", "model(x)", "bardtui", "taking", "NumPy"}
    assert rates["model.predict"] < rates["model(x)"] < rates["bardtui"]


def test_ways_of_training_are_compared(
    installed: ModelBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "_ROUNDS", 1)
    command = ["benchmark", "--training", "--model", "tiny", "--batch-size", "4", "--seconds"]
    answer = json.loads(run(*command, "0.2", "--json").stdout)
    rates = {r["name"]: r["rate"] for r in answer["training"]}
    faster = {"bardtui, bfloat16"} if fast_precision() == "bfloat16" else set()
    assert rates.keys() - {"PyTorch"} == {"Keras fit", "bardtui"} | faster
    assert all(rate > 0 for rate in rates.values())
    assert "against Keras fit" in run(*command, "0.1").stdout


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_no_time_to_measure_is_told(installed: ModelBundle, seconds: str) -> None:
    result = run("benchmark", "--model", "tiny", "--seconds", seconds)
    assert result.exit_code in (1, 2)
    assert result.stderr


def test_odd_file_names_in_wrong_usage_are_escaped() -> None:
    result = run("open", "a\u202e.txt", "b\u202e.txt")
    assert result.exit_code == 2
    assert "b\ufffd.txt" in result.stderr
    assert "\u202e" not in result.stderr


def test_a_file_that_is_not_there_is_not_opened() -> None:
    assert "there is no file" in refusal("open", "nothing.scene.jsonl")
    assert "\x1b" not in refusal("open", "\x1b[2J")


def test_a_model_is_not_trained_over_unasked(installed: ModelBundle, text_file: Path) -> None:
    told = refusal("train", str(text_file), "--name", "tiny", *TRAIN)
    assert "there is a model tiny of yours" in told
    assert "--replace" in told
    assert "pocket comes with bardtui" in refusal("train", str(text_file), "--name", "pocket")
