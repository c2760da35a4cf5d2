"""The statistics of finding cells: which of many columns of numbers follow labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bardtui.evaluation.text_properties import Property

SHUFFLES = 100
BLOCK = 500  # characters that stay together in a shuffle
MIN_BLOCKS = 6  # in each part

_LEAST = 100  # characters with a property, and without, in each part
_KEPT = 6  # cells of a layer that are kept for each property

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Match:
    """A cell that follows a property, with their correlation on each part.

    `follows` is the name of the property. `layer` and `cell` count from 0. `held` is what the cell
    held on the unseen part.
    """

    layer: int
    cell: int
    follows: str
    correlation: float
    unseen: float
    held: Floats = field(repr=False)

    @property
    def strength(self) -> float:
        """The weaker of the two correlations, without its sign."""
        return min(abs(self.correlation), abs(self.unseen))


class CellSearch:
    """Compares what a model's cells hold, layer by layer, with properties of the text.

    The first half of the characters is the part on which cells are found; the rest is the unseen
    part. A cell follows a property if they correlate with the same sign on both parts, and on each
    more strongly than any cell of the model does when the labels are shuffled, SHUFFLES times. They
    are shuffled in blocks, because neighbouring characters have much in common. For a property that
    is or is not, the correlation is the point-biserial one.

    Attributes:
        missing: The properties that cannot be looked for, with the reason.
    """

    def __init__(self, properties: Sequence[Property], random_seed: int = 0) -> None:
        rng = np.random.default_rng(random_seed)
        self.missing: dict[str, str] = {}
        self._trials: list[_Trial] = []
        self._layers = 0
        for each in properties:
            halves = np.array_split(np.arange(len(each.values)), 2)
            rows = [half[each.known[half]] for half in halves]
            labels = [each.values[part] for part in rows]
            if reason := _why_not(labels):
                self.missing[each.name] = reason
            else:
                shuffled = [_shuffled(of_part, rng) for of_part in labels]
                self._trials.append(_Trial(each.name, rows, shuffled))

    def add(self, held: Floats) -> None:
        """Compare the cells of the next layer, which held these numbers: (characters, cells)."""
        for trial in self._trials:
            trial.add(self._layers, held)
        self._layers += 1

    def matches(self) -> list[Match]:
        """The cells found, the strongest first, each with the property that it follows best."""
        found = [match for trial in self._trials for match in trial.matches()]
        best: dict[tuple[int, int], Match] = {}
        for match in sorted(found, key=lambda match: match.strength, reverse=True):
            best.setdefault((match.layer, match.cell), match)
        return list(best.values())


class _Trial:
    """One property, compared with the cells of all layers so far."""

    def __init__(
        self, name: str, rows: list[NDArray[np.int64]], labels: list[NDArray[np.float32]]
    ) -> None:
        """Take for each part its rows and their labels, (1 + SHUFFLES, rows), the first as they
        are."""
        self._name, self._rows, self._labels = name, rows, labels
        self._chance = [0.0, 0.0]  # the largest correlations with shuffled labels
        self._kept: list[Match] = []

    def add(self, layer: int, held: Floats) -> None:
        parts: list[Floats] = []
        for n, (rows, labels) in enumerate(zip(self._rows, self._labels, strict=True)):
            correlations = labels @ _standard(held[rows], 0) / len(rows)
            self._chance[n] = max(self._chance[n], float(np.abs(correlations[1:]).max()))
            parts.append(correlations[0])
        first, unseen = parts
        strength = np.minimum(np.abs(first), np.abs(unseen)) * (first * unseen > 0)
        for cell in map(int, np.argsort(-strength)[:_KEPT]):
            on_unseen = held[len(held) - len(held) // 2 :, cell].copy()
            figures = float(first[cell]), float(unseen[cell])
            self._kept.append(Match(layer, cell, self._name, *figures, on_unseen))

    def matches(self) -> list[Match]:
        return [
            match
            for match in self._kept
            if match.correlation * match.unseen > 0
            and abs(match.correlation) > self._chance[0]
            and abs(match.unseen) > self._chance[1]
        ]


def _why_not(parts: Sequence[Floats]) -> str:
    """Why a property with these labels on the two parts cannot be looked for; "" if it can."""
    if not any(labels.any() for labels in parts):
        return "not in the text"
    for labels in parts:
        with_it = np.count_nonzero(labels)
        if min(with_it, len(labels) - with_it) < _LEAST or len(labels) < MIN_BLOCKS * BLOCK:
            return "too rare in the text, or almost everywhere"
    return ""


def _shuffled(labels: Floats, rng: np.random.Generator) -> Floats:
    """The labels, standardized, as they are and shuffled in blocks: (1 + SHUFFLES, labels)."""
    blocks = [labels[at : at + BLOCK] for at in range(0, len(labels), BLOCK)]
    rows = [labels]
    for _ in range(SHUFFLES):
        rows.append(np.concatenate([blocks[n] for n in rng.permutation(len(blocks))]))
    return _standard(np.stack(rows), 1)


def _standard(numbers: Floats, axis: int) -> Floats:
    """The numbers with mean 0 and standard deviation 1; zeros where they are all the same."""
    centred = numbers - numbers.mean(axis, keepdims=True)
    deviation = centred.std(axis, keepdims=True)
    return np.asarray(centred / np.where(deviation > 0, deviation, 1), np.float32)
