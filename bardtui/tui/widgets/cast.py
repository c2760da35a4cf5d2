"""The cast pane: the roles of the scene, who plays them, and whose turn it is."""

from dataclasses import replace

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bardtui.escaping import visible
from bardtui.scene.cast import Cast, Player, Role
from bardtui.tui.typed_keys import obey
from bardtui.tui.widgets.rows import ListPane, Rows, spread, wrapped

_YOURS, _TURN = "▌", "▸"
_HINT = "No roles: the model writes free text."
_KEYS = "←→ player · space mutes"


class CastPane(ListPane):
    """The roles, one in each row, and below them rows to add some.

    A bar marks the roles that the writer plays, an arrow the role whose turn it is. The pane posts
    `Changed` when it has changed its cast, `Edit` for the dialog of a role, `SpeakersWanted` for
    the speakers of the scene and `PlayWanted` for the cast of a play.
    """

    DEFAULT_CSS = """
    CastPane {
        & > .option-list--option-highlighted { background: transparent; }
        &:focus > .option-list--option-highlighted { background: $block-cursor-background; }
        &:nocolor:focus > .option-list--option-highlighted { text-style: reverse; }
    }
    """

    BINDING_GROUP_TITLE = "The cast"
    # None of them is a letter: letters typed in a pane go to the seed line.
    BINDINGS = [
        Binding("up", "cursor_up", "Role above", show=False, id="cast.up"),
        Binding("down", "cursor_down", "Role below", show=False, id="cast.down"),
        Binding("left", "play('writer')", "Play the role yourself", show=False, id="cast.yours"),
        Binding("right", "play('model')", "Let the model play it", show=False, id="cast.models"),
        Binding("space", "mute", "Mute or unmute the role", show=False, id="cast.mute"),
        Binding("enter", "select", "Change the role", show=False, id="cast.edit"),
        Binding("insert", "add", "Add a role", show=False, id="cast.add"),
        Binding("delete", "remove", "Remove the role", show=False, id="cast.remove"),
    ]

    class Changed(Message):
        """The writer has changed the cast."""

        def __init__(self, cast: Cast) -> None:
            super().__init__()
            self.cast = cast

    class Edit(Message):
        """The writer wants to change a role, or to add one (None). Call `put` with it."""

        def __init__(self, role: Role | None) -> None:
            super().__init__()
            self.role = role

    class SpeakersWanted(Message):
        """The writer wants the speakers of the scene as roles. Call `show` with the new cast."""

    class PlayWanted(Message):
        """The writer wants the cast of a play. Call `show` with the new cast."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._cast = Cast()
        self._turn: str | None = None
        self._lacking: tuple[str, ...] = ()
        self._just_focused = False
        self._list()

    @property
    def cast(self) -> Cast:
        """The cast."""
        return self._cast

    @property
    def role(self) -> Role | None:
        """The highlighted role, if any."""
        at, roles = self.highlighted, self._cast.roles
        return roles[at] if at is not None and at < len(roles) else None

    def show(self, cast: Cast, turn: str | None, lacking: tuple[str, ...] = ()) -> None:
        """Show a cast, whose `turn` it is, and who speaks without a role. The highlight stays on
        its role."""
        if (cast, turn, lacking) == (self._cast, self._turn, self._lacking):
            return
        kept, at = self.role, self.highlighted if self._cast.roles else 0
        self._cast, self._turn, self._lacking = cast, turn, lacking
        self._list(at or 0)
        if kept is not None:
            self._highlight(kept.name)

    def put(self, role: Role, instead_of: str | None = None) -> None:
        """Add a role, or replace another by it. Raises SceneError if the cast cannot have it."""
        self._change(self._cast.with_role(role, instead_of))
        self._highlight(role.name)

    # -- what the writer does ----------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        await obey(self, event)

    def on_focus(self) -> None:
        self._just_focused = True
        self.border_subtitle = _KEYS if self._cast.roles else ""

    def on_blur(self) -> None:
        self.border_subtitle = ""

    def click_option(self, index: int) -> None:
        """Highlight a role at the first click and open it at the second; other rows need one."""
        highlighted = index == self.highlighted and not self._just_focused
        self._just_focused = False
        self.highlighted = index
        if highlighted or index >= len(self._cast.roles):
            self.action_select()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id == "speakers":
            self.post_message(self.SpeakersWanted())
        elif event.option.id == "play":
            self.post_message(self.PlayWanted())
        else:
            self.post_message(self.Edit(self.role))

    def action_add(self) -> None:
        self.post_message(self.Edit(None))

    def action_remove(self) -> None:
        if self.role is not None:
            self._change(self._cast.without(self.role.name))

    def action_play(self, player: Player) -> None:
        """Let the writer or the model play the highlighted role."""
        if self.role is not None and self.role.player != player:
            self._change(self._cast.with_role(replace(self.role, player=player), self.role.name))

    def action_mute(self) -> None:
        """Mute or unmute the highlighted role."""
        if self.role is not None:
            muted = replace(self.role, muted=not self.role.muted)
            self._change(self._cast.with_role(muted, self.role.name))

    def _change(self, cast: Cast) -> None:
        names = {role.name for role in cast.roles}
        self.show(cast, self._turn, tuple(name for name in self._lacking if name not in names))
        self.post_message(self.Changed(cast))

    # -- what shows --------------------------------------------------------------------------------

    def _list(self, at: int = 0) -> None:
        roles = self._cast.roles
        count = {0: "no roles", 1: "1 role"}.get(len(roles), f"{len(roles)} roles")
        self.border_title = Content.assemble("Cast", "  ", (count, "$foreground"))
        self.border_subtitle = _KEYS if roles and self.has_focus else ""
        self.clear_options()
        if roles:
            self.add_options(Option(self._prompt(role), id=f"role {role.name}") for role in roles)
        else:
            self.add_option(Option(Rows(_hint), disabled=True))
        self.add_option(Option(_offer("+ add a role"), id="add"))
        if not roles:
            self.add_option(Option(_offer("+ add the scene's speakers"), id="speakers"))
        elif lacking := self._lacking:
            who = f"+ {len(lacking)} without a role: {', '.join(lacking)}"
            self.add_option(Option(_offer(visible(who)), id="speakers"))
        self.add_option(Option(_offer("+ add the cast of a play"), id="play"))
        self.highlighted = min(at, len(roles)) if roles else 1

    def _highlight(self, name: str) -> None:
        names = [role.name for role in self._cast.roles]
        if name in names:
            self.highlighted = names.index(name)

    def _prompt(self, role: Role) -> Rows:
        turn = role.name == self._turn
        return Rows(lambda width: [_row(role, width, turn=turn)])


def _row(role: Role, width: int, *, turn: bool) -> Content:
    yours = role.player == "writer"
    colour = "$foreground-muted" if role.muted else "$writer" if yours else "$cue"
    left = Content.assemble(
        (_YOURS if yours else " ", colour),
        (_TURN if turn else " ", "bold $foreground"),
        (f" {visible(role.name)}", f"bold {colour}" if turn else colour),
    )
    return spread(left, Content.styled(_how(role), "$foreground-muted"), width)


def _how(role: Role) -> str:
    """Who plays a role, and with which model and temperature."""
    if role.player == "writer":
        return "you, muted" if role.muted else "you"
    if role.muted:
        return "muted"
    temperature = "" if role.temperature is None else f" {role.temperature:.2f}"
    return visible(role.model or "model") + temperature


def _offer(text: str) -> Rows:
    return Rows(lambda width: [Content.styled(text, "$cue").truncate(width, ellipsis=True)])


def _hint(width: int) -> list[Content]:
    return [row.stylize("$foreground-muted") for row in wrapped(Content(_HINT), width, rows=2)]
