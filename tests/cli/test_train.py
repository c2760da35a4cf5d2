"""bardtui train: a run from a text to a model, stopped and resumed, and runs that are refused."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.model.store import ModelBundle, find_model
from tests.cli.commands import refusal, run

SIZES = ("--units", "12", "--seq-len", "24", "--batch-size", "8")


def test_a_text_becomes_a_model_that_writes(text_file: Path) -> None:
    result = run("train", text_file, "--name", "mine", *SIZES, "--epochs", "2")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "epoch 2" in result.stdout
    assert "held-out loss" in result.stdout
    assert "mine is ready" in result.stdout
    assert "mine" in run("models").stdout
    assert find_model("mine").weights()
    again = run("train", text_file, "--name", "more", "--from", "mine", "--epochs", "1")
    assert again.exit_code == 0
    assert find_model("more").training["from"] == "mine"


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_keeps_everything_and_another_plan_is_not_resumed(text_file: Path) -> None:
    arguments = ["train", str(text_file), "--name", "mine", *SIZES, "--epochs", "1000000"]
    command = [sys.executable, "-u", "-m", "bardtui", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"epoch 1 " not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
        stderr = process.stderr.read()
        assert process.wait(120) == 0
    assert stderr == b""
    assert b"stopped; everything is kept" in output
    assert find_model("mine").history
    refused = refusal("train", text_file, "--name", "mine", *SIZES, "--resume")
    assert "the run to resume had another plan: it was {'epochs': 1000000}" in refused


def test_a_stopped_run_is_resumed(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bardtui.cli.display import TrainingDisplay
    from bardtui.training.loop import Epoch, Step

    report = TrainingDisplay.report

    def interrupt(self: TrainingDisplay, event: Step | Epoch) -> None:
        report(self, event)
        if isinstance(event, Epoch):
            signal.raise_signal(signal.SIGTERM)

    arguments = ("train", text_file, "--name", "mine", *SIZES, "--epochs", "2")
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
    ("arguments", "message"),
    [
        (("--name", "a/b"), "a model's name has letters"),
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
def test_a_run_that_cannot_start_is_refused(
    text_file: Path, arguments: Sequence[str], message: str
) -> None:
    assert message in refusal("train", text_file, *arguments)
    assert not (paths.models_dir() / "x").exists()


def test_a_text_that_is_too_short_is_refused(home: Path) -> None:
    (home / "small.txt").write_text("ANN:\nToo little.\n")
    assert "at least 135" in refusal("train", home / "small.txt", "--name", "x")


def test_an_existing_model_is_not_replaced_without_asking(
    installed: ModelBundle, text_file: Path
) -> None:
    message = refusal("train", text_file, "--name", "tiny", *SIZES)
    assert "there is a model tiny of yours" in message
    assert "--replace" in message
    assert "pocket comes with bardtui" in refusal("train", text_file, "--name", "pocket")
