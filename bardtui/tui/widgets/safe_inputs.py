"""Input widgets whose text is safe to show: see `bardtui.escaping.typed`."""

from dataclasses import replace

from textual import events
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from bardtui.escaping import LINE_BREAK, is_safe, remove_controls, typed


class SafeTextArea(TextArea):
    """A text area that cleans what is typed and pasted."""

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; all typing and pasting comes through here."""
        row, column = edit.top
        before = self.document.get_line(row)[:column]
        text = typed(LINE_BREAK.sub("\n", edit.text), before)
        return super().edit(replace(edit, text=text))

    async def on_key(self, event: events.Key) -> None:
        if character := _character(event):
            self.replace(character, *self.selection, maintain_selection_offset=False)


class SafeInput(Input):
    """A one-line input that cleans what is typed and pasted."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Change the text; all typing and pasting comes through here."""
        line = LINE_BREAK.sub("\n", text).replace("\n", " ").replace("\t", " ")
        super().replace(typed(remove_controls(line), self.value[: min(start, end)]), start, end)

    async def on_key(self, event: events.Key) -> None:
        if character := _character(event):
            self.replace(character, *self.selection)


def _character(event: events.Key) -> str:
    """A typed character that Textual does not insert, such as a joiner; it is ours then.

    Textual inserts only what Python calls printable, but some languages need more.
    """
    character = event.character or "\n"
    if event.is_printable or character in "\n\t" or not is_safe(character):
        return ""
    event.stop()
    event.prevent_default()
    return character
