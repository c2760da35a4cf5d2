"""The scenes on disk, latest first, and a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bardtui.tui.glyphs import visible
from bardtui.tui.screens.dialog import Dialog
from bardtui.tui.widgets.rows import Rows, spread, wrapped


@dataclass(frozen=True)
class SceneItem:
    """A scene file as the list shows it."""

    path: Path
    title: str
    modified: float
    """When it was last written, in seconds since the epoch."""
    size: int
    """Bytes on disk."""
    error: str | None = None
    """Why it cannot be opened."""


@dataclass(frozen=True)
class OpenScene:
    """The answer: open this file."""

    path: Path


@dataclass(frozen=True)
class NewScene:
    """The answer: begin a new scene."""


SceneChoice = OpenScene | NewScene


class ScenesScreen(Dialog[SceneChoice | None]):
    """Lists scenes; dismissed with `OpenScene`, `NewScene`, or None.

    A scene that cannot be read is listed with its reason and cannot be opened.
    """

    DEFAULT_CSS = """
    ScenesScreen {
        & #box { width: 72; padding: 0 1; }
        & #scenes {
            height: auto;
            max-height: 70vh;
            border: none;
            padding: 0;
            background: transparent;
            scrollbar-size-vertical: 1;
            &:focus { background-tint: transparent; }
            & > .option-list--option { padding: 0 1; }
        }
        & #refusal { display: none; height: auto; max-height: 3; padding: 0 1; }
        & #refusal.-shown { display: block; }
        &.-tall #scenes { margin: 1 0; }
        &.-short #scenes { max-height: 50vh; }
        &.-tiny #scenes { max-height: 1fr; height: 1fr; }
    }
    """

    BINDINGS = [Binding("n", "new", "New scene")]
    AUTO_FOCUS = "#scenes"

    def __init__(self, scenes: Sequence[SceneItem]) -> None:
        super().__init__()
        self._scenes = sorted(scenes, key=lambda scene: scene.modified, reverse=True)

    def compose(self) -> ComposeResult:
        now = datetime.now()
        with Vertical(id="box") as box:
            box.border_title = "Scenes"
            box.border_subtitle = "Enter opens · n new · esc back"
            yield OptionList(
                Option(Rows(_new_rows)),
                *(Option(_prompt(scene, now)) for scene in self._scenes),
                id="scenes",
                markup=False,
            )
            yield Static(id="refusal", classes="error")

    def on_mount(self) -> None:
        if self._scenes:
            self.query_one(OptionList).highlighted = 1

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._refuse("")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_index == 0:
            self.dismiss(NewScene())
            return
        scene = self._scenes[event.option_index - 1]
        if scene.error is None:
            self.dismiss(OpenScene(scene.path))
        else:
            self._refuse(scene.error)

    def action_new(self) -> None:
        self.dismiss(NewScene())

    def _refuse(self, reason: str) -> None:
        refusal = self.query_one("#refusal", Static)
        refusal.update(Content(visible(reason)))
        refusal.set_class(bool(reason), "-shown")


def _new_rows(width: int) -> list[Content]:
    return [Content.styled("+ New scene", "bold $cue").truncate(width, ellipsis=True)]


def _prompt(scene: SceneItem, now: datetime) -> Rows:
    return Rows(lambda width: _rows(scene, now, width))


def _rows(scene: SceneItem, now: datetime, width: int) -> list[Content]:
    title = Content(visible(scene.title) or "untitled")
    when = Content.styled(
        f"{ago(scene.modified, now)} · {in_bytes(scene.size)}", "$foreground-muted"
    )
    if scene.error is None:
        return [spread(title, when, width)]
    first = spread(Content.assemble("✗ ", title).stylize("$foreground-muted"), when, width)
    reason = wrapped(Content(visible(scene.error)), width - 2, rows=1)
    return [
        first,
        *(Content.assemble("  ", line).stylize("$foreground-muted") for line in reason),
    ]


def ago(timestamp: float, now: datetime) -> str:
    """When, as people say it: today with the time, then the day, then with the year."""
    try:
        then = datetime.fromtimestamp(timestamp)
    except (OverflowError, OSError, ValueError):  # a clock that was far off when it was written
        return "some day"
    days = (now.date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    if days == 1:
        return f"yesterday {then:%H:%M}"
    month = f"{then.day} {then:%b}"
    return month if then.year == now.year else f"{month} {then.year}"


def in_bytes(size: int) -> str:
    """A file size in the largest unit that keeps it above one."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
