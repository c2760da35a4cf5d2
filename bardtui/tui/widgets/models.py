"""The pane of models: which there are, which is in use, which cannot be used and why."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.tui.widgets.rows import ListPane, Rows, distinct, spread, wrapped

_FOOT = Content.styled("F10 trains a model", Style.from_meta({"@click": "app.train"}))
_KEYS = "space card · Del deletes"
_IN_USE, _LOADING, _BROKEN, _PLAIN = "● ", "◌ ", "✗ ", "  "


class ModelEntry(NamedTuple):
    """A model as the pane shows it. Texts are shown as they are, never as markup."""

    name: str
    parameters: int | None
    """Number of trained values."""
    corpus: str
    """What it was trained on, in a word or two."""
    bundled: bool
    """Ships with the program; otherwise it is the user's own."""
    error: str | None
    """Why it cannot be used."""
    sample: str = ""
    """A line that it wrote."""


class ModelsPane(ListPane):
    """The models, two rows each; Enter or a click picks one. A third row shows what the highlighted
    one writes, while the pane has the focus.

    A broken model can be read but not picked: trying posts `Refused` with the whole reason, which
    the pane itself shows in two rows at most.
    """

    DEFAULT_CSS = """
    ModelsPane { height: auto; }
    """

    BINDING_GROUP_TITLE = "The models"
    BINDINGS = [
        Binding("up", "cursor_up", "The model above", show=False, id="models.up"),
        Binding("down", "cursor_down", "The model below", show=False, id="models.down"),
        Binding("enter", "select", "Write with this model", show=False, id="models.pick"),
        Binding("space", "card", "See the model's card", show=False, id="models.card"),
        Binding("delete", "delete", "Delete the model", show=False, id="models.delete"),
        Binding("insert", "restore", "Bring the last one back", show=False, id="models.restore"),
    ]

    class Picked(Message):
        """The writer picked a model that can be used."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Refused(Message):
        """The writer tried to pick a broken model."""

        def __init__(self, name: str, reason: str) -> None:
            super().__init__()
            self.name = name
            self.reason = reason

    class CardWanted(Message):
        """The writer wants to see a model's card."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class DeleteWanted(Message):
        """The writer wants a model to be deleted."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class RestoreWanted(Message):
        """The writer wants the model back that was deleted last."""

    def __init__(self, entries: Sequence[ModelEntry] | None = (), *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.border_title = "Model"
        self.border_subtitle = _FOOT
        self._entries: list[ModelEntry] = []
        self._current: str | None = None
        self._loading: str | None = None
        self._deleted: str | None = None
        self._sampled: str | None = None
        """The model whose sample shows."""
        if entries is not None:  # None: they are not known yet
            self.set_entries(entries)

    @property
    def entries(self) -> Sequence[ModelEntry]:
        """The models shown, in their order."""
        return self._entries

    def set_entries(self, entries: Iterable[ModelEntry]) -> None:
        """Show these models, in this order. The highlight stays on its name, or at its place.

        Nothing moves if the models are the same.
        """
        entries = list(entries)
        if entries and entries == self._entries:
            return
        kept, place = self._name_at(self.highlighted) or self._current, self.highlighted or 0
        self._entries = entries
        self.clear_options()
        if entries:
            ids = distinct(entry.name for entry in entries)
            self.add_options(map(Option, map(self._prompt, entries), ids))
        else:
            self.add_option(Option(Content("No model yet: F10 trains one"), disabled=True))
        self._highlight(kept, place)

    def set_current(self, name: str | None) -> None:
        """Mark the model in use."""
        before, self._current = self._current, name
        self._redraw(before, name)
        if not self.has_focus:
            self._highlight(name)

    def set_loading(self, name: str | None) -> None:  # type: ignore[override]
        """Mark the model that is being loaded, or none.

        Replaces the widget's own, which would cover all of the models with an indicator.
        """
        before, self._loading = self._loading, name
        self._redraw(before, name)

    def set_deleted(self, name: str | None) -> None:
        """Offer to bring back the model that was deleted last, or nothing."""
        self._deleted = name
        self._show_keys(focused=self.has_focus)

    def on_focus(self) -> None:
        self._show_keys(focused=True)
        self._show_sample(self._name_at(self.highlighted))

    def on_blur(self) -> None:
        self._show_keys(focused=False)
        self._show_sample(None)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.has_focus:
            self._show_sample(self._name_at(self.highlighted))

    def _show_sample(self, name: str | None) -> None:
        """Show a line that this model wrote, or no model's."""
        before, self._sampled = self._sampled, name
        if name != before:
            self._redraw(before, name)

    def _show_keys(self, *, focused: bool) -> None:
        if self._deleted:
            self.border_subtitle = f"Ins brings {visible(self._deleted)} back"
        else:
            self.border_subtitle = _KEYS if focused else _FOOT

    def action_card(self) -> None:
        if (name := self._name_at(self.highlighted)) is not None:
            self.post_message(self.CardWanted(name))

    def action_delete(self) -> None:
        if (name := self._name_at(self.highlighted)) is not None:
            self.post_message(self.DeleteWanted(name))

    def action_restore(self) -> None:
        self.post_message(self.RestoreWanted())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        entry = self._entries[event.option_index]
        if entry.error is None:
            self.post_message(self.Picked(entry.name))
        else:
            self.post_message(self.Refused(entry.name, entry.error))

    def _name_at(self, index: int | None) -> str | None:
        return None if index is None or not self._entries else self._entries[index].name

    def _highlight(self, name: str | None, place: int = 0) -> None:
        """Highlight the model of that name, or else the one at a place."""
        names = [entry.name for entry in self._entries]
        if names:
            self.highlighted = names.index(name) if name in names else min(place, len(names) - 1)

    def _redraw(self, *names: str | None) -> None:
        for index, entry in enumerate(self._entries):
            if entry.name in names:
                self.replace_option_prompt_at_index(index, self._prompt(entry))

    def _prompt(self, entry: ModelEntry) -> Rows:
        if entry.error is not None:
            return Rows(lambda width: _broken_rows(entry, width))
        in_use, loading = entry.name == self._current, entry.name == self._loading
        sample = entry.sample if entry.name == self._sampled else ""
        return Rows(lambda width: _rows(entry, width, sample, in_use=in_use, loading=loading))


def _rows(
    entry: ModelEntry, width: int, sample: str, *, in_use: bool, loading: bool
) -> list[Content]:
    mark = _LOADING if loading else _IN_USE if in_use else _PLAIN
    name = Content.styled(mark + visible(entry.name), "bold $cue" if in_use else "")
    size = Content("" if entry.parameters is None else short_count(entry.parameters))
    details = "loading…" if loading else _details(entry, width - len(_PLAIN))
    return [
        spread(name, size, width),
        Content.styled(_PLAIN + details, "$foreground-muted").truncate(width, ellipsis=True),
        *(
            Content.assemble(_PLAIN, line).stylize("italic $foreground-muted")
            for line in wrapped(Content(sample), width - len(_PLAIN), rows=2)
            if sample
        ),
    ]


def _broken_rows(entry: ModelEntry, width: int) -> list[Content]:
    name = Content.styled(_BROKEN + visible(entry.name), "$foreground-muted")
    reason = wrapped(Content(visible(entry.error or "")), width - len(_PLAIN), rows=2)
    return [
        name.truncate(width, ellipsis=True),
        *(Content.assemble(_PLAIN, line).stylize("$foreground-muted") for line in reason),
    ]


def _details(entry: ModelEntry, width: int) -> str:
    """Return what the model was trained on, and "yours" where there is room."""
    corpus = Content(visible(entry.corpus))
    whose = "" if entry.bundled else "yours · "
    if len(whose) + corpus.cell_length > width:
        whose = ""
    return whose + corpus.truncate(max(0, width), ellipsis=True).plain


def short_count(parameters: int) -> str:
    """A number of parameters as people say it: 812, 45 k, 3.3 M."""
    if parameters < 1_000:
        return str(parameters)
    if parameters < 100_000:
        return f"{parameters / 1_000:.0f} k"
    return f"{parameters / 1_000_000:.1f} M"
