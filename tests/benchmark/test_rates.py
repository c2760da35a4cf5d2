"""bardtui benchmark: ways to write and to train are compared."""

import json

import pytest

from bardtui import benchmark
from bardtui.model.store import ModelBundle
from bardtui.training.defaults import fast_precision
from tests.cli.commands import refusal, run


@pytest.fixture(autouse=True)
def one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "_ROUNDS", 1)


def test_ways_to_write_are_compared(installed: ModelBundle) -> None:
    answer = json.loads(run("benchmark", "--model", "tiny", "--seconds", "0.2", "--json").stdout)
    rates = {result["name"].split()[0]: result["rate"] for result in answer["writing"]}
    assert rates.keys() - {"PyTorch's"} == {
        "model.predict",
        "model(x)",
        "bardtui",
        "taking",
        "NumPy",
    }
    assert rates["model.predict"] < rates["model(x)"] < rates["bardtui"]


def test_ways_to_train_are_compared(installed: ModelBundle) -> None:
    command = ["benchmark", "--training", "--model", "tiny", "--batch-size", "4", "--seconds"]
    answer = json.loads(run(*command, "0.2", "--json").stdout)
    rates = {r["name"]: r["rate"] for r in answer["training"]}
    faster = {"bardtui, bfloat16"} if fast_precision() == "bfloat16" else set()
    assert rates.keys() - {"PyTorch"} == {"Keras fit", "bardtui"} | faster
    assert all(rate > 0 for rate in rates.values())
    assert "against Keras fit" in run(*command, "0.1").stdout


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_time_out_of_range_is_refused(installed: ModelBundle, seconds: str) -> None:
    message = refusal("benchmark", "--model", "tiny", "--seconds", seconds)
    assert "the time for each way must be from 0.01 to 3600 seconds" in message
