"""How the next character is drawn: temperature, top-k, top-p, min-p and the random seed.

The noise of the draws is made before the network's steps and passed to them. A random generator
compiled along with the network took a fifth of the time of a step, and longer to compile than the
network itself.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bardtui.errors import UserError

NEVER = -1e9  # a logit so low that its character is never drawn
_COMPARED = 512  # characters of a vocabulary at most, to be compared in pairs
_BLOCK = 4  # 64-bit numbers for each count of Philox (Salmon et al. 2011)


class SamplingError(UserError):
    """A sampling parameter is out of range."""


@dataclass(frozen=True)
class Sampling:
    """How a character is drawn. Raises SamplingError for a value out of range.

    Characters less probable than `min_p` times the likeliest are left out, whatever the temperature
    (Nguyen et al. 2024, arXiv 2407.01082, as in llama.cpp). The logits are divided by
    `temperature`; then only the `top_k` likeliest characters remain (0: all), and of them the
    fewest whose probabilities add up to `top_p` (Holtzman et al. 2019, arXiv 1904.09751). One is
    drawn with the Gumbel-max trick.

    `redraw` is how many times text was taken back and drawn again. Each time has random numbers of
    its own, or else the same text would come again.
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    random_seed: int = 0
    min_p: float = 0.0
    redraw: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0.01 <= self.temperature <= 10):
            raise SamplingError("the temperature must be between 0.01 and 10")
        if not 0 <= self.top_k < 2**31:
            raise SamplingError(f"top-k must be from 0 (all characters) to {2**31 - 1}")
        if not 0 < self.top_p <= 1:
            raise SamplingError("top-p must be above 0 and at most 1")
        if not 0 <= self.min_p <= 1:
            raise SamplingError("min-p must be from 0 (all characters) to 1")
        if not 0 <= self.random_seed < 2**31:
            raise SamplingError(f"the random seed must be from 0 to {2**31 - 1}")

    @property
    def key(self) -> int:
        """The key of the random numbers, below 2^63."""
        return self.random_seed | self.redraw << 32

    @property
    def parameters(self) -> list[float]:
        """What `filter_logits` takes besides top-k: temperature, top-p, and min-p as a logarithm.

        A min-p of 0 has a logarithm low enough to keep every character.
        """
        return [self.temperature, self.top_p, math.log(self.min_p) if self.min_p else 2 * NEVER]


def filter_logits(logits: Any, top_k: Any, parameters: Any) -> Any:
    """Apply temperature, top-k, top-p and min-p to `logits` (streams, vocabulary).

    `parameters` are those of `Sampling.parameters`. Returns logits of the same shape; those
    filtered out are so low that they are never drawn.
    """
    import tensorflow as tf

    temperature, top_p, log_min_p = tf.unstack(parameters)
    likeliest = tf.reduce_max(logits, -1, keepdims=True)
    warmed = tf.where(logits >= likeliest + log_min_p, logits / temperature, NEVER)

    def filtered() -> Any:
        likelier, number = _likelier(warmed)
        by_number = (top_k <= 0) | (number < tf.cast(top_k, number.dtype))
        # By rounding, the probability of all others may reach 1.
        by_probability = (top_p >= 1.0) | (likelier < top_p)
        return tf.where(by_number & by_probability, warmed, NEVER)

    return tf.cond((top_k > 0) | (top_p < 1.0), filtered, lambda: warmed)


def _likelier(logits: Any) -> tuple[Any, Any]:
    """The probability of all characters that are likelier than each, and their number.

    Takes (streams, vocabulary) and returns two arrays of that shape. Comparing the characters of a
    small vocabulary in pairs takes a quarter of the time of sorting them.
    """
    import tensorflow as tf

    size = logits.shape[-1]
    if size > _COMPARED:
        ordered = tf.sort(logits, direction="DESCENDING")
        number = tf.searchsorted(-ordered, -logits)
        before = tf.cumsum(tf.nn.softmax(ordered), -1, exclusive=True)
        return tf.gather(before, number, batch_dims=1), number
    above = tf.cast(logits[:, None] > logits[:, :, None], tf.float32)
    return tf.linalg.matvec(above, tf.nn.softmax(logits)), tf.reduce_sum(above, -1)


def gumbel_noise(key: int, position: int, steps: int, size: int) -> NDArray[np.float32]:
    """Standard Gumbel noise, float32 (steps, size), for `steps` positions from `position`.

    The noise at a position depends only on that position and the key. Added to logits, it makes
    their argmax a sample of the distribution (Gumbel 1954; Maddison et al. 2014, arXiv 1411.0030).
    """
    blocks = -(-size // _BLOCK)
    philox = np.random.Philox(key=key, counter=position * blocks)
    uniform = np.random.Generator(philox).random((steps, blocks * _BLOCK))[:, :size]
    np.maximum(uniform, np.finfo(np.float64).tiny, out=uniform)  # the logarithm of 0 is -inf
    return (-np.log(-np.log(uniform))).astype(np.float32)
