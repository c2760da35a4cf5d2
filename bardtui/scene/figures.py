"""Figures of a scene: words, lines and speeches, by role and by who wrote them."""

from collections import Counter
from dataclasses import dataclass

from bardtui.scene.scene import Scene
from bardtui.scene.script import Speech, parse, split_directions


@dataclass(frozen=True)
class Part:
    """What one role says."""

    name: str
    speeches: int
    lines: int
    words: int


@dataclass(frozen=True)
class Figures:
    """The figures of a scene's visible text.

    `parts` are the roles, those with most words first; stage directions within speeches do not
    count. `other_words` are in directions, headings, cues and prose. `authors` has the words of
    each author: None is the writer, the others are models.
    """

    parts: tuple[Part, ...]
    other_words: int
    authors: tuple[tuple[str | None, int], ...]
    characters: int
    passages: int
    takes: int

    @property
    def words(self) -> int:
        """All words."""
        return self.other_words + sum(part.words for part in self.parts)


def words_in(text: str) -> int:
    """Return the number of words: parts between white space."""
    return len(text.split())


def figures_of(scene: Scene) -> Figures:
    """Count what is in the visible text of a scene."""
    text = scene.text
    speeches, lines, words = Counter[str](), Counter[str](), Counter[str]()
    for block in parse(text):
        if isinstance(block, Speech):
            name = block.speaker
            speeches[name] += 1
            for line in filter(None, map(_spoken, block.lines)):
                lines[name] += 1
                words[name] += words_in(line)
    parts = [Part(name, speeches[name], lines[name], words[name]) for name in speeches]
    authors = Counter[str | None]()
    path = scene.path()
    for passage, length in path:
        for author, run in passage.by_author(length):
            authors[None if author == "writer" else passage.model or "a model"] += words_in(run)
    return Figures(
        parts=tuple(sorted(parts, key=lambda part: -part.words)),
        other_words=words_in(text) - words.total(),
        authors=tuple(authors.most_common()),
        characters=len(text),
        passages=len(path),
        takes=sum(passage.is_take for passage in scene.passages.values()),
    )


def _spoken(line: str) -> str:
    """The line without stage directions in brackets; empty if nothing else is in it."""
    return " ".join(part for part, directs in split_directions(line) if not directs).strip()
