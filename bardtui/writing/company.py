"""Companies: which speakers belong together, by the casts of the plays a model was trained on."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from bardtui.scene.cast import speakers

Casts = Mapping[str, Mapping[str, int]]  # the title of a play: its speakers and their speeches

_MISSING = 1e-3  # the likelihood of a play for a speaker who is not in it, for one who is: 1
_LIKELY = 0.05  # a play with a higher probability counts as one that people are from
_FEWEST_SPEECHES = 10  # in a document that counts as a play, and of a speaker known by name
_LEAST_LETTERS, _MOST_PLAYS = 4, 2  # of a name; others are words or roles, such as a clown
_NUMBERED = frozenset({"FIRST", "SECOND", "THIRD", "FOURTH", "ALL", "BOTH", "A"})
_WORD = re.compile(r"[^\W\d_]+")


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
        self.casts = casts

    def joining(self, present: Mapping[str, float]) -> tuple[float, dict[str, float]]:
        """Return how well the plays know those present, and who may join them.

        `present` has a weight for each name. The first result, from 0 to 1, is the share of the
        weight that belongs to people of the plays in question. The second has the probability of
        each newcomer, to a sum of 1; it is empty if nobody present is in any play. Plays count by
        their posterior probability, given those present; in a play, speakers count by their
        speeches.
        """
        known = 0.0
        newcomers: defaultdict[str, float] = defaultdict(float)
        for title, probability in self._plays(present).items():
            cast = self.casts[title]
            known += probability * _share(present, cast)
            absent = {name: count for name, count in cast.items() if name not in present}
            for name, count in absent.items():
                newcomers[name] += probability * count / sum(absent.values())
        total = math.fsum(newcomers.values())
        return known, {name: weight / total for name, weight in newcomers.items()}

    def members(self, present: Mapping[str, float]) -> set[str]:
        """Return those present and everybody in the plays that they are probably from."""
        plays = self._plays(present)
        likely = [title for title, probability in plays.items() if probability > _LIKELY]
        return set(present).union(*(self.casts[title] for title in likely))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of people as they stand in a text: "Hamlet".

        A name is the only word of a speaker in one play or two. Titles, such as "Lady" in "Lady
        Macbeth", and the words of numbered speakers, such as "First Soldier", are not names.
        """
        plays, speeches, common = Counter[str](), Counter[str](), set[str]()
        for cast in self.casts.values():
            for speaker, count in cast.items():
                first, *others = [word.upper() for word in _WORD.findall(speaker)] or [""]
                if others:
                    common.update([first, *others] if first in _NUMBERED else [first])
                else:
                    plays[first] += 1
                    speeches[first] += count
        return frozenset(
            name.title()
            for name, number in plays.items()
            if len(name) >= _LEAST_LETTERS
            and number <= _MOST_PLAYS
            and speeches[name] >= _FEWEST_SPEECHES
            and name not in common
        )

    def _plays(self, present: Mapping[str, float]) -> dict[str, float]:
        """The posterior probability of each play with somebody of those present."""
        total = sum(present.values())
        fits = {
            title: _MISSING ** (total * (1 - _share(present, cast)))
            for title, cast in self.casts.items()
            if not cast.keys().isdisjoint(present)
        }
        return {title: fit / sum(fits.values()) for title, fit in fits.items()}


def _share(present: Mapping[str, float], cast: Mapping[str, int]) -> float:
    """The share of the weight of those present that belongs to people of a cast."""
    return sum(weight for name, weight in present.items() if name in cast) / sum(present.values())
