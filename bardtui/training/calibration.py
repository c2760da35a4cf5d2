"""How sure of its guesses a network should be: one factor for all of its logits.

A network that has read a text many times is too sure of itself on other texts. Dividing its logits
by a temperature corrects that (Guo et al. 2017, arXiv 1706.04599). Only this one number is chosen
by the held-out text, so the loss on that text stays a fair one (figures are in ARCHITECTURE.md).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The factors that are tried after every epoch. Closer ones would gain less than 0.0002 nats.
SCALES = tuple(percent / 100 for percent in range(106, 69, -3))


def scaled(weights: Sequence[NDArray[np.float32]], scale: float) -> list[NDArray[np.float32]]:
    """The weights of a network whose logits are `scale` times those of a network with `weights`."""
    *others, kernel, bias = weights
    return [*others, kernel * np.float32(scale), bias * np.float32(scale)]
