"""A preview of a scene's text beside a list or a tree."""

from bardtui.scene.excerpt import Runs
from bardtui.scene.find import Span
from bardtui.tui.marks import Mark
from bardtui.tui.widgets.transcript import Transcript


class ScenePreview(Transcript):
    """A text to look at. It can be scrolled, and a part of it can be marked."""

    DEFAULT_CSS = """
    ScenePreview {
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        & > .transcript--chosen { background: $block-cursor-background; }
        &:nocolor > .transcript--chosen { text-style: bold; }
        &:focus { border: round $border; }
        &:nocolor:focus { border: heavy $border; }
    }
    """
    ALLOW_SELECT = False

    def show(self, title: str, runs: Runs, mark: Mark = "hit", marked: Span | None = None) -> None:
        """Show a text with its end in view, or with a part that is marked."""
        self.border_title, self._hint = title, ("(no text)",)
        self.border_subtitle = ""
        self.set_passages(runs)
        self.mark(mark, [marked] if marked else [])
        self.follow = marked is None
        if marked:
            above = self._text.row_at(marked[0]) - self.size.height // 3
            self._place = self._text.row_span(max(0, above))[0]
            self._settle()

    def tell(self, text: str) -> None:
        """Show a message instead of a text."""
        self.border_title, self._hint = "", (text,)
        self.border_subtitle = ""
        self.set_passages([])
