"""An explanation as an HTML page.

The page has no scripts and loads nothing. Each character is shaded by its surprise, in one hue and
five steps of brightness; the least likely are underlined too, for print and for readers who see no
colours. A tooltip has the alternatives. All text is escaped, hidden characters and those that
change the direction of others are shown as glyphs, and each line is a bidirectional paragraph.
"""

import math
from collections.abc import Iterator
from html import escape

from bardtui.escaping import inert, one_line
from bardtui.evaluation.explanation import Explanation
from bardtui.likelihood import RANGES, level, percent, spelled
from bardtui.model.corpus_index import CopiedRun, described
from bardtui.scene.formats.html_page import html_page

_QUOTED = 120  # characters of a copied run in the list of copies
_NAME = 80  # cells of a model's or a document's name

_CONTENT = """\
<p class="note">The model {model} read this text from its beginning. Before each character it gave
every possible character a probability. The stronger the shade, the less likely it thought the one
that stands here: {legend}. Hold the pointer over a character to see what it expected.</p>
<p class="note">On average a character was worth {nats:.2f} nats of surprise (a model that knows
nothing but the characters: {uniform:.2f}). {copies}</p>
<div class="text">
{text}</div>
{sources}"""

_STYLE = """\
:root { color-scheme: light dark; --ground: #f6f0e2; --text: #2b2230; --muted: #60564b;
  --heat: 138, 75, 8; --on-heat: #fcf8ee; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15111a; --text: #ece3d0; --muted: #a89f92;
    --heat: 229, 154, 79; --on-heat: #15111a; }
}
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 1.0625rem/1.7 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
}
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; overflow-wrap: anywhere; unicode-bidi: plaintext; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem; }
.note { color: var(--muted); font-size: .9rem; line-height: 1.5; }
.text p { margin: 0; min-height: 1.7em; white-space: pre-wrap; overflow-wrap: anywhere;
  unicode-bidi: plaintext; }
i { font-style: normal; border-radius: 2px; padding: .12em 0; }
.s1 { background: rgba(var(--heat), .16); }
.s2 { background: rgba(var(--heat), .32); }
.s3 { background: rgba(var(--heat), .55); text-decoration: underline; }
.s4 { background: rgb(var(--heat)); color: var(--on-heat); font-weight: 700;
  text-decoration: underline; }
.copied { border-bottom: 2px dotted currentColor; }
.n { opacity: .5; }
@media print { .s1, .s2, .s3, .s4 { print-color-adjust: exact; } }
"""


def page(explanation: Explanation, title: str, model: str, vocabulary_size: int) -> str:
    """Return the page."""
    legend = ", ".join(
        f'<i class="s{step}">&nbsp;{escape(range_)}&nbsp;</i>' for step, range_ in enumerate(RANGES)
    )
    copies = explanation.copies
    told = "The model has no index of its corpus." if copies is None else f"{described(copies)}."
    content = _CONTENT.format(
        model=escape(one_line(model, _NAME)),
        legend=legend,
        nats=explanation.mean,
        uniform=math.log(vocabulary_size),
        copies=escape(inert(told[:1].upper() + told[1:])),
        text="".join(_lines(explanation)),
        sources=_sources(explanation),
    )
    return html_page(inert(" ".join(title.split())), _STYLE, content)


def _lines(explanation: Explanation) -> Iterator[str]:
    """The text, a paragraph for each line."""
    shown = inert(explanation.text)  # a character for a character: offsets stay
    copied = _copied(explanation.copies or [])
    line: list[str] = []
    for at, character in enumerate(shown):
        if explanation.text[at] == "\n":
            # Its surprise shows as a mark where it is worth one.
            line.append(_span("↵" if level(explanation.surprise[at]) > 2 else "", at, explanation))
            yield f"<p>{''.join(line)}</p>\n"
            line = []
        else:
            line.append(_span(character, at, explanation, copied.get(at)))
    if line:
        yield f"<p>{''.join(line)}</p>\n"


def _span(shown: str, at: int, explanation: Explanation, run: CopiedRun | None = None) -> str:
    """A character with its shade, and a tooltip of its alternatives."""
    if not shown:
        return ""
    nats = explanation.surprise[at]
    name = spelled(explanation.text[at])
    if math.isnan(nats):
        shade, told = "n", f"{name}: the model does not know this character"
    else:
        shade = f"s{level(nats)}"
        expected = ", ".join(f"{spelled(c)} {percent(p)}" for c, p in explanation.alternatives[at])
        told = f"{name} {percent(math.exp(-nats))}, {nats:.2f} nats. Expected: {expected}"
    if run is not None:
        shade += " copied"
        told += ". Copied" + (f" from {one_line(run.document, _NAME)}" if run.document else "")
    return f'<i class="{shade}" title="{escape(told)}">{escape(shown)}</i>'


def _copied(runs: list[CopiedRun]) -> dict[int, CopiedRun]:
    """The run that each copied character belongs to, by its offset."""
    return {at: run for run in runs for at in range(run.start, run.start + run.length)}


def _sources(explanation: Explanation) -> str:
    """A list of what is copied, and from where."""
    if not explanation.copies:
        return ""
    rows = []
    for run in explanation.copies:
        words = " ".join(explanation.text[run.start : run.start + run.length].split())
        source = f" ({one_line(run.document, _NAME)})" if run.document else ""
        quoted = inert(words if len(words) <= _QUOTED else f"{words[:_QUOTED]}…")
        rows.append(f"<li>{escape(quoted)}{escape(source)}</li>\n")
    return f'<h2>Passages that stand in its corpus</h2>\n<ul class="note">\n{"".join(rows)}</ul>\n'
