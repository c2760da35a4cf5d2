"""Export a scene to Final Draft (FDX), an XML format.

Each line of dialogue is a paragraph of its own. Lyrics are in italics, sections are levels of the
outline, synopses are summaries, and notes are script notes of the paragraph before them.
"""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, indent, tostring

from bardtui.scene.elements import IN_SPEECH, Element, Kind, Line, Run
from bardtui.scene.formats.shared import Options, xml_text
from bardtui.scene.scene import Scene
from bardtui.scene.script_elements import elements_of
from bardtui.scene.title_page import TitlePage, title_page_of

_TYPES: dict[Kind, str] = {
    "heading": "Scene Heading",
    "action": "Action",
    "text": "Action",
    "character": "Character",
    "parenthetical": "Parenthetical",
    "dialogue": "Dialogue",
    "lyrics": "Dialogue",
    "transition": "Transition",
    "centred": "Action",
    "synopsis": "Summary",
}
_LINES_BEFORE_TITLE = 14


def to_fdx(scene: Scene, options: Options) -> str:
    """Return the visible text as a Final Draft document with a title page."""
    root = Node("FinalDraft", DocumentType="Script", Template="No", Version="1")
    _Content(SubElement(root, "Content")).add(elements_of(scene))
    page = SubElement(SubElement(root, "TitlePage"), "Content")
    _title_page(page, title_page_of(scene, options))
    indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>'
    return f"{declaration}\n{tostring(root, encoding='unicode')}\n"


class _Content:
    """Writes elements as paragraphs."""

    def __init__(self, content: Node) -> None:
        self._content = content
        self._new_page = False

    def add(self, elements: Iterable[Element]) -> None:
        parent, speech = self._content, 0  # where a speech goes on, and its paragraphs so far
        for element in elements:
            if element.kind == "page break":
                self._new_page = True
            elif element.kind == "note":
                self._note(element)
            else:
                if element.kind == "character":
                    is_pair = element.dual and speech and parent is self._content
                    parent, speech = self._dual(speech) if is_pair else self._content, 0
                elif element.kind not in IN_SPEECH:
                    parent, speech = self._content, 0
                self._paragraph(parent, element)
                speech += element.kind == "character" or speech > 0

    def _dual(self, length: int) -> Node:
        """Put the last paragraphs into one for two speeches side by side, and return that."""
        paragraphs = self._content[-length:]
        del self._content[-length:]
        both = SubElement(SubElement(self._content, "Paragraph"), "DualDialogue")
        both.extend(paragraphs)
        return both

    def _paragraph(self, parent: Node, element: Element) -> None:
        kind = _TYPES.get(element.kind) or f"Outline {element.level}"
        paragraph = SubElement(parent, "Paragraph", Type=kind)
        if element.kind == "centred":
            paragraph.set("Alignment", "Center")
        if element.number:
            paragraph.set("Number", xml_text(element.number))
        if self._new_page:
            paragraph.set("StartsNewPage", "Yes")
            self._new_page = False
        lines = element.lines
        if element.extension:
            lines = ((*lines[0], Run(f" {element.extension}")),)
        _texts(paragraph, lines, italic=element.kind == "lyrics")

    def _note(self, element: Element) -> None:
        last = next(reversed(self._content), None)
        if last is None or (len(last) and last[0].tag == "DualDialogue"):
            last = SubElement(self._content, "Paragraph", Type="Action")
        _texts(SubElement(SubElement(last, "ScriptNote"), "Paragraph"), element.lines)


def _texts(paragraph: Node, lines: Sequence[Line], *, italic: bool = False) -> None:
    for index, line in enumerate(lines):
        end = "\n" if index + 1 < len(lines) else ""
        runs = line or (Run(""),)
        for run in runs:
            styles = {
                "Bold": run.bold,
                "Italic": run.italic or italic,
                "Underline": run.underline,
            }
            text = SubElement(paragraph, "Text")
            if style := "+".join(name for name, is_set in styles.items() if is_set):
                text.set("Style", style)
            text.text = xml_text(run.text) + end * (run is runs[-1])


def _title_page(content: Node, page: TitlePage) -> None:
    lines: list[tuple[str, Line]] = [("Center", ())] * _LINES_BEFORE_TITLE
    lines += [("Center", page.title), ("Center", ())]
    lines += [("Center", line) for line in page.below]
    lines += [("Left", ())] * 4 + [("Left", line) for line in page.foot]
    for alignment, line in lines:
        _texts(SubElement(content, "Paragraph", Alignment=alignment), (line,))
