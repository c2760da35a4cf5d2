"""Writing a passage: what the model draws, looked at by guards, up to where it ends."""

from collections import Counter
from collections.abc import Iterator

from bardtui.model.context import Context
from bardtui.model.corpus_index import CorpusIndex
from bardtui.model.sampling import Sampling
from bardtui.scene.script import MAX_CUE_LENGTH
from bardtui.writing.company import Company
from bardtui.writing.copies import Copies
from bardtui.writing.cue_memory import CueMemory
from bardtui.writing.endings import Ending
from bardtui.writing.forms import FormGuard, ProseLines, recognised
from bardtui.writing.guards import (
    BannedPhrases,
    CuesWithoutWords,
    Guard,
    Loops,
    Mending,
    OpenDirections,
    RepeatedWords,
)
from bardtui.writing.look_ahead import LookAhead
from bardtui.writing.mentions import Mentions, UnknownSpeakers
from bardtui.writing.poems import PoemLength
from bardtui.writing.rules import Rules
from bardtui.writing.spelling import Spelling
from bardtui.writing.strangers import Strangers

_HOLD = MAX_CUE_LENGTH + 4  # characters that are held back, besides the longest banned phrase
_SEEN = 8_000  # characters before the next one that strict guards look at
# Once more characters than this, and three times the passage, are discarded, nothing is drawn
# again: a strict guard still leaves out characters.
_MOST_DISCARDED = 2_000


def write_passage(
    context: Context,
    text: str,
    length: int,
    sampling: Sampling,
    rules: Rules = Rules(),  # noqa: B008 (it is frozen)
    *,
    words: frozenset[str] = frozenset(),
    company: Company | None = None,
    index: CorpusIndex | None = None,
) -> Iterator[str]:
    """Write about `length` characters after `text`, which `context` has read, in short pieces.

    `words` are those that the model knows; without any, spelling is not looked at. Newcomers come
    from the `company`. Copies are found by the `index`, if there is one. A piece may be empty:
    there is nothing new yet, but the caller may stop here. At the end, the context follows the
    whole passage.

    The text depends on what is passed alone, not on when pieces are asked for: it is looked at
    character by character, and where a guard finds a fault, text is taken back and drawn again with
    other random numbers. Text that was yielded is never taken back.
    """
    if rules.form == "scene":
        rules = rules._replace(form=recognised(text))
    memory = memory_for(rules, text, company)
    guards = _guards(rules, text, words, cues=memory is not None)
    if memory is not None and company is not None and company.casts:
        guards += [Strangers(company), UnknownSpeakers(company)]
    if rules.newcomers != "free" and company is not None and company.names:
        guards.append(Mentions(company, script=memory is not None))
    if rules.max_copy and index is not None:
        guards.append(Copies(index, rules.max_copy))
    passage = _Passage(LookAhead(context, text, sampling, memory), guards, length, rules)
    return passage.pieces() if length > 0 else iter(())


def memory_for(rules: Rules, text: str, company: Company | None) -> CueMemory | None:
    """Return the cue memory with which a text goes on; None where it does not act."""
    form = recognised(text) if rules.form == "scene" else rules.form
    if rules.newcomers == "free" or form not in ("play", "screenplay"):
        return None
    return CueMemory(text, company, rules.newcomers)


class _Passage:
    """A passage that is being written.

    `_checked` is how far the text keeps the rules, `_settled` up to where it is never taken back.
    """

    def __init__(self, ahead: LookAhead, guards: list[Guard], length: int, rules: Rules) -> None:
        self._ahead = ahead
        self._start = self._checked = self._settled = len(ahead.text)
        self._ending = Ending(rules.stop, self._start, length, exact=rules.exact_length)
        self._guards: list[Guard] = [*guards, self._ending]
        free = rules.exact_length and rules.stop == "length" and not guards
        self._hold = 0 if free else _HOLD + max(map(len, rules.banned), default=0)
        self._tries = Counter[tuple[Guard, int]]()
        self._accepted: dict[Guard, int] = {}  # up to where a guard's faults are accepted
        self._excluded: dict[int, set[str]] = {}  # characters that led to faults, by offset
        self._discarded = 0

    def pieces(self) -> Iterator[str]:
        """Write the passage."""
        ahead, released = self._ahead, self._start
        while True:
            ahead.grow(self._ending.left(self._checked), freely=not self._hold)
            while self._checked < len(ahead.text):
                self._checked += 1
                if self._takes_back():
                    continue
                end = self._ending.at(ahead.text, self._checked)
                if end is not None:
                    ahead.end_at(max(end, self._settled))
                    yield ahead.text[released:]
                    return
            self._settle(self._checked)
            yield ahead.text[released : self._settled]
            released = self._settled

    def _settle(self, end: int) -> None:
        """Note that text[:end] has been written and keeps the rules."""
        settled = min(end - self._hold, self._ending.settled(self._ahead.text, end))
        self._settled = max(self._settled, settled)
        self._ahead.forget(self._settled)

    def _takes_back(self) -> bool:
        """Let the guards look at the last checked character; return whether it was taken back."""
        text, end = self._ahead.text, self._checked
        for guard in self._guards:
            found = guard.fault(text, end)
            if found is None or found < self._accepted.get(guard, 0):
                continue
            self._settle(end - 1)
            offset = max(found, self._settled)
            if self._may_draw_again(guard, offset):
                self._take_back(offset)
                return True
            if isinstance(guard, Mending) and self._may_put(guard.instead, found):
                self._take_back(offset)
                self._ahead.put(guard.instead)
                return True
            if guard.strict and (excluded := self._excluded_at(offset)):
                self._take_back(offset)
                self._ahead.draw_without(excluded, self._ending.left(offset))
                return True
            self._accepted[guard] = end
        return False

    def _may_draw_again(self, guard: Guard, offset: int) -> bool:
        """Whether a guard has a try left at this place; it is counted."""
        if self._discarded > _MOST_DISCARDED + 3 * (self._settled - self._start):
            return False
        self._tries[guard, offset] += 1
        return self._tries[guard, offset] <= guard.tries

    def _take_back(self, offset: int) -> None:
        self._discarded += self._checked - offset
        self._excluded = {at: c for at, c in self._excluded.items() if at <= offset}
        self._ahead.take_back(offset)
        self._checked = offset

    def _may_put(self, character: str, offset: int) -> bool:
        """Whether a character may stand at `offset`: not twice in a row, or it might come again
        and again."""
        is_known = character in self._ahead.characters
        return is_known and offset >= self._settled and self._ahead.text[offset - 1] != character

    def _excluded_at(self, offset: int) -> str:
        """The characters that must not be at `offset`: the one that is there, those that were there
        before, and all that would be faults; none if that would leave no character."""
        text = self._ahead.text
        excluded = self._excluded.setdefault(offset, set())
        if not excluded:
            seen = text[max(0, offset - _SEEN) : offset]
            strict = [guard for guard in self._guards if guard.strict]
            excluded.update(
                character
                for character in self._ahead.characters
                if any(g.fault(seen + character, len(seen) + 1) is not None for g in strict)
            )
        excluded.add(text[offset])
        allowed = not excluded.issuperset(self._ahead.characters)
        return "".join(sorted(excluded)) if allowed else ""


def _guards(rules: Rules, text: str, words: frozenset[str], *, cues: bool) -> list[Guard]:
    """The guards of a passage; `cues` says that it is a script in which cues are ruled."""
    guards: list[Guard] = []
    if rules.form != "play":
        guards.append(FormGuard(rules.form, text))
    if rules.form == "prose":
        guards.append(ProseLines(text))
    if rules.form == "verse":
        guards.append(PoemLength())
    if cues:
        guards.append(OpenDirections())
    if cues or rules.stop == "speech":
        guards.append(CuesWithoutWords())
    if rules.banned:
        guards.append(BannedPhrases(rules.banned))
    if rules.spelling and words:
        guards.append(Spelling(words, text))
    if rules.vary_words:
        guards.append(RepeatedWords())
    if rules.avoid_loops:
        guards.append(Loops())
    return guards
