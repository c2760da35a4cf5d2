"""Key bindings: the program's own, and those that the settings put in their place.

Every binding of the program has a stable id, by which the settings and `App.set_keymap` name it.
Bindings that mean the same in several places share an id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_ALIASES, KEY_DISPLAY_ALIASES, Keys, format_key, key_to_character
from textual.screen import Screen
from textual.widget import Widget

from bardtui.settings import SettingsError
from bardtui.tui import screens, widgets

_MODIFIERS = {"alt", "ctrl", "hyper", "meta", "shift", "super"}
_KEY_NAMES = {key.value.rpartition("+")[2] for key in Keys if "<" not in key.value}
_KEYS_BY_SYMBOL = {symbol: key for key, symbol in KEY_DISPLAY_ALIASES.items()}
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}


class OwnBindings:
    """Marks a widget class declared with `inherit_bindings=False`.

    Textual keeps no public record of them.
    """


class RebindableApp(App[None]):
    """An app whose keys can be changed by the ids of their bindings."""

    rebound: Mapping[str, str] = {}
    """The keys that replace those of the binding ids."""

    def rebind(self, wanted: Mapping[str, str], stage: type[Screen[Any]]) -> None:
        """Put the `wanted` keys in force. Raises SettingsError as `keymap` does."""
        self.rebound = keymap(wanted, stage, type(self))
        self.set_keymap(dict(self.rebound))


def keymap(
    wanted: Mapping[str, str], stage: type[Screen[Any]], app: type[App[Any]]
) -> dict[str, str]:
    """The `wanted` keys by the ids of their bindings, as `App.set_keymap` takes them.

    Raises SettingsError for an unknown id or key, for a key with two meanings in one place, and for
    a character: on the `stage`, characters are typed into the seed line, except in a pane that has
    characters among its own keys.
    """
    if not wanted:
        return {}
    for package in (screens, widgets):  # many are imported when first shown
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    kinds = list(bound_classes())
    known = {binding.id: None for kind in kinds for binding in bindings_of(kind) if binding.id}
    for id in wanted:
        if id not in known:
            raise SettingsError(f"keys: no binding is called {id!r:.60}; {_known_like(id, known)}")
    keys = {id: ",".join(_key(id, key) for key in text.split(",")) for id, text in wanted.items()}
    for kind in kinds:
        _check_clashes(kind, keys, stage, app)
    return keys


def _known_like(id: str, known: Iterable[str]) -> str:
    """The known ids of the same place, or else the places: all ids are a screenful."""
    place = id.partition(".")[0]
    if there := [name for name in known if name.partition(".")[0] == place]:
        return f"known: {', '.join(there)}"
    places = dict.fromkeys(f"{name.partition('.')[0]}." for name in known)
    return f"ids begin with {', '.join(places)}"


def _check_clashes(
    kind: type[DOMNode], keys: Mapping[str, str], stage: type[Screen[Any]], app: type[App[Any]]
) -> None:
    """Raise SettingsError if `keys` give a key two meanings where a `kind` has the focus."""
    # The panes of the stage have a title in the help; dialogs and their fields have none.
    on_stage = "BINDING_GROUP_TITLE" in vars(kind)
    taken: dict[str, tuple[type[DOMNode], Binding]] = {}
    for place in dict.fromkeys((kind, stage, app) if on_stage else (kind, app)):
        for original in sorted(bindings_of(place), key=lambda binding: binding.id is None):
            for binding in _in_force([original], keys):
                where, other = taken.setdefault(binding.key, (place, binding))
                if where is place and binding.id is None:
                    continue  # a binding of Textual's gives way to ours
                if on_stage and _is_typed(binding.key) and not _is_typed(original.key):
                    shown = repr(format_key(binding.key))
                    raise SettingsError(f"keys: {binding.id}: {shown} is typed into your line")
                if other.id != binding.id and {other.id, binding.id} & keys.keys():
                    both = " and ".join(b.id or repr(b.description) for b in (other, binding))
                    raise SettingsError(f"keys: {binding.key} would be both {both}")


def commands(place: Widget) -> list[Binding]:
    """The actions of the stage or of a pane, each once, with the first of its keys."""
    found: dict[str, Binding] = {}
    for binding in bindings_in_force(place.app, type(place)):
        if binding.id:
            found.setdefault(binding.id, binding)
    return list(found.values())


def key_of(app: App[Any], id: str) -> str:
    """The first key of a binding, as the footer shows it. Raises KeyError for an unknown id."""
    for kind in bound_classes():
        for binding in bindings_in_force(app, kind):
            if binding.id == id:
                return app.get_key_display(binding)
    raise KeyError(id)


def key_groups(stage: Screen[Any]) -> dict[str, list[tuple[str, str]]]:
    """The keys of the stage, its panes and the program, and what they do, for the help.

    The headings are the classes' BINDING_GROUP_TITLE. A binding that several places share is listed
    in the first of them.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    listed: set[str] = set()
    for node in (stage, *stage.walk_children(with_self=False, reverse=True), stage.app):
        if not (title := node.BINDING_GROUP_TITLE) or title in groups:
            continue
        by_id: dict[str, list[Binding]] = {}
        for binding in bindings_in_force(stage.app, type(node)):
            if binding.id and binding.id not in listed:
                by_id.setdefault(binding.id, []).append(binding)
        listed |= by_id.keys()
        groups[title] = [
            (
                ", ".join(dict.fromkeys(map(stage.app.get_key_display, same))),
                same[0].tooltip or same[0].description,
            )
            for same in by_id.values()
        ]
    return groups


def bound_classes() -> Iterator[type[DOMNode]]:
    """Every class of the program that may have bindings."""
    kinds: list[type[DOMNode]] = [DOMNode]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("bardtui."):
            yield kind


@cache  # the footer and the help ask again and again
def bindings_of(kind: type[DOMNode]) -> Sequence[Binding]:
    """A class's bindings: its own, then the inherited ones whose keys it does not bind itself."""
    found: list[Binding] = []
    for base in kind.__mro__:
        taken = {binding.key for binding in found}
        own = Binding.make_bindings(vars(base).get("BINDINGS", ()))
        found += [binding for binding in own if binding.key not in taken]
        if OwnBindings in base.__bases__:
            break
    return found


def bindings_in_force(app: App[Any], kind: type[DOMNode]) -> Iterator[Binding]:
    """A class's bindings with the keys that they have in an app."""
    rebound = app.rebound if isinstance(app, RebindableApp) else {}
    return _in_force(bindings_of(kind), rebound)


def _in_force(bindings: Iterable[Binding], keys: Mapping[str, str]) -> Iterator[Binding]:
    """The bindings, with `keys` in place of the keys of their ids."""
    for binding in bindings:
        if binding.id and binding.id in keys:
            for key in keys[binding.id].split(","):
                yield binding.with_key(key, key_display=None)
        else:
            yield binding


def _is_typed(key: str) -> bool:
    """Whether a key types a character."""
    return (key_to_character(key) or "\n").isprintable()


def _key(id: str, text: str) -> str:
    """The name of a key that is written by its name or as the footer shows it."""
    key = text.strip()
    key = key.lower() if len(key) > 1 else key
    if key[:1] == "^" and len(key) > 1:
        key = f"ctrl+{key[1:]}"
    *modifiers, last = key.split("+")
    last = _KEYS_BY_SYMBOL.get(last, last)
    if not set(modifiers) <= _MODIFIERS or not (last in _KEY_NAMES or _is_typed(last)):
        example = 'keys are written like "f5", "ctrl+r" or "shift+up"'
        raise SettingsError(f"keys: {id}: there is no key {text!r}; {example}")
    key = "+".join((*modifiers, last))
    (binding,) = Binding.make_bindings([(_ALIASES.get(key, key), "", "")])
    return binding.key
