"""Default sizes and settings of a run, by the length of its text and by the processor."""

import math
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from bardtui.model.network import Precision

# For texts of up to so many characters. A small text gets a small network, many epochs and more
# dropout; otherwise it would be learnt by heart. On a quarter of tinyshakespeare, 2 x 256 had 1.481
# nats on the held-out tenth after 14 epochs. With 40, 29 and 25 epochs, which take a fifth more
# time, 2 x 144, 192 and 224 had 1.457, 1.450 and 1.453. A larger learning rate and a carried state
# gained 0.005 and 0.006 there. On the whole text, 2 x 384 lost by them (ARCHITECTURE.md).
_NEW: tuple[tuple[float, dict[str, Any]], ...] = (
    (
        100_000,
        {
            "embedding_dim": 32,
            "units": 128,
            "dropout": 0.3,
            "batch_size": 16,
            "epochs": 50,
            "learning_rate": 1e-2,
        },
    ),
    (
        500_000,
        {
            "embedding_dim": 128,
            "units": 192,
            "dropout": 0.3,
            "seq_len": 240,
            "carry": 4,
            "batch_size": 16,
            "epochs": 28,
            "learning_rate": 7.5e-3,
            "optimizer": "muon",
        },
    ),
    (
        2_500_000,
        {
            "embedding_dim": 128,
            "units": 384,
            "dropout": 0.3,
            "seq_len": 240,
            "batch_size": 32,
            "epochs": 28,
            "learning_rate": 5e-3,
            "optimizer": "muon",
        },
    ),
    (
        math.inf,
        {
            "embedding_dim": 128,
            "dropout": 0.15,
            "seq_len": 240,
            "batch_size": 32,
            "epochs": 4,
            "learning_rate": 5e-3,
            "optimizer": "muon",
        },
    ),
)

# For training on from a model: the network has its size and knows most of the text already.
_FROM_MODEL: tuple[tuple[float, dict[str, Any]], ...] = (
    (100_000, {"batch_size": 16, "epochs": 10, "learning_rate": 1e-3}),
    (500_000, {"batch_size": 32, "epochs": 5, "learning_rate": 5e-4}),
    (math.inf, {"batch_size": 32, "epochs": 3, "learning_rate": 5e-4}),
)

_CPUINFO = Path("/proc/cpuinfo")


def defaults_for(length: int, *, from_model: bool) -> dict[str, Any]:
    """Network sizes and plan values for a text of `length` characters."""
    sizes = _FROM_MODEL if from_model else _NEW
    chosen = next(values for limit, values in sizes if length <= limit)
    return {"skip": True, "dropout": 0.2} | chosen


def fast_precision() -> Precision:
    """The number format in which matrix products are fastest on this machine.

    That is bfloat16 if Linux reports that the processor multiplies it natively, unless a GPU does
    the work or oneDNN, which has the code for it, is switched off.
    """
    import tensorflow as tf

    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        return "float32"
    with suppress(OSError):
        native = {"avx512_bf16", "amx_bf16"} & set(_CPUINFO.read_text().split())
        if native and not tf.config.list_physical_devices("GPU"):
            return "bfloat16"
    return "float32"
