"""Export a scene to an HTML page that shows who wrote each passage.

The page has no scripts and loads nothing. The writer's text has a colour and a bar in the margin,
and a dotted underline on lines by both authors, so that it can be recognised without colour too.
The name of the model is in a tooltip. The colours follow the reader's choice of light or dark. All
text is escaped, and each line is a bidirectional paragraph of its own.
"""

from bisect import bisect_right
from collections.abc import Iterator
from html import escape
from itertools import accumulate

from bardtui.escaping import inert
from bardtui.scene.formats.html_page import html_page
from bardtui.scene.formats.shared import Options, author_of, credit_of, model_of, title_of
from bardtui.scene.scene import Author, Passage, Scene
from bardtui.scene.script import Block, Speech, parse, split_directions

_STYLE = """\
:root {
  color-scheme: light dark;
  --ground: #f6f0e2; --text: #2b2230; --muted: #60564b; --cue: #7d5600; --writer: #1d5a74;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15111a; --text: #ece3d0; --muted: #a89f92; --cue: #e0b354; --writer: #9fc6d8;
  }
}
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1.125rem/1.55 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
}
main { max-width: 36rem; margin: 0 auto; padding: 3.5rem 1.25rem 5rem; }
h1 { margin: 0 0 .25rem; font-size: 1.9rem; font-weight: 600; line-height: 1.2; }
h1, p { overflow-wrap: anywhere; unicode-bidi: plaintext; }
.authors { margin: 0 0 2.75rem; color: var(--muted); font-size: .9rem; }
.authors .writer, p.writer { border-left: 3px solid var(--writer); }
.authors .writer { padding-left: .5rem; }
section { margin: 0 0 1.35rem; }
section p {
  margin: 0; padding-left: .85rem; border-left: 3px solid transparent;
  white-space: pre-wrap; tab-size: 4;
}
.speech p { padding-left: 2.35rem; text-indent: -1.5rem; }
.speech p:first-child {
  color: var(--cue); font-size: .84rem; font-weight: 700; letter-spacing: .07em;
  break-after: avoid;
}
.direction p { color: var(--muted); }
span { unicode-bidi: isolate; }
.writer span.writer, .authors .writer { color: var(--writer); }
.shared span.writer { text-decoration: underline dotted; text-underline-offset: .2em; }
@media print {
  :root { --ground: #fff; --text: #000; --muted: #444; --cue: #000; --writer: #1d5a74; }
  main { max-width: none; padding: 0; }
  section { orphans: 3; widows: 3; }
}
"""


def to_html(scene: Scene, options: Options) -> str:
    """Return the visible text as a page with its authors."""
    sections = "".join(_Page(scene).sections())
    return html_page(title_of(scene), _STYLE, _authors(scene, options) + sections)


def _authors(scene: Scene, options: Options) -> str:
    credit = credit_of(scene)
    names = [f'<span class="model">{escape(credit)}</span>'] if credit else []
    runs = (run for passage, shown in scene.path() for run in passage.by_author(shown))
    if any(author == "writer" for author, _ in runs):
        writer = author_of(options) or "the writer"
        names.insert(0, f'<span class="writer">{escape(writer)}</span>')
    return f'<p class="authors">{" · ".join(names)}</p>\n' if names else ""


class _Page:
    """The visible text, and the offset of each run by one author."""

    def __init__(self, scene: Scene) -> None:
        runs = [
            (author, passage, len(text))
            for passage, shown in scene.path()
            for author, text in passage.by_author(shown)
        ]
        self._text = inert(scene.text)  # a character for a character: offsets stay
        self._runs = [(author, passage) for author, passage, _ in runs]
        self._starts = [0, *accumulate(length for _, _, length in runs)]

    def sections(self) -> Iterator[str]:
        begin = 0
        for block in parse(self._text):
            text = block.source.rstrip("\n")
            if text:
                lines = self._lines(text, begin)
                yield f'<section class="{_kind(block)}">\n{"".join(lines)}</section>\n'
            begin += len(block.source)

    def _lines(self, text: str, begin: int) -> Iterator[str]:
        for line in text.split("\n"):
            spans, authors = [], set()
            at = begin
            for part, is_direction in split_directions(line):
                for author, passage, piece in self._by_author(at, at + len(part)):
                    authors.add(author)
                    spans.append(_span(author, passage, piece, is_direction))
                at += len(part)
            whose = "shared writer" if len(authors) > 1 else "".join(authors)
            yield f'<p class="{whose}">{"".join(spans)}</p>\n'
            begin = at + 1

    def _by_author(self, begin: int, end: int) -> Iterator[tuple[Author, Passage, str]]:
        index = bisect_right(self._starts, begin) - 1
        while begin < end:
            stop = min(end, self._starts[index + 1])
            yield *self._runs[index], self._text[begin:stop]
            begin, index = stop, index + 1


def _kind(block: Block) -> str:
    if isinstance(block, Speech):
        return "speech"
    return "direction" if block.is_direction else "prose"


def _span(author: Author, passage: Passage, text: str, is_direction: bool) -> str:
    model = f' title="{escape(model_of(passage))}"' if author == "model" else ""
    shown = f"<i>{escape(text)}</i>" if is_direction else escape(text)
    return f'<span class="{author}"{model}>{shown}</span>'
