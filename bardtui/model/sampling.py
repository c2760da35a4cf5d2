"""How the next character is drawn: temperature, top-k, top-p and the random seed."""

import math
from dataclasses import dataclass
from typing import Any

from bardtui.errors import UserError


class SamplingError(UserError):
    """A sampling parameter is out of range."""


@dataclass(frozen=True)
class Sampling:
    """How a character is drawn. Raises SamplingError for a value out of range.

    The logits are divided by `temperature`; then only the `top_k` likeliest characters remain (0:
    all), and of them the fewest whose probabilities add up to `top_p` (Holtzman et al. 2019,
    arXiv 1904.09751); one is drawn with the Gumbel-max trick.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    random_seed: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0.01 <= self.temperature <= 10):
            raise SamplingError("the temperature must be between 0.01 and 10")
        if not 0 <= self.top_k < 2**31:
            raise SamplingError(f"top-k must be from 0 (all characters) to {2**31 - 1}")
        if not 0 < self.top_p <= 1:
            raise SamplingError("top-p must be above 0 and at most 1")
        if not 0 <= self.random_seed < 2**31:
            raise SamplingError(f"the random seed must be from 0 to {2**31 - 1}")


def filter_logits(logits: Any, top_k: Any, top_p: Any) -> Any:
    """Apply top-k and top-p to `logits` (streams, vocabulary), already divided by the temperature.

    Returns logits of the same shape; those filtered out are so low that they are never drawn.
    """
    import tensorflow as tf

    def filtered() -> Any:
        ordered = tf.sort(logits, direction="DESCENDING")
        cumulative = tf.cumsum(tf.nn.softmax(ordered), -1, exclusive=True)
        kept = (cumulative < top_p) & ((top_k <= 0) | (tf.range(logits.shape[-1]) < top_k))
        lowest = tf.reduce_min(tf.where(kept, ordered, ordered[:, :1]), -1, keepdims=True)
        return tf.where(logits >= lowest, logits, -1e9)

    return tf.cond((top_k > 0) | (top_p < 1.0), filtered, lambda: logits)
