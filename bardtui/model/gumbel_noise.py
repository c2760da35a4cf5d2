"""Deterministic Gumbel noise for sampling, keyed by a number and a position in the text.

The noise is drawn before the network's steps and passed to them. A random generator compiled along
with the network took a fifth of the time of a step, and longer to compile than the network itself.
"""

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4  # 64-bit numbers for each count of Philox (Salmon et al. 2011)


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
