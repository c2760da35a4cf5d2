"""The optimizers that a network is trained with, their rates warmed up and lowered again."""

from collections.abc import Sequence
from typing import Any, Literal

Optimizer = Literal["adam", "muon"]

_MUON_RATE = 13  # the norm of a matrix's step, in learning rates
_MUON_DECAY = 0.04  # of a matrix, for a step of norm 1: keeps what is learnt by heart small


def scheduled(kind: Optimizer, learning_rate: float, steps: int, variables: Sequence[Any]) -> Any:
    """Adam (Kingma and Ba 2014), or Muon (Jordan et al. 2024; Liu et al. 2025, arXiv 2502.16982)
    for the layers' matrices and Adam for the rest, built for `variables`; over so many steps the
    rates are warmed up and then lowered along a cosine.

    Muon makes all directions of a matrix's step equally long, so what matters is that length, the
    same for layers of every size, and in proportion to Adam's rate; the matrices decay, in
    proportion to it too. A step of 64 windows costs a sixth more time, and half the epochs bring an
    LSTM as far: measured on 250 KB of plays and on more. On 20 KB Adam came further.
    """
    import keras

    from bardtui.training.muon import Muon

    muon = kind == "muon"
    warmup = min(100, max(1, steps // (60 if muon else 20)))
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=learning_rate * (_MUON_RATE if muon else 1),
        warmup_steps=warmup,
        decay_steps=max(1, steps - warmup),
        alpha=0.02,
    )
    optimizer = keras.optimizers.Adam(schedule)
    if muon:
        optimizer = Muon(
            schedule,
            adam_lr_ratio=1 / _MUON_RATE,
            exclude_layers=["logits"],
            rms_rate=None,
            weight_decay=_MUON_DECAY,
            adam_weight_decay=None,
        )
    optimizer.build(variables)
    return optimizer
