"""Several takes at once: what a text might go on with, written side by side in one batch.

On a CPU a step of one stream is spent on reading the weights from memory; a batch of five reads
them once for all, and so costs little more than one.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Sampling, Snapshot, Stepper
from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary


class Takes:
    """Writes `count` takes from one point of a text."""

    def __init__(
        self,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        weights: Sequence[NDArray[np.float32]],
        count: int,
        *,
        jit: bool = True,
    ) -> None:
        self.vocabulary, self.count = vocabulary, count
        self._stepper = Stepper(spec, weights, streams=count, jit=jit)

    def stream(
        self, start: Snapshot, length: int, sampling: Sampling, seeds: Sequence[int]
    ) -> Iterator[tuple[str, ...]]:
        """Write `length` characters of each take from `start` on, a generator's snapshot.

        Yields a piece of some characters for each. Take n is what the generator would write
        with the random seed `seeds[n]`, but for rounding: a batch is summed up in another order,
        so that once in a long while another character is drawn.
        """
        if len(seeds) != self.count:
            raise ValueError(f"{self.count} takes need as many random seeds")
        self._stepper.restore(start)
        while length > 0:
            steps = min(self._stepper.at_once, length)
            length -= steps
            drawn, _ = self._stepper.step((), steps, sampling, seeds)
            yield tuple(map(self.vocabulary.decode, drawn))
