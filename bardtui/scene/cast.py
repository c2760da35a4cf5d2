"""The cast of a scene: its roles, and who writes each of them.

The cast is a property of the scene and is saved with it. A scene without a cast is free text.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.script import MAX_CUE_LENGTH, Speech, is_cue, is_name, parse, split_cue
from bardtui.settings import TEMPERATURES

Player = Literal["writer", "model"]

PROPERTY = "cast"  # the property of a scene that holds the cast
MAX_ROLES = 100
_RECENT = 20_000  # characters at the end of a scene that decide who is speaking
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # a name, never a path


@dataclass(frozen=True)
class Role:
    """A speaker, and who writes their speeches.

    `model` and `temperature` apply to this role only; None means the settings of the panes. A
    muted role gets no turn. Raises SceneError if the name cannot be a cue, the model is not a
    plain name, or the temperature is out of range.
    """

    name: str
    player: Player = "model"
    model: str | None = None
    temperature: float | None = None
    muted: bool = False

    def __post_init__(self) -> None:
        if not self.name:
            raise SceneError("write a role's name, such as OLD ANN")
        is_usable = is_cue(self.cue) or is_name(self.cue)
        if len(self.cue) > MAX_CUE_LENGTH or not is_usable or split_cue(self.cue)[1]:
            raise SceneError(
                f"{self.name[:MAX_CUE_LENGTH]!r} cannot be a role's name: write it like OLD ANN"
            )
        if self.model is not None and not _MODEL_NAME.fullmatch(self.model):
            raise SceneError("a role's model is not the name of a model")
        low, high = TEMPERATURES
        if self.temperature is not None and not low <= self.temperature <= high:
            raise SceneError(f"a temperature is between {low:g} and {high:g}")

    @property
    def cue(self) -> str:
        """The line that starts a speech of this role."""
        return f"{self.name}:"


@dataclass(frozen=True)
class Cast:
    """The roles of a scene in the order of the list. Their names differ."""

    roles: tuple[Role, ...] = ()

    def __post_init__(self) -> None:
        names = [role.name for role in self.roles]
        if len(set(names)) < len(names):
            raise SceneError("there is already a role with this name")
        if len(names) > MAX_ROLES:
            raise SceneError(f"a cast has at most {MAX_ROLES} roles")

    @classmethod
    def of(cls, scene: Scene) -> "Cast":
        """Return the cast of a scene; see `read`."""
        return cls.read(scene)[0]

    @classmethod
    def read(cls, scene: Scene) -> tuple["Cast", str]:
        """Return the cast of a scene, and one line about what of it had to be left out.

        The file of a scene may hold anything. An invalid role is left out. A model that is not
        a plain name is replaced by the chosen one, and a temperature is moved into its range. The
        line is empty if nothing was left out.
        """
        value = scene.properties.get(PROPERTY)
        entries = value if isinstance(value, list) else []
        roles: dict[str, Role] = {}
        modelless = []
        for entry in entries[:MAX_ROLES]:
            role = _role(entry)
            if role is not None and role.name not in roles:
                roles[role.name] = role
                if entry.get("model") is not None and role.model is None:
                    modelless.append(role.name)
        return cls(tuple(roles.values())), _left_out(len(entries) - len(roles), modelless)

    def keep(self, scene: Scene) -> None:
        """Save this cast in a scene."""
        scene.set(PROPERTY, [asdict(role) for role in self.roles])

    def __getitem__(self, name: str) -> Role:
        return next(role for role in self.roles if role.name == name)

    def with_role(self, role: Role, instead_of: str | None = None) -> "Cast":
        """Return the cast with `role` added, or put in the place of another role."""
        if instead_of is None:
            return Cast((*self.roles, role))
        return Cast(tuple(role if r.name == instead_of else r for r in self.roles))

    def without(self, name: str) -> "Cast":
        """Return the cast without a role."""
        return Cast(tuple(role for role in self.roles if role.name != name))

    def with_speakers(self, text: str) -> "Cast":
        """Return the cast with the speakers of `text` added; see `with_names`."""
        return self.with_names(speakers(text))

    def lacking(self, text: str) -> tuple[str, ...]:
        """Return who speaks in the last 20,000 characters of a text but has no role."""
        return tuple(
            role.name for role in self.with_speakers(text[-_RECENT:]).roles[len(self.roles) :]
        )

    def with_names(self, names: Iterable[str]) -> "Cast":
        """Return the cast with roles of these names added; names that cannot be cues are left out.

        If the writer has no role yet, the first new one is the writer's. All others are the
        model's.
        """
        cast = self
        for name in dict.fromkeys(names):
            taken = any(role.player == "writer" for role in cast.roles)
            role = _role({"name": name, "player": "model" if taken else "writer"})
            if len(cast.roles) >= MAX_ROLES or role is None:
                continue
            if not any(other.name == name for other in cast.roles):
                cast = cast.with_role(role)
        return cast


def speakers(text: str) -> Iterable[str]:
    """Return the speaker of every speech in order."""
    return (block.speaker for block in parse(text) if isinstance(block, Speech))


def is_speaking(before: str, role: Role) -> bool:
    """Return whether `before` ends in a speech of the role that an empty line has not ended."""
    blocks = parse(before[-_RECENT:])
    last = blocks[-1] if blocks else None
    return isinstance(last, Speech) and last.speaker == role.name and not before.endswith("\n\n")


def new_cue(before: str, role: Role) -> str:
    """Return the role's cue in a new paragraph after `before`."""
    breaks = len(before) - len(before.rstrip("\n"))
    return "\n" * max(0, 2 - breaks if before else 0) + role.cue + "\n"


def cue_to_add(before: str, role: Role) -> str:
    """Return what must follow `before` for the role to speak: its cue in a new paragraph, or at
    most a newline if the role is speaking already."""
    if is_speaking(before, role):
        return "" if before.endswith("\n") else "\n"
    return new_cue(before, role)


def _role(entry: Any) -> Role | None:
    """Return the role in a JSON value, as far as it is valid; None if it is not a role."""
    if not isinstance(entry, dict):
        return None
    name, player, muted = entry.get("name"), entry.get("player", "model"), entry.get("muted", False)
    if not isinstance(name, str) or player not in ("writer", "model") or type(muted) is not bool:
        return None
    model, temperature = entry.get("model"), entry.get("temperature")
    if not isinstance(model, str) or not _MODEL_NAME.fullmatch(model):
        model = None
    if isinstance(temperature, int | float) and not isinstance(temperature, bool):
        temperature = min(max(temperature, TEMPERATURES[0]), TEMPERATURES[1])
    else:
        temperature = None
    try:
        return Role(name, player, model, temperature, muted)
    except SceneError:
        return None


def _left_out(roles: int, modelless: list[str]) -> str:
    found = []
    if roles:
        found.append(f"{roles:,} invalid {'role was' if roles == 1 else 'roles were'} left out")
    if modelless:
        names = ", ".join(modelless[:3]) + (", ..." if modelless[3:] else "")
        found.append(f"the cast names no valid model for {names}: the chosen model writes")
    return "; ".join(found)
