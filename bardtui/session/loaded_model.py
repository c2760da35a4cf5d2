"""A model that the engine has loaded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bardtui.memory import MB, need_memory
from bardtui.session.requests import SCORED_PAGE, AlternativesRequest, WriteRequest

if TYPE_CHECKING:
    from bardtui.model.context import Context
    from bardtui.model.state_reader import StateReader
    from bardtui.model.store import ModelBundle, Version
    from bardtui.model.surprise import Reading, Scorer
    from bardtui.writing.alternatives import Alternatives
    from bardtui.writing.company import Company

# Free memory needed, somewhat more than measured.
_FOR_SCORING = 60 * MB
_PER_PARAMETER = 12  # bytes, to look at the state


@dataclass
class LoadedModel:
    """A model that is ready to write."""

    bundle: "ModelBundle"
    context: "Context"
    company: "Company"
    folders: Sequence[Path]  # in which its files may be
    version: "Version"  # of the files, when they were read

    @property
    def was_trained_again(self) -> bool:
        """Whether the model's files were replaced since it was loaded.

        A model whose files are gone, in part or all, is still used: its weights are loaded.
        """
        from bardtui.model.store import version_of

        version = version_of(self.folders)
        return any(map(all, version)) and version != self.version

    @cached_property
    def scorer(self) -> "Scorer":
        """Scores text with the model. It is made when it is first needed: that takes a second."""
        from bardtui.model.surprise import Scorer

        need_memory(_FOR_SCORING, "Scoring")
        return Scorer(self.context.decoder, self.bundle.memory_length)

    @cached_property
    def states(self) -> "StateReader":
        """Reads the state of the model's layers; made when it is first needed."""
        from bardtui.model.state_reader import StateReader

        need_memory(_PER_PARAMETER * self.bundle.spec.parameters, "Looking at the cells")
        return StateReader(self.context, self.bundle.spec)

    def score(self, before: str, text: str, stopped: Callable[[], bool]) -> "Iterator[Reading]":
        """Score a text after the text `before`, in pieces of SCORED_PAGE, until `stopped`."""
        from bardtui.writing.mixture import score

        return score(self.scorer, before, text, self.company, piece=SCORED_PAGE, stopped=stopped)

    def alternatives(self, request: AlternativesRequest) -> "Alternatives":
        """Find what may come after a text."""
        from bardtui.writing.alternatives import alternatives

        return alternatives(
            self.scorer, request.text, request.rules, self.company, stopped=request.stop.is_set
        )

    def pieces(self, request: WriteRequest) -> Iterator[str]:
        """Write what is asked for, after the text that the context has read. Pieces may be
        empty."""
        from bardtui.writing.passage import write_passage  # not before the first screen

        return write_passage(
            self.context,
            request.text + request.opening,
            request.length,
            request.sampling(),
            request.rules,
            words=self.bundle.words,
            company=self.company,
            index=self.bundle.corpus_index if request.rules.max_copy else None,
        )
