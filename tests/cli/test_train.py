"""bardtui train: a run from a text to a model, stopped and resumed, and runs that are refused."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bardtui import paths
from bardtui.cli.display import TrainingDisplay, plot_lines
from bardtui.cli.stop_signals import stop_signals
from bardtui.model.store import ModelBundle, find_model
from bardtui.training.curves import LossCurves
from bardtui.training.loop import Trainer
from bardtui.training.state import EpochReport, StepReport
from tests.cli.commands import refusal, run

STOPPING = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
SIZES = ("--units", "12", "--layers", "1", "--seq-len", "24", "--batch-size", "8")


def test_a_text_becomes_a_model_that_writes(text_file: Path) -> None:
    result = run("train", text_file, "--name", "mine", *SIZES, "--epochs", "2")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "epoch 2" in result.stdout
    assert "held-out loss" in result.stdout
    assert "mine is ready" in result.stdout
    assert "mine" in run("models").stdout
    assert (find_model("mine").words, find_model("mine").corpus_index) == (frozenset(), None)
    assert find_model("mine").weights()
    options = ("--name", "more", "--from", "mine", "--epochs", "1", "--public")
    again = run("train", text_file, *options)
    assert f"held-out loss of mine: {find_model('mine').held_out_loss:.4f}" in again.stdout
    assert "copied from the text: " in again.stdout
    assert "lamp" in find_model("more").words
    assert find_model("more").corpus_index is not None
    assert again.exit_code == 0
    assert find_model("more").training["from"] == "mine"


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers that a stopped command leaves ignored."""
    before = {number: signal.getsignal(number) for number in STOPPING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def signal_at(
    patch: pytest.MonkeyPatch, kind: type[StepReport | EpochReport], *numbers: int
) -> None:
    """Send signals to this process when a run reports its first step or epoch."""
    show = TrainingDisplay.show

    def show_and_signal(self: TrainingDisplay, report: StepReport | EpochReport) -> None:
        show(self, report)
        if isinstance(report, kind):
            for number in numbers:
                signal.raise_signal(number)

    patch.setattr(TrainingDisplay, "show", show_and_signal)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_saves_everything_and_more_of_them_change_nothing(text_file: Path) -> None:
    arguments = ["train", str(text_file), "--name", "mine", *SIZES, "--epochs", "1000000"]
    command = [sys.executable, "-u", "-m", "bardtui", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"epoch 1 " not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        process.send_signal(signal.SIGINT)
        while b"stopped; everything is saved" not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert (process.returncode, process.stderr.read()) == (0, b"")
    assert find_model("mine").history
    refused = refusal("train", text_file, "--name", "mine", *SIZES, "--resume")
    assert "the run to resume had another plan: it was {'epochs': 1000000}" in refused


@pytest.mark.usefixtures("handlers")
def test_a_stopped_run_is_resumed(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("train", text_file, "--name", "mine", *SIZES, "--epochs", "2")
    with monkeypatch.context() as patch:
        signal_at(patch, EpochReport, signal.SIGTERM)
        stopped = run(*arguments)
    assert stopped.exit_code == 0
    assert "stopped; everything is saved" in stopped.stdout
    resumed = run(*arguments, "--resume")
    assert "resuming in epoch 2" in resumed.stdout
    assert "mine is ready" in resumed.stdout
    assert [entry["epoch"] for entry in find_model("mine").history][-1] == 2


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (StepReport, "nothing is saved yet"),
        (EpochReport, "--resume continues from the last checkpoint"),
    ],
)
def test_a_second_ctrl_c_stops_at_once(
    text_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[StepReport | EpochReport],
    message: str,
) -> None:
    signal_at(monkeypatch, kind, signal.SIGINT, signal.SIGINT)
    stopped = run("train", text_file, "--name", "mine", *SIZES, "--epochs", "2")
    assert stopped.exit_code == 130
    assert stopped.stderr == f"bardtui: stopped at once; {message}\n"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGHUP")
@pytest.mark.usefixtures("handlers")
def test_a_closed_terminal_is_a_request_to_stop_except_under_nohup() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with stop_signals() as should_stop:
        assert not should_stop()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    with stop_signals() as should_stop:
        signal.raise_signal(signal.SIGHUP)
        assert should_stop()
    assert {signal.getsignal(number) for number in STOPPING} == {signal.SIG_IGN}
    with stop_signals() as should_stop:  # SIGHUP is ignored, as nohup has it
        signal.raise_signal(signal.SIGHUP)
        assert not should_stop()


@pytest.mark.usefixtures("handlers")
def test_a_second_ctrl_c_counts_also_where_python_drops_what_it_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: dropped.append(error.exc_type))

    class Interrupted:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with stop_signals() as should_stop:
        Interrupted()
        assert should_stop()
        Interrupted()
        assert dropped == [KeyboardInterrupt]
        with pytest.raises(KeyboardInterrupt):
            should_stop()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--name", "a/b"), "a model's name has letters"),
        (("--name", "x", "--units", "0"), "units must be"),
        (("--name", "x", "--cell", "rnn"), "lstm or gru"),
        (("--name", "x", "--epochs", "99999999999999999999"), "epochs must be from 1 to"),
        (("--name", "x", "--random-seed", "-1"), "random-seed must be from 0"),
        (("--name", "x", "--minutes", "0"), "minutes must be from 1 to 10,000"),
        (("--name", "x", "--minutes", "nan"), "minutes must be from 1 to 10,000"),
        (("--name", "x", "--minutes", "5", "--epochs", "3"), "leave out --epochs"),
        (("--name", "x", "--minutes", "5", "--distribute"), "leave out --distribute"),
        (("--name", "x", "--validation", "2"), "validation must be"),
        (("--name", "x", "--seq-len", "100000"), "at least 111,113"),
        (("--name", "x", "--hold-out", "Hamlet"), "no document 'Hamlet'"),
        (("--name", "x", "--from", "nobody"), "there is no model 'nobody'"),
        (("--name", "x", "--resume"), "no stopped run x to resume; --replace starts"),
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
    assert "you already have a model tiny" in message
    assert "--replace" in message
    assert "pocket is a model that comes with bardtui" in refusal(
        "train", text_file, "--name", "pocket"
    )


def test_json_prints_an_event_a_line(text_file: Path) -> None:
    result = run("train", text_file, "--name", "mine", *SIZES, "--epochs", "2", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert [*dict.fromkeys(kinds)] == [
        *("progress", "text", "plan", "step", "epoch", "published", "finished")
    ]
    epochs = [event for event in events if event["event"] == "epoch"]
    assert [event["epoch"] for event in epochs] == [1, 2]
    assert all(event["held_out"] > 0 and event["sample"] for event in epochs)
    assert events[-1]["held_out"] == find_model("mine").held_out_loss
    assert "--json" not in find_model("mine").training["command"]


def test_json_says_why_a_run_cannot_start(text_file: Path) -> None:
    result = run("train", text_file, "--name", "mine", "--minutes", "0", "--json")
    assert result.exit_code == 1
    (event,) = map(json.loads, result.stdout.splitlines())
    assert event == {
        "event": "error",
        "message": "minutes must be from 1 to 10,000",
        "command": "",
    }
    assert result.stderr == "bardtui: minutes must be from 1 to 10,000\n"


@pytest.mark.usefixtures("handlers")
def test_json_says_that_a_run_was_stopped(text_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Trainer.step

    def step(self: Trainer, *batch: Any) -> float:
        signal.raise_signal(signal.SIGTERM)
        return genuine(self, *batch)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", step)
        stopped = run("train", text_file, "--name", "mine", *SIZES, "--epochs", "2", "--json")
    assert json.loads(stopped.stdout.splitlines()[-1]) == {"event": "stopped", "saved": True}


def test_the_plot_of_losses_fits_into_the_terminal() -> None:
    curves = LossCurves()
    assert plot_lines(curves, 80) == []
    for epoch in range(1, 30):
        curves.add_step(epoch, 1, 1, 3 / epoch)
        curves.add_epoch(epoch, 4 / epoch)
    for width in (9, 40, 200):
        assert all(len(line) <= max(width, 49) for line in plot_lines(curves, width))
