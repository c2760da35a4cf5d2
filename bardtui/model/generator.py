"""The generator: a stateful network of batch size 1 that reads and writes one text.

The same model, text so far, settings and seed give the same characters, however the work is cut
into chunks: see `stepper`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bardtui.model.decoder import Sampling, Snapshot, Stepper
from bardtui.model.network import NetworkSpec
from bardtui.model.vocabulary import Vocabulary

__all__ = ["Generator", "Sampling", "Snapshot"]


class Generator:
    """Reads and writes one text, character by character.

    `compiled` tells whether XLA has compiled the network; it is False where there is no XLA.
    `position` counts the characters (indices) that it has read and written. A new text begins as if
    after a line break, so that even the first character is drawn from what the network has learnt.
    Not for use by two threads at once.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        vocabulary: Vocabulary,
        weights: Sequence[NDArray[np.float32]],
        *,
        jit: bool = True,
    ) -> None:
        self.vocabulary = vocabulary
        self.stepper = Stepper(spec, weights, jit=jit)
        self._start = self._begin()

    def set_weights(self, weights: Sequence[NDArray[np.float32]]) -> None:
        """Take other weights, in the order of the network's own, and start a new text."""
        self.stepper.set_weights(weights)
        self._start = self._begin()

    def _begin(self) -> Snapshot:
        self.stepper.clear()
        self.stepper.step([self.vocabulary.first], 1, Sampling())
        self.stepper.position = 0
        return self.stepper.snapshot()

    @property
    def position(self) -> int:
        """How many characters of the text have been read and written."""
        return self.stepper.position

    @property
    def compiled(self) -> bool:
        """Whether XLA has compiled the network's step."""
        return self.stepper.compiled

    @property
    def compilations(self) -> int:
        """How many times the step was traced; more than 1 would be a fault."""
        return self.stepper.compilations

    def reset(self) -> None:
        """Forget the text: position 0."""
        self.restore(self._start)

    def snapshot(self) -> Snapshot:
        """What is remembered now; 8 KB for two layers of 512."""
        return self.stepper.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Go back (or on) to the point at which `snapshot` was taken, at the same cost anywhere."""
        self.stepper.restore(snapshot)

    def prime(self, indices: NDArray[np.int32]) -> NDArray[np.float32]:
        """Take in a text, int32 (n,). Returns each character's natural-log probability, as the
        network saw it coming: float32 (n,)."""
        scores = [np.zeros(0, np.float32)]
        most = self.stepper.most
        for i in range(0, len(indices), most):
            piece = indices[i : i + most]
            scores.append(self.stepper.step(piece, len(piece), Sampling())[1][0])
        return np.concatenate(scores)

    def stream(self, length: int, sampling: Sampling, *, chunk: int | None = None) -> Iterator[str]:
        """Write `length` characters, yielded in pieces that take about a frame, or of `chunk`
        characters where that is given.

        When a piece is yielded the network has read exactly the text up to its end, so a caller who
        stops iterating there leaves the generator in step with what it was given. Raises
        ValueError for another size of pieces.
        """
        if chunk is not None and not 1 <= chunk <= self.stepper.most:
            raise ValueError(f"pieces are of 1 to {self.stepper.most} characters")
        while length > 0:
            steps = min(chunk or self.stepper.at_once, length)
            length -= steps
            yield self.vocabulary.decode(self.stepper.step((), steps, sampling)[0][0])
