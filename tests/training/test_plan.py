"""Training plans."""

import math
from typing import Any

import pytest

from bardtui.training.plan import TrainingError, TrainPlan


@pytest.mark.parametrize(
    "values",
    [
        {"seq_len": 0},
        {"batch_size": 0},
        {"carry": 0},
        {"carry": 10**20},
        {"epochs": -1},
        {"epochs": 10**20},
        {"learning_rate": 0.0},
        {"learning_rate": 1.1},
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"random_seed": -1},
        {"random_seed": 2**32},
        {"precision": "float16"},
        {"optimizer": "sgd"},
    ],
)
def test_a_plan_out_of_range_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(TrainingError, match=next(iter(values)).replace("_", ".")):
        TrainPlan(**values)
