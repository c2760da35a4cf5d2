"""A plot of the losses of a run."""

from textual.content import Content
from textual.widget import Widget

from bardtui.plot import Plot, plot
from bardtui.workshop.progress import Progress

_EDGE = 7  # columns for the largest and the smallest value
_STYLES = ("bold $cue", "$writer")  # of the held-out and of the training loss


class LossPlot(Widget):
    """The held-out loss as a solid line, the training loss as a dotted one."""

    DEFAULT_CSS = """
    LossPlot {
        border: round $foreground 25%;
        border-title-color: $cue;
        border-subtitle-color: $text-muted;
    }
    """

    def __init__(self) -> None:
        super().__init__(id="plot")
        self._progress = Progress()
        self.border_title = "Loss"

    def show(self, progress: Progress) -> None:
        """Show the losses of a run."""
        self._progress = progress
        held_out = progress.curves.held_out
        now = f"  held-out {held_out[-1][1]:.3f}" if held_out else ""
        self.border_title = Content.assemble("Loss", (now, "bold $cue"))
        self.border_subtitle = "held-out solid, training dotted" if held_out else ""
        self.refresh()

    def render(self) -> Content:
        width, height = self.content_size
        curves = self._progress.curves
        drawn = plot([curves.held_out, curves.training], width - _EDGE - 1, height)
        if drawn is None:
            return Content.styled("The losses show here once training begins.", "$text-muted")
        return Content("\n").join(_row(drawn, number) for number in range(height))


def _row(drawn: Plot, number: int) -> Content:
    edges = {len(drawn.rows) - 1: drawn.low, 0: drawn.high}
    edge = f"{edges[number]:.3f}" if number in edges else ""
    cells = zip(drawn.rows[number], drawn.lines[number], strict=True)
    return Content.assemble(
        (edge.rjust(_EDGE), "$text-muted"),
        " ",
        *((cell, _STYLES[line] if line >= 0 else "") for cell, line in cells),
    )
