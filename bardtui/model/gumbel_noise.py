"""Chance that can be repeated: every draw is keyed by a random seed and a place in the text.

It is drawn ahead of the network's steps and handed to them: a generator of random numbers that is
compiled along with the network takes a fifth of the time of a step, and longer to compile than the
network itself.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BLOCK = 4  # numbers of 64 bits for one count of Philox (Salmon et al. 2011)


def gumbel(seeds: Sequence[int], position: int, steps: int, size: int) -> NDArray[np.float32]:
    """Standard Gumbel noise, float32 (steps, streams, size), for `steps` places from `position` on.

    What is drawn for a place depends on the stream's seed and the place alone. Added to logits it
    makes the largest a fair draw (Gumbel 1954; Maddison et al. 2014, arXiv 1411.0030).
    """
    blocks = -(-size // _BLOCK)
    noise = np.empty((steps, len(seeds), size), np.float32)
    for stream, seed in enumerate(seeds):
        chance = np.random.Philox(key=seed, counter=position * blocks)
        uniform = np.random.Generator(chance).random((steps, blocks * _BLOCK))[:, :size]
        np.maximum(uniform, np.finfo(np.float64).tiny, out=uniform)  # 0 has no logarithm
        noise[:, stream] = -np.log(-np.log(uniform))
    return noise
