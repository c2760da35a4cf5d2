"""Who plays whom: the roles of a scene, and whose turn it is.

A cast is kept as a property of its scene, so it is saved with it. A scene without one is free text.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.script import MAX_CUE_LENGTH, Speech, is_cue, is_name, parse

Player = Literal["writer", "model"]

PROPERTY = "cast"  # of a scene
MAX_ROLES = 100
_RECENT = 20_000  # characters of a scene that say whose turn it is


@dataclass(frozen=True)
class Role:
    """A speaker, and who speaks for them.

    `model` and `temperature` are those that this role is written with; None: those of the panes.
    A muted role is never given the word. Raises SceneError for a name that no cue can be made of.
    """

    name: str
    player: Player = "model"
    model: str | None = None
    temperature: float | None = None
    muted: bool = False

    def __post_init__(self) -> None:
        if len(self.cue) > MAX_CUE_LENGTH or not (is_cue(self.cue) or is_name(self.cue)):
            raise SceneError(f"{self.name!r} cannot be a role's name: capitals, such as OLD ANN")
        if self.temperature is not None and not 0.01 <= self.temperature <= 10:
            raise SceneError("a temperature is between 0.01 and 10")

    @property
    def cue(self) -> str:
        """The line that gives them the word."""
        return f"{self.name}:"


@dataclass(frozen=True)
class Cast:
    """The roles of a scene, in the order in which they are listed; names differ."""

    roles: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        names = [role.name for role in self.roles]
        if len(set(names)) < len(names):
            raise SceneError("there is a role of that name already")
        if len(names) > MAX_ROLES:
            raise SceneError(f"a cast has at most {MAX_ROLES} roles")

    @classmethod
    def of(cls, scene: Scene) -> "Cast":
        """The cast that a scene holds; an empty one where it holds none, or none that makes sense
        (a scene's file is anyone's to write)."""
        value = scene.properties.get(PROPERTY)
        try:
            return cls(tuple(_role(entry) for entry in value)) if isinstance(value, list) else cls()
        except SceneError:
            return cls()

    def keep(self, scene: Scene) -> None:
        """Make it the scene's cast."""
        scene.set(PROPERTY, [asdict(role) for role in self.roles])

    def __getitem__(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)

    def with_role(self, role: Role, instead_of: str | None = None) -> "Cast":
        """The cast with one role more, or with `role` in the place of another."""
        if instead_of is None:
            return Cast((*self.roles, role))
        return Cast(tuple(role if r.name == instead_of else r for r in self.roles))

    def without(self, name: str) -> "Cast":
        """The cast without a role."""
        return Cast(tuple(role for role in self.roles if role.name != name))

    def with_speakers(self, text: str) -> "Cast":
        """The cast and, behind it, those who speak in `text` and are not in it yet: the writer
        plays whoever spoke first where nobody is the writer's yet, the model the others."""
        cast = self
        for name in dict.fromkeys(speakers(text)):
            if len(cast.roles) >= MAX_ROLES or any(role.name == name for role in cast.roles):
                continue
            taken = any(role.player == "writer" for role in cast.roles)
            cast = cast.with_role(Role(name, "model" if taken else "writer"))
        return cast

    def turn(self, player: Player, text: str) -> Role | None:
        """Which of a player's roles has the word after `text`, None where there is none.

        It is whoever has been silent longest, but for who spoke last: two take turns, and three
        go round. A writer who is in mid-speech goes on with it.
        """
        roles = [role for role in self.roles if role.player == player and not role.muted]
        if not roles:
            return None
        spoken = list(speakers(text[-_RECENT:]))
        if player == "writer" and spoken and any(role.name == spoken[-1] for role in roles):
            return self[spoken[-1]]
        latest = {name: at for at, name in enumerate(spoken)}
        return min(roles, key=lambda role: latest.get(role.name, -1))


def speakers(text: str) -> Iterable[str]:
    """Who speaks, speech by speech."""
    return (block.speaker for block in parse(text) if isinstance(block, Speech))


def is_speaking(before: str, role: Role) -> bool:
    """Whether `before` ends in a speech of the role's that nothing has ended yet."""
    blocks = parse(before[-_RECENT:])
    last = blocks[-1] if blocks else None
    return isinstance(last, Speech) and last.speaker == role.name and not before.endswith("\n\n")


def cue_to_add(before: str, role: Role) -> str:
    """What is to be added to `before` so that the role speaks next: its cue in a paragraph of its
    own, or nothing where it is speaking already."""
    if is_speaking(before, role):
        return "" if before.endswith("\n") else "\n"
    breaks = len(before) - len(before.rstrip("\n"))
    return "\n" * max(0, 2 - breaks if before else 0) + role.cue + "\n"


def _role(entry: Any) -> Role:
    """A role as JSON holds it. Raises SceneError for anything else."""
    if not isinstance(entry, dict):
        raise SceneError("a role is a mapping")
    kinds: dict[str, tuple[type, ...]] = {
        "name": (str,),
        "player": (str,),
        "model": (str, type(None)),
        "temperature": (int, float, type(None)),
        "muted": (bool,),
    }
    values = {f.name: entry[f.name] for f in fields(Role) if f.name in entry}
    if "name" not in values or any(type(v) not in kinds[k] for k, v in values.items()):
        raise SceneError("a role has a name, a player, and settings of its own")
    if values.get("player", "model") not in ("writer", "model"):
        raise SceneError("a role is played by the writer or by the model")
    return replace(Role(values["name"]), **values)
