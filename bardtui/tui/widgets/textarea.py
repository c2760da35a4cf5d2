"""A text area whose text is safe to show."""

from dataclasses import replace

from textual import events
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult

from bardtui.escaping import LINE_BREAK, is_safe, typed


class SafeTextArea(TextArea):
    """A text area that cleans what is typed and pasted: see `bardtui.escaping.typed`."""

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; all typing and pasting comes through here."""
        row, column = edit.top
        before = self.document.get_line(row)[:column]
        text = typed(LINE_BREAK.sub("\n", edit.text), before)
        return super().edit(replace(edit, text=text))

    async def on_key(self, event: events.Key) -> None:
        """Type characters that Textual does not, such as joiners, though languages need them."""
        character = event.character or "\n"
        if not event.is_printable and character not in "\n\t" and is_safe(character):
            event.stop()
            event.prevent_default()
            self.replace(character, *self.selection, maintain_selection_offset=False)
