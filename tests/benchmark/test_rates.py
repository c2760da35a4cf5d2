"""bardtui benchmark: ways to write and to train are compared."""

import json
import math
from itertools import repeat

import pytest

from bardtui.benchmark import side_by_side
from bardtui.errors import UserError
from bardtui.model.store import ModelBundle
from bardtui.training.defaults import fast_precision
from tests.cli.commands import run


def test_ways_to_write_are_compared(installed: ModelBundle) -> None:
    answer = json.loads(run("benchmark", "--model", "tiny", "--seconds", "0.05", "--json").stdout)
    rates = {result["name"].split(" ")[0]: result["rate"] for result in answer["writing"]}
    ways = {"model.predict", "model(x)", "bardtui", "bardtui,", "taking", "NumPy"}
    assert rates.keys() - {"PyTorch's"} == ways
    assert rates["model.predict"] < rates["model(x)"] < rates["bardtui"]


def test_ways_to_train_are_compared(installed: ModelBundle) -> None:
    options = ("--training", "--model", "tiny", "--batch-size", "2", "--seconds", "0.03")
    heading, *lines = run("benchmark", *options).stdout.splitlines()
    assert "against Keras fit" in heading
    names = {line.rsplit(maxsplit=2)[0] for line in lines}
    faster = {"bardtui, bfloat16"} if fast_precision() == "bfloat16" else set()
    assert names - {"PyTorch"} == {"Keras fit", "bardtui"} | faster
    assert all(float(line.split()[-2].replace(",", "")) > 0 for line in lines)


def test_the_ways_take_turns_and_the_slowest_comes_first() -> None:
    begun: list[str] = []
    ways = [("fast", repeat(100)), ("slow", repeat(1))]
    slow, fast = side_by_side(ways, 0.03, begun.append)
    assert (slow.name, fast.name) == ("slow", "fast")
    assert 0 < slow.rate < fast.rate
    assert begun == ["fast", "slow"]


@pytest.mark.parametrize("seconds", [0, -1, 0.001, 3_601, math.nan, math.inf])
def test_a_time_out_of_range_is_refused(seconds: float) -> None:
    with pytest.raises(UserError, match=r"must be from 0\.01 to 3600 seconds"):
        side_by_side([("way", repeat(1))], seconds, print)
