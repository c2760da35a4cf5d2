"""Finding cells that follow a property of the text, such as being inside a stage direction.

After Karpathy, Johnson and Fei-Fei (2015, arXiv 1506.02078) and LSTMVis (Strobelt et al. 2016,
arXiv 1606.07461).
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from bardtui.evaluation.cell_search import BLOCK, MIN_BLOCKS, CellSearch, Match
from bardtui.evaluation.text_properties import Property, properties
from bardtui.memory import need_memory
from bardtui.model.layers import RecurrentLayers
from bardtui.model.store import ModelBundle
from bardtui.progress import OnProgress
from bardtui.text.errors import CorpusError

CHARACTERS = 24_000  # read of a text, half of them unseen
BEST = 3  # cells for each property

_EXCERPTS = 8  # of each part; fewer of a short text
_LENGTH = CHARACTERS // (2 * _EXCERPTS)  # of an excerpt, in characters
_RUN_UP = 500  # characters read before each excerpt
_BEFORE, _AFTER = 10, 18  # characters of an example, around a place where the property begins

MIN_TEXT = 2 * (_RUN_UP + MIN_BLOCKS * BLOCK)  # characters


@dataclass(frozen=True)
class FoundCell:
    """A cell that follows a property.

    `follows` is the name of the property. `layer` counts from 1 and `cell` from 0. `correlation` is
    that with the property on the part of the text on which the cell was found, and `unseen` that on
    the other part, from which the `example` is. `signs` has for each of its characters a plus where
    the cell is high and a minus where it is low: above or below the middle of its mean with the
    property and its mean without.
    """

    layer: int
    cell: int
    follows: str
    correlation: float
    unseen: float
    example: str
    signs: str


@dataclass(frozen=True)
class Findings:
    """The cells found, by property, the strongest first; and the properties without one, with the
    reason."""

    cells: tuple[FoundCell, ...]
    missing: dict[str, str]
    characters: int


def find_cells(
    model: ModelBundle, text: str, on_progress: OnProgress = lambda done, total: None
) -> Findings:
    """Find the cells of a model that follow a property of a text.

    Up to CHARACTERS are read, in excerpts from all over the text; every other one belongs to the
    unseen part. Raises CorpusError if the text is too short, and ModelError.
    """
    indices = model.vocabulary.encode(text).indices
    text = model.vocabulary.decode(indices)
    if len(text) < MIN_TEXT:
        raise CorpusError(
            f"{len(text):,} characters that the model knows: to find cells takes {MIN_TEXT:,}"
        )
    excerpts = max(1, min(_EXCERPTS, len(text) // (2 * (_RUN_UP + _LENGTH))))
    length = min(max(_LENGTH, CHARACTERS // (2 * excerpts)), len(text) // (2 * excerpts) - _RUN_UP)
    need_memory(16 * CHARACTERS * model.spec.units, "Looking for cells")
    starts = np.linspace(_RUN_UP, len(text) - length, 2 * excerpts).astype(int)
    starts = np.concatenate([starts[::2], starts[1::2]])
    rows = np.concatenate([np.arange(start, start + length) for start in starts])
    of_text = properties(text)
    search = CellSearch([Property(p.name, p.values[rows], p.known[rows]) for p in of_text])
    layers = RecurrentLayers(model.spec, model.weights())
    read = np.stack([indices[start - _RUN_UP : start + length] for start in starts])
    for held in layers.read(read, on_progress):
        search.add(held[:, _RUN_UP:].reshape(-1, model.spec.units))
    unseen = rows[len(rows) // 2 :]
    by_name = {p.name: Property(p.name, p.values[unseen], p.known[unseen]) for p in of_text}
    found, missing = list[FoundCell](), dict(search.missing)
    counts = Counter[str]()
    for match in search.matches():
        counts[match.follows] += 1
        if counts[match.follows] <= BEST:
            followed = by_name[match.follows]
            example = _example(followed, length)
            words = "".join(text[row] for row in unseen[example])
            found.append(_found(match, words, _signs(match, followed)[example]))
    order = [p.name for p in of_text]
    found.sort(key=lambda cell: order.index(cell.follows))
    for name in order:
        if name not in counts:
            missing.setdefault(name, "no cell beats chance")
    return Findings(tuple(found), missing, len(rows))


def _found(match: Match, example: str, signs: str) -> FoundCell:
    figures = round(match.correlation, 4), round(match.unseen, 4)
    return FoundCell(match.layer + 1, match.cell, match.follows, *figures, example, signs)


def _signs(match: Match, followed: Property) -> str:
    """Whether the cell is high or low at each character of the unseen part."""
    held, known = match.held, followed.known
    more = followed.values > followed.values[known].mean()
    middle = (held[known & more].mean() + held[known & ~more].mean()) / 2
    return "".join(np.where(held > middle, "+", "-"))


def _example(followed: Property, length: int) -> slice:
    """The rows around a place where the property begins, within an excerpt of that `length`."""
    rows = np.arange(len(followed.values))
    # Where it is not defined, it is as it was before.
    values = followed.values[np.maximum.accumulate(np.where(followed.known, rows, 0))]
    begins = np.flatnonzero((values[1:] > 0) & (values[:-1] <= 0)) + 1
    begins = begins[(begins % length >= _BEFORE) & (begins % length <= length - _AFTER)]
    at = int(begins[len(begins) // 2]) if len(begins) else _BEFORE
    return slice(at - _BEFORE, at + _AFTER)
