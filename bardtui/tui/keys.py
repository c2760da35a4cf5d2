"""The keys in force: the program's own, and the user's instead of them where the settings say so.

Every binding of ours has a stable id, by which the settings name it, and which `App.set_keymap`
knows. Bindings in different places that mean the same share one.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Key
from textual.keys import KEY_ALIASES, KEY_DISPLAY_ALIASES, Keys, format_key, key_to_character
from textual.screen import Screen
from textual.widget import Widget

from bardtui.settings import SettingsError
from bardtui.tui import screens

_MODIFIERS = {"alt", "ctrl", "hyper", "meta", "shift", "super"}
_NAMED = {key.value.rpartition("+")[2] for key in Keys if "<" not in key.value}
_SHOWN = {shown: key for key, shown in KEY_DISPLAY_ALIASES.items()}
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}


def keymap(
    wanted: Mapping[str, str], stage: type[Screen[Any]], app: type[App[Any]]
) -> dict[str, str]:
    """The keys that the user wants, by the ids of their bindings, as `App.set_keymap` takes them.

    Raises SettingsError where an id or a key is none, where a key would have two meanings in the
    same place, and where it is a character: on the `stage` those belong to the line, but in a pane
    that has one of its own for the purpose.
    """
    if not wanted:
        return {}
    for module in iter_modules(screens.__path__, f"{screens.__name__}."):
        import_module(module.name)  # or the bindings of those not asked for yet would be unknown
    kinds = list(_kinds())
    known = {binding.id: None for kind in kinds for binding in _bindings(kind) if binding.id}
    for id in wanted:
        if id not in known:
            raise SettingsError(f"keys: no binding is called {id!r}; known: {', '.join(known)}")
    keys = {id: ",".join(_key(id, key) for key in text.split(",")) for id, text in wanted.items()}
    for kind in kinds:
        # The panes of the stage have a title in the help; a dialog and its fields have none.
        on_stage = "BINDING_GROUP_TITLE" in vars(kind)
        taken: dict[str, tuple[type[DOMNode], Binding]] = {}
        for place in dict.fromkeys((kind, stage, app) if on_stage else (kind, app)):
            for original in sorted(_bindings(place), key=lambda binding: binding.id is None):
                for binding in _in_force([original], keys):
                    where, other = taken.setdefault(binding.key, (place, binding))
                    if where is place and binding.id is None:
                        continue  # the toolkit's own key gives way to ours
                    if on_stage and _is_typed(binding.key) and not _is_typed(original.key):
                        told = f"{format_key(binding.key)!r} is typed into your line"
                        raise SettingsError(f"keys: {binding.id}: {told}")
                    if other.id != binding.id and {other.id, binding.id} & keys.keys():
                        both = " and ".join(b.id or repr(b.description) for b in (other, binding))
                        raise SettingsError(f"keys: {binding.key} would be both {both}")
    return keys


def commands(stage: Screen[Any]) -> list[Binding]:
    """The stage's actions, each once, with the first of its keys."""
    found: dict[str | None, Binding] = {}
    for binding in _in_force(_bindings(type(stage)), stage.app._keymap):
        if binding.id:
            found.setdefault(binding.id, binding)
    return list(found.values())


def actions(node: DOMNode, key: str) -> list[str]:
    """What a key does in a place, by the place's own bindings."""
    bindings = _in_force(_bindings(type(node)), node.app._keymap)
    return [binding.action for binding in bindings if binding.key == key]


def has_use_for(pane: Widget, event: Key) -> bool:
    """Whether a printable key is a pane's own."""
    return bool(actions(pane, event.key)) or (event.character or " ") in getattr(pane, "TYPED", "")


async def obey(pane: Widget, event: Key) -> None:
    """Let a pane have a printable key that is its own, before the stage takes it for the line."""
    if event.is_printable and (does := actions(pane, event.key)):
        event.stop()
        await pane.run_action(does[0])


def key_of(app: App[Any], id: str) -> str:
    """The first key of a binding of the stage or one of its panes, as the footer shows it."""
    for kind in _kinds():
        for binding in _in_force(_bindings(kind), app._keymap):
            if binding.id == id:
                return app.get_key_display(binding)
    raise KeyError(id)


def key_groups(stage: Screen[Any]) -> dict[str, list[tuple[str, str]]]:
    """The keys of the stage, of its panes and of the program, and what they do, for the help.

    A class's BINDING_GROUP_TITLE is the heading; what several places share is told once.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    told: set[str] = set()
    for node in (stage, *stage.walk_children(with_self=False, reverse=True), stage.app):
        if not (title := node.BINDING_GROUP_TITLE) or title in groups:
            continue
        keys: dict[str, list[Binding]] = {}
        for binding in _in_force(_bindings(type(node)), stage.app._keymap):
            if binding.id and binding.id not in told:
                keys.setdefault(binding.id, []).append(binding)
        told |= keys.keys()
        groups[title] = [
            (
                ", ".join(dict.fromkeys(map(stage.app.get_key_display, same))),
                same[0].tooltip or same[0].description,
            )
            for same in keys.values()
        ]
    return groups


def _kinds() -> Iterator[type[DOMNode]]:
    """Every class of ours that may have keys."""
    kinds: list[type[DOMNode]] = [DOMNode]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("bardtui."):
            yield kind


def _bindings(kind: type[DOMNode]) -> list[Binding]:
    """A class's bindings, one for each key: its own, then those of its ancestors."""
    own = list(Binding.make_bindings(kind.BINDINGS))
    keys = {binding.key for binding in own}
    merged = kind._merged_bindings or ()
    return own + [binding for key, binding in merged if key not in keys]


def _in_force(bindings: list[Binding], keys: Mapping[str, str]) -> Iterator[Binding]:
    """The bindings with the user's keys in place of their own."""
    for binding in bindings:
        if binding.id and binding.id in keys:
            for key in keys[binding.id].split(","):
                yield binding.with_key(key, key_display=None)
        else:
            yield binding


def _is_typed(key: str) -> bool:
    """Whether it is the key of a character."""
    return (key_to_character(key) or "\n").isprintable()


def _key(id: str, text: str) -> str:
    """A key's name, from a name or from how the footer shows it."""
    key = text.strip()
    key = key.lower() if len(key) > 1 else key
    if key[:1] == "^" and len(key) > 1:
        key = f"ctrl+{key[1:]}"
    *modifiers, last = key.split("+")
    last = _SHOWN.get(last, last)
    if not set(modifiers) <= _MODIFIERS or not (last in _NAMED or _is_typed(last)):
        example = 'keys are written like "f5", "ctrl+r" or "shift+up"'
        raise SettingsError(f"keys: {id}: there is no key {text!r}; {example}")
    key = "+".join((*modifiers, last))
    (binding,) = Binding.make_bindings([(_ALIASES.get(key, key), "", "")])
    return binding.key
