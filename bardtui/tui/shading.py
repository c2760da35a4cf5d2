"""Surprise: the characters that show are shaded by how little the model expected them."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import get_args

from bardtui.likelihood import level
from bardtui.tui import ui_strings
from bardtui.tui.marks import Spans, SurpriseMark
from bardtui.tui.stage_display import StageDisplay

LEVELS: tuple[SurpriseMark, ...] = get_args(SurpriseMark)


def spans_of(surprise: Sequence[float], begin: int) -> dict[SurpriseMark, Spans]:
    """Return the spans of each level, for a text that begins at an offset.

    NaN, where nothing is known, is in none of them.
    """
    found: dict[SurpriseMark, list[tuple[int, int]]] = {mark: [] for mark in LEVELS}
    for shade, run in groupby(surprise, lambda nats: -1 if math.isnan(nats) else level(nats)):
        end = begin + sum(1 for _ in run)
        if shade >= 0:
            found[LEVELS[shade]].append((begin, end))
        begin = end
    return {mark: tuple(spans) for mark, spans in found.items()}


class Shading:
    """Shades the transcript of the stage, and says in its border what the shades mean."""

    def __init__(self, view: StageDisplay) -> None:
        self._view, self._transcript = view, view.transcript
        self._surprise = view.session.surprise

    def show(self) -> None:
        """Shade what shows as far as it is scored, and ask for the rest; nothing if it is off."""
        if not self._surprise.on:
            self._shade((), 0)
            return
        begin, end = self._transcript.window
        text = self._view.session.text  # built anew at each use
        self._surprise.look(begin, end, text)
        self._shade(self._surprise.of(begin, end, text)[0], begin)

    def show_figures(self) -> None:
        """Say in the border how likely the character at the cursor was, or else the mean."""
        if not self._surprise.on:
            return
        transcript = self._transcript
        at, text = transcript.cursor, self._view.session.text
        here = self._surprise.of(at, at + 1, text)[0] if transcript.has_focus else []
        if here and not math.isnan(here[0]):
            figures = ui_strings.probability_of(text[at], math.exp(-here[0]), here[0])
        else:
            found = self._surprise.of(*transcript.window, text)[0]
            known = [nats for nats in found if not math.isnan(nats)]
            figures = ui_strings.mean_surprise(sum(known) / len(known) if known else None)
        self._view.show_figures(figures)

    def go_to_least_expected(self) -> None:
        """Move the cursor to the least expected character that shows."""
        begin, end = self._transcript.window
        found = [
            (nats, begin + place)
            for place, nats in enumerate(self._surprise.of(begin, end)[0])
            if not math.isnan(nats)
        ]
        if self._surprise.on and found:
            self._transcript.go_to(max(found)[1])
        else:
            self._view.say(ui_strings.no_surprise(self._view.key("stage.surprise")))

    def _shade(self, surprise: Sequence[float], begin: int) -> None:
        for mark, spans in spans_of(surprise, begin).items():
            self._transcript.mark(mark, spans)
        if self._surprise.on:
            self.show_figures()
        else:
            self._view.show_figures("")
        self._view.show_place()
