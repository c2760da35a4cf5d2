"""How likely the model in use thought the characters of the visible text."""

import math
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bardtui.scene.certainty import PARTS, keep_entropy
from bardtui.session.events import ModelState, Scored, SurpriseChanged
from bardtui.session.requests import SCORED_PAGE, ScoreRequest

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession

RUN_UP = 50_002  # characters before a page that its figures can depend on
_KEPT_PAGES = 2_000  # of SCORED_PAGE characters: 4 MB
_AT_ONCE = 40  # pages asked for in one request
_KEPT_SAMPLE = 6_400  # characters of each part of a scene that count for what is kept


_Page = tuple["array[float]", "array[float]"]  # surprise and entropy


class Surprise:
    """Lets the engine score what the front end shows, and keeps the figures.

    The text is scored in pages. Their figures are kept by what they depend on, the model and the
    text up to their end, so that changes of the text, undo and takes need no care. Nothing is
    scored while the model writes.

    Attributes:
        on: Whether the front end shows it.
        found_pages: How many pages were scored so far.
    """

    def __init__(self, session: "WritingSession") -> None:
        self._session = session
        self.on = False
        self.found_pages = 0
        self._pages: OrderedDict[bytes, _Page] = OrderedDict()
        self._keys: dict[int, bytes] = {}  # of the pages of this text, by their offsets
        self._keys_of = "", ""  # the model and the text
        self._request: ScoreRequest | None = None
        self._asked: dict[int, bytes] = {}  # the keys of the pages asked for, by their offsets

    def switch(self) -> None:
        """Turn it on or off until the program ends."""
        self.on = not self.on
        if not self.on:
            self._ask_no_more()
        name = "surprise_on" if self.on else "surprise_off"
        self._session.notify(name, model=self._session.model)
        self._session.emit(SurpriseChanged())

    def model_changed(self, event: ModelState) -> None:
        """Forget all figures where a model is loaded: it may replace another of its name."""
        if event.state == "loading":
            self._pages.clear()
            self._ask_no_more()

    def of(self, start: int, end: int, text: str | None = None) -> tuple[list[float], list[float]]:
        """Return the surprise and the entropy of the visible characters from `start` to `end`.

        Both in nats. NaN where nothing is known: not scored yet, or unknown to the model. `text` is
        the visible text, for a caller who has it.
        """
        text = self._session.text if text is None else text
        surprise: list[float] = []
        entropy: list[float] = []
        for key, begin, part in self._pages_in(text, start, end):
            unknown = array("f", [math.nan]) * len(part)
            page = self._pages.get(key, (unknown, unknown))
            for values, found in zip((surprise, entropy), page, strict=True):
                values += found[max(0, start - begin) : end - begin]
        return surprise, entropy

    def entropies(self, start: int, end: int, parts: int, sample: int, text: str) -> list[float]:
        """Return the mean entropy of each of some parts of the visible text `text`.

        Of each part, the first `sample` characters count, as far as they are known.
        """
        means = []
        for part in range(parts):
            begin, after = (start + n * (end - start) // parts for n in (part, part + 1))
            found = self.of(begin, min(after, begin + sample), text)[1]
            known = [nats for nats in found if not math.isnan(nats)]
            means.append(sum(known) / len(known) if known else math.nan)
        return means

    def keep(self) -> None:
        """Keep with the scene how sure the model was along it, as far as that is known."""
        text = self._session.text
        parts = min(PARTS, len(text))
        entropy = self.entropies(0, len(text), parts, _KEPT_SAMPLE, text) if self._pages else []
        if not all(map(math.isnan, entropy)):
            keep_entropy(self._session.manuscript.scene, entropy)

    def look(self, start: int, end: int, text: str | None = None) -> None:
        """Ask the engine for the visible characters from `start` to `end`, as far as they are not
        known. What was asked for before and is not needed now is cancelled. `text` as in `of`."""
        session = self._session
        text = session.text if text is None else text
        ready = session.model_states.get(session.model) == "ready"
        if session.writing or not ready:
            return
        wanted: list[tuple[bytes, int, str]] = []
        for key, begin, page in self._pages_in(text, start, end):
            if key in self._pages:
                self._pages.move_to_end(key)
                if wanted:
                    break  # pages in a row are asked for; others follow
            else:
                wanted.append((key, begin, page))
        asked = {begin: key for key, begin, _ in wanted[:_AT_ONCE]}
        under_way = self._request is not None and not self._request.stop.is_set()
        if not asked or (under_way and asked.items() <= self._asked.items()):
            return
        first = min(asked)
        self._asked = asked
        self._request = ScoreRequest(
            id=session.new_id(),
            model=session.model,
            before=text[max(0, first - RUN_UP) : first],
            text="".join(page for _, _, page in wanted[:_AT_ONCE]),
            begin=first,
        )
        session.engine.score(self._request)

    def found(self, event: Scored) -> None:
        """Take the figures of a page. Where scoring has failed, Surprise is turned off."""
        if self._request is None or event.request != self._request.id:
            return
        if not event.surprise:
            self.on = False
            self._session.emit(SurpriseChanged())
            return
        if (key := self._asked.pop(event.begin, None)) is None:
            return
        self._pages[key] = array("f", event.surprise), array("f", event.entropy)
        self.found_pages += 1
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        self._session.emit(SurpriseChanged())

    def _ask_no_more(self) -> None:
        self._session.engine.cancel_scoring()
        self._asked = {}

    def _pages_in(self, text: str, start: int, end: int) -> Iterator[tuple[bytes, int, str]]:
        """The key, offset and text of each page of the visible text between two offsets."""
        import hashlib  # not needed before the first screen

        if (self._session.model, text) != self._keys_of:
            self._keys_of = self._session.model, text
            self._keys.clear()
        for begin in range(start - start % SCORED_PAGE, min(end, len(text)), SCORED_PAGE):
            page = text[begin : begin + SCORED_PAGE]
            if begin not in self._keys:
                before = text[max(0, begin - RUN_UP) : begin]
                data = f"{self._session.model}\n{len(page)}\n{before}{page}"
                encoded = data.encode("utf-8", "surrogatepass")
                self._keys[begin] = hashlib.blake2b(encoded, digest_size=16).digest()
            yield self._keys[begin], begin, page
