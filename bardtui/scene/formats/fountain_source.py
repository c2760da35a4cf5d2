"""Open Fountain files as scenes, and write such scenes back as they were.

The text of a scene that was opened from a Fountain file is the file's text, with Fountain's own
marks, such as "> THE END <", "# Act" or "[[note]]". Only a character's name gets a colon, which
makes it a cue: "TOM (O.S.)" becomes "TOM (O.S.):". So the model, the cast and the transcript know
who speaks. What else would look like a cue is forced: "!" before action, a space before dialogue.
The title page is kept as a property of the scene.

The export undoes this. An unchanged scene gives the file back, except that forced and indented
names are written plainly where they may be, and a line of one space is an empty line.
"""

import re

from bardtui.escaping import inert
from bardtui.scene.formats.shared import title_of
from bardtui.scene.scene import OPENED, Scene
from bardtui.scene.script import Speech, is_cue_line, parse, split_cue

PROPERTY = "fountain"  # the property of a scene that holds the title page and the file's title

_NOT_BREAK = re.compile(r"[^\n]")
CUT, NOTE = "\x01", "\x02"  # in place of hidden characters; no text has them
_ONE_SPACE = re.compile(r"^ $", re.MULTILINE)
# Keys, with values in the same line or indented below; at least one key has one. Each line can be
# matched in one way only, since backtracking over several takes exponential time.
_TITLE_PAGE = re.compile(r"(?:(?! {3}|\t)[^:\n]+:.*(?:\n|\Z)(?:(?: {3}|\t).+(?:\n|\Z))*)+")
_VALUE = re.compile(r":[ \t]*\S|^(?: {3}|\t)[^\S\n]*\S", re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*(.*(?:\n(?: {3}|\t).*)*)", re.IGNORECASE | re.MULTILINE)
_EMPHASIS = re.compile(r"\\(.)|[*_]")
_MARKS = re.compile(r"\\(?=[*_\\])|[*_]")
HEADING_LIKE = re.compile(r"(?:INT|EXT|EST|I/E)[ ./]")


def scene_from_fountain(title: str, source: str) -> Scene:
    """Return a new scene with the text of a Fountain file, all of it the writer's.

    The scene gets the file's title, or else the given one.
    """
    page, body = _split(source)
    found = _TITLE.search(page)
    own = _EMPHASIS.sub(r"\1", " ".join(found[1].split())) if found else ""
    scene = Scene(own or title)
    scene.set(PROPERTY, {"page": page, "title": scene.title})
    if body:
        scene.add("writer", to_text(body), reason=OPENED)
    return scene


def is_from_fountain(scene: Scene) -> bool:
    """Return whether the text of a scene has Fountain's marks."""
    return isinstance(scene.properties.get(PROPERTY), dict)


def source_of(scene: Scene) -> str:
    """Return a scene that was opened from a Fountain file in Fountain again."""
    kept = scene.properties.get(PROPERTY)
    title = kept.get("title") if isinstance(kept, dict) else ""
    page, body = page_of(scene), body_of(scene)
    named = f"Title: {escaped(title_of(scene))}"
    if scene.title != title and _TITLE.search(page):
        page = _TITLE.sub(lambda _: named, page, count=1)
    elif scene.title != title or (not page and _split(body)[0]):
        # A first line such as "Harbour: night" would be read as a title page.
        page = f"{named}\n{page}".rstrip("\n")
    return "\n\n".join(filter(None, [page.rstrip("\n"), body.rstrip("\n")])) + "\n"


def page_of(scene: Scene) -> str:
    """Return the title page of the Fountain file that a scene was opened from; "" without one."""
    kept = scene.properties.get(PROPERTY)
    page = kept.get("page") if isinstance(kept, dict) else ""
    return inert(page) if isinstance(page, str) else ""


def body_of(scene: Scene) -> str:
    """Return the text of a scene that was opened from a Fountain file in Fountain again."""
    return to_source(inert(scene.text))


def to_text(body: str) -> str:
    """Return the text of a scene for a Fountain file without its title page."""
    body = _ONE_SPACE.sub("", body)
    lines, hidden = body.split("\n"), masked(body).split("\n")
    is_blank = [True, *(not line.strip(CUT) for line in hidden), True]  # around each line
    result, in_dialogue = list[str](), False
    for index, (line, shown) in enumerate(zip(lines, hidden, strict=True)):
        opens, is_last = is_blank[index], is_blank[index + 2]
        cue = _cue(shown) if opens and not is_last else ""
        in_dialogue = not is_blank[index + 1] and (
            in_dialogue or is_character(shown, opens, is_last)
        )
        if cue and is_cue_line(cue, not index or not lines[index - 1]):
            line = cue
        elif is_cue_line(shown, opens):
            line = f" {line}" if in_dialogue else f"!{line}"
        result.append(line)
    return "\n".join(result)


def to_source(text: str) -> str:
    """Return the text of such a scene as Fountain."""
    hidden, parts, at = masked(text), list[str](), 0
    for block in parse(hidden):
        source = text[at : at + len(block.source)]
        at += len(source)
        if isinstance(block, Speech):
            if parts and not parts[-1].endswith("\n\n"):
                parts.append("\n")
            spoken = source.partition("\n")[2]
            cue = character(*split_cue(block.cue))
            source = f"{cue}\n{spoken}" if spoken.strip("\n") else f"{cue}\n  \n{spoken}"
        parts.append(source)
    return "".join(parts)


def character(name: str, extension: str) -> str:
    """Return the line that Fountain reads as a character's name."""
    plain = name.isascii() and name.isupper() and not HEADING_LIKE.match(name)
    return ("" if plain else "@") + name + extension


def escaped(text: str) -> str:
    """Return a text without meaning for Fountain: neither emphasis nor a note."""
    text = _MARKS.sub(r"\\\g<0>", text)
    return text.replace("[[", "[\u2060[").replace("[[", "[\u2060[")


def _cue(line: str) -> str:
    """Return the cue for a line that may name a character; "" if it names nobody."""
    line = line.strip()
    if not is_character(line, True, False):
        return ""
    return f"{line.removeprefix('@').lstrip()}:"


def is_character(line: str, opens: bool, is_last: bool) -> bool:
    """Return whether Fountain reads a line as a character's name."""
    if not opens or is_last or line.endswith("  "):
        return False
    if line.startswith("@"):
        return len(line) > 1
    return not line.startswith("!") and line.split("(", 1)[0].isupper()


def masked(text: str) -> str:
    """Return the text with a sign for every character that Fountain hides, but for line breaks.

    Hidden are the boneyard, which is cut text between "/*" and "*/", and notes in "[[" and "]]",
    which end with their paragraph.
    """
    cuts, cut_ends = _Next(text, "/*"), _Next(text, "*/")
    notes, note_ends, gaps = _Next(text, "[["), _Next(text, "]]"), _Next(text, "\n\n")
    parts, at, end = list[str](), 0, 0
    while (begin := min(cuts.after(at), notes.after(at))) < len(text):
        is_cut = begin == cuts.after(at)
        close = (cut_ends if is_cut else note_ends).after(begin + 2)
        at = begin + 1
        if close == len(text) or (not is_cut and gaps.after(begin) < close):
            continue
        at = close + 2
        hidden = _NOT_BREAK.sub(CUT if is_cut else NOTE, text[begin:at])
        parts += [text[end:begin], hidden]
        end = at
    return "".join([*parts, text[end:]])


class _Next:
    """Where a mark stands next in a text. Any number of questions, forward, takes one search."""

    def __init__(self, text: str, mark: str) -> None:
        self._text, self._mark, self._found = text, mark, -1

    def after(self, at: int) -> int:
        """Return the offset of the next mark from an offset on; the text's length if none is left.

        The offsets asked for must not fall.
        """
        if self._found < at:
            found = self._text.find(self._mark, at)
            self._found = len(self._text) if found < 0 else found
        return self._found


def _split(source: str) -> tuple[str, str]:
    """Return the title page of a file, which may be empty, and the rest."""
    page, _, body = source.partition("\n\n")
    is_page = _TITLE_PAGE.fullmatch(page) is not None and _VALUE.search(page) is not None
    return (page, body) if is_page else ("", source)
