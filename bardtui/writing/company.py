"""Companies: which speakers belong together, by the casts of the plays a model was trained on."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from bardtui.scene.cast import speakers

Casts = Mapping[str, Mapping[str, int]]  # the title of a play: its speakers and their speeches

_MISSING = 1e-3  # the likelihood of a play for a speaker who is not in it, for one who is: 1
_FEWEST_SPEECHES = 10  # in a document that counts as a play


def casts_of(documents: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Return the casts of the documents, given as (title, text), that are plays.

    A speaker with a single speech is left out: most are misprints, or shout with a crowd.
    """
    casts = {}
    for title, text in documents:
        counts = Counter(speakers(text))
        cast = {name: count for name, count in counts.most_common() if count > 1}
        if counts.total() >= _FEWEST_SPEECHES and len(cast) > 1:
            casts[title] = cast
    return casts


class Company:
    """The people who may join those on stage, from the plays in which those appear."""

    def __init__(self, casts: Casts) -> None:
        self._casts = casts

    def joining(self, present: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """Return how well the plays know those present, and who may join them.

        `present` has a weight for each name. The first result, from 0 to 1, is the share of the
        weight that belongs to people of the plays in question. The second has the probability of
        each newcomer, to a sum of 1; it is empty if nobody present is in any play. Plays count by
        their posterior probability, given those present; in a play, speakers count by their
        speeches.
        """
        total = sum(present.values())
        covered = {
            title: sum(weight for name, weight in present.items() if name in cast) / total
            for title, cast in self._casts.items()
            if not cast.keys().isdisjoint(present)
        }
        if not covered:
            return 0.0, {}
        fits = {title: _MISSING ** (total * (1 - share)) for title, share in covered.items()}
        scale = math.fsum(fits.values())
        known = sum(fits[title] / scale * share for title, share in covered.items())
        newcomers: Counter[str] = Counter()
        for title, fit in fits.items():
            absent = {n: count for n, count in self._casts[title].items() if n not in present}
            for name, count in absent.items():
                newcomers[name] += fit * count / sum(absent.values())
        weights = sum(newcomers.values())
        return known, {name: weight / weights for name, weight in newcomers.items()}
