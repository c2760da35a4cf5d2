"""The losses of a run so far, as lines to plot."""

import math

MOST_POINTS = 600  # of a line; beyond them, every other one is dropped


class LossCurves:
    """The held-out and the training loss, in nats a character, by epochs of training.

    The training loss of a step is the mean of its epoch so far.
    """

    def __init__(self) -> None:
        self.held_out: list[tuple[float, float]] = []
        self.training: list[tuple[float, float]] = []

    def add_step(self, epoch: int, step: int, steps: int, loss: float) -> None:
        """Add a step; epochs and steps count from 1."""
        self._add(self.training, epoch - 1 + step / max(1, steps), loss)

    def add_epoch(self, epoch: int, held_out: float | None) -> None:
        """Add what an epoch has come to; without a held-out text there is nothing to add."""
        self._add(self.held_out, epoch, math.nan if held_out is None else held_out)

    def _add(self, line: list[tuple[float, float]], x: float, y: float) -> None:
        while line and line[-1][0] >= x:  # a resumed run reads some steps again
            line.pop()
        if math.isfinite(x) and math.isfinite(y):
            line.append((x, y))
        if len(line) > MOST_POINTS:
            del line[1:-1:2]
