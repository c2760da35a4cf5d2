"""What stands on the title page of a printed script."""

import re
from dataclasses import dataclass

from bardtui.scene.elements import Line, Run, text_of
from bardtui.scene.formats.fountain_source import page_of
from bardtui.scene.formats.shared import Options, author_of, credit_of, title_of
from bardtui.scene.fountain_elements import emphasis
from bardtui.scene.scene import Scene

_ENTRY = re.compile(r"(?! {3}|\t)([^:\n]+):[ \t]*(.*)")
_IN_THE_MIDDLE = ("credit", "author", "authors", "source")


@dataclass(frozen=True, slots=True)
class TitlePage:
    """The title, the lines below it, and the lines at the foot of the page."""

    title: Line
    below: tuple[Line, ...]
    foot: tuple[Line, ...]
    author: str  # for the properties of a file; "" if it is not known


def title_page_of(scene: Scene, options: Options) -> TitlePage:
    """Return the title page of a scene; that of its Fountain file, if it was opened from one."""
    entries = _entries(page_of(scene))
    author = author_of(options)
    if author and "author" not in entries and "authors" not in entries:
        entries["credit"] = entries.get("credit") or [(Run("by"),)]
        entries["author"] = [(Run(author),)]
    below = [line for key in _IN_THE_MIDDLE for line in entries.pop(key, ())]
    titles = entries.pop("title", [])
    title: Line = (Run(title_of(scene)),)
    if titles and " ".join(map(text_of, titles)) == text_of(title):
        title = tuple(run for line in titles for run in (*line, Run(" ")))[:-1]
    foot = [line for lines in entries.values() for line in lines]
    if credit := credit_of(scene):
        foot.append((Run(f"{credit}."),))
    return TitlePage(title, tuple(below), tuple(foot), author)


def _entries(page: str) -> dict[str, list[Line]]:
    """The values of a Fountain title page, line by line, by their keys in small letters."""
    entries, key = dict[str, list[Line]](), ""
    for line in page.split("\n"):
        if found := _ENTRY.fullmatch(line):
            key, line = found[1].strip().lower(), found[2]
            entries.setdefault(key, [])
        if line.strip():
            entries.setdefault(key, []).append(emphasis(line.strip()))
    return entries
