"""What anyone may have written into a file of ours is taken, or refused in one line."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bardtui.scene.cast import MAX_ROLES, PROPERTY, Cast
from bardtui.scene.export import scene_from_text, to_text
from bardtui.scene.formats.tree import scene_from_json, to_json
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.script import parse, split_directions, unparse
from bardtui.settings import (
    LENGTHS,
    PACES,
    STOPS,
    TEMPERATURES,
    Remembered,
    Settings,
    SettingsError,
)
from bardtui.tui.app import BardApp
from bardtui.tui.keys import _bindings, _kinds, keymap
from bardtui.tui.screens.stage import StageScreen

on_disk = settings(deadline=None)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
NUMBERS = st.integers() | st.floats() | st.integers(-2, 1_100)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


def written(content: str | bytes) -> Path:
    """A file that holds this, for as long as the tests run."""
    file = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115
    with file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    return Path(file.name)


def is_one_line(error: Exception) -> None:
    """What goes wrong is told in a line that a terminal can show, and a person read."""
    assert str(error).isprintable()
    assert 0 < len(str(error)) < 2_000


# -- settings.toml and what is remembered ----------------------------------------------------------

_NAMES = st.sampled_from(["theme", "text_width", "top_k", "top_p", "suggestions", "keys", "Theme"])


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return "nan" if math.isnan(value) else str(value)
        case str():
            return json.dumps(value.encode("utf-8", "replace").decode())
        case dict():
            inner = (f"{_toml(name)} = {_toml(entry)}" for name, entry in value.items())
            return "{" + ", ".join(inner) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value)


_TABLES = st.dictionaries(_NAMES, ANY_JSON.filter(lambda value: value is not None), max_size=4)
_LINES = _TABLES.map(lambda t: "\n".join(f"{name} = {_toml(v)}" for name, v in t.items()))


@on_disk
@given(_LINES | ANY_TEXT | st.binary(max_size=60))
@example("top_p = inf")
@example("top_k = 99999999999999999999")
@example("theme = '''\n\n'''")
@example("keys = {a = {b = {c = 1}}}")
@example("\ufefftheme = 'nord'")
def test_settings_are_taken_or_refused_in_one_line(content: str | bytes) -> None:
    path = written(content)
    try:
        loaded = Settings.load(path)
    except SettingsError as error:
        is_one_line(error)
    else:
        assert isinstance(loaded.theme, str)
        assert 20 <= loaded.text_width <= 1_000
        assert 0 <= loaded.top_k < 2**31
        assert 0 < loaded.top_p <= 1
        assert all(isinstance(keys, str) for keys in loaded.keys.values())
    finally:
        path.unlink()


_IDS = sorted({b.id for kind in _kinds() for b in _bindings(kind) if b.id})
_KEYS = st.sampled_from(["f5", "ctrl+r", "^z", "x", "shift+up", "ctrl+", "+", ",", "tab", "ENTER"])


@given(st.dictionaries(st.sampled_from(_IDS) | ANY_TEXT, _KEYS | ANY_TEXT, max_size=3))
@example({"stage.retry": ""})
@example({"stage.retry": ",,"})
@example({"stage.retry": "ctrl+ctrl+ctrl+r"})
def test_keys_are_bound_or_refused_in_one_line(wanted: dict[str, str]) -> None:
    try:
        bound = keymap(wanted, StageScreen, BardApp)
    except SettingsError as error:
        is_one_line(error)
    else:
        assert bound.keys() == wanted.keys()
        assert all(key for keys in bound.values() for key in keys.split(","))


_REMEMBERED = st.dictionaries(
    st.sampled_from(["model", "temperature", "length", "pace", "rule", "theme"]),
    ANY_JSON | st.sampled_from([*STOPS, math.inf, 10**400, -0.0, 5e-324]),
)


@on_disk
@given(_REMEMBERED.map(json.dumps) | ANY_JSON.map(json.dumps) | st.binary(max_size=60))
def test_what_is_remembered_is_always_fit_to_start_with(content: str | bytes) -> None:
    path = written(content)
    try:
        it = Remembered.load(path)
    finally:
        path.unlink()
    assert isinstance(it.model, str)
    assert isinstance(it.theme, str)
    assert TEMPERATURES[0] <= it.temperature <= TEMPERATURES[1]
    assert type(it.length) is int
    assert LENGTHS[0] <= it.length <= LENGTHS[1]
    assert PACES[0] <= it.pace <= PACES[1] or it.pace == math.inf
    assert it.rule in STOPS


# -- scenes ----------------------------------------------------------------------------------------

_ROLE = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["ANN", "BEN", "First Citizen", "A\nB", ""]) | ANY_JSON,
        "player": st.sampled_from(["writer", "model"]) | ANY_JSON,
        "model": st.none() | ANY_JSON,
        "temperature": st.none() | NUMBERS,
        "muted": st.booleans() | ANY_JSON,
        "more": ANY_JSON,
    },
)


@given(st.lists(_ROLE, max_size=4) | ANY_JSON)
def test_a_cast_that_anyone_wrote_is_one_or_none(value: Any) -> None:
    scene = Scene("One")
    try:
        scene.set(PROPERTY, value)
    except SceneError as error:  # a number that is none
        is_one_line(error)
    cast = Cast.of(scene)
    assert len(cast.roles) <= MAX_ROLES
    for role in cast.roles:
        assert role.player in ("writer", "model")
        assert role.temperature is None or 0.01 <= role.temperature <= 10
        assert "\n" not in role.cue
    assert cast.turn("model", "ANN:\nYes.\n") in (None, *cast.roles)


_EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["passage", "text", "end", "head", "set"]) | ANY_JSON},
    optional={
        "id": st.integers(-1, 4) | ANY_JSON,
        "parent": st.none() | st.integers(0, 4),
        "at": st.none() | st.integers(-1, 9) | ANY_JSON,
        "author": st.sampled_from(["writer", "model"]) | ANY_JSON,
        "text": ANY_TEXT | ANY_JSON,
        "reason": ANY_TEXT | ANY_JSON,
        "settings": ANY_JSON,
        "random_seed": NUMBERS,
        "name": st.sampled_from(["title", "cast"]) | ANY_JSON,
        "value": ANY_JSON,
        "jump": st.booleans(),
        "back": st.booleans(),
    },
)
_EXPORTED = st.fixed_dictionaries(
    {
        "bardtui": st.just("scene"),
        "version": st.sampled_from([1, 1, 1, 2, 0, True]),
        "title": ANY_TEXT,
        "created": st.none() | ANY_TEXT,
        "events": st.lists(_EVENT, max_size=6),
    }
)


@given(_EXPORTED.map(json.dumps) | ANY_JSON.map(json.dumps) | ANY_TEXT)
def test_an_exported_scene_is_read_whole_or_refused_in_one_line(text: str) -> None:
    try:
        scene = scene_from_json(text)
    except SceneError as error:
        is_one_line(error)
    else:
        again = scene_from_json(to_json(scene))
        assert again.text == scene.text
        assert list(again.events()) == list(scene.events())


@given(ANY_TEXT | st.text("A:\n\r[] b", max_size=40))
def test_a_text_that_leaves_opens_as_the_same_text(text: str) -> None:
    text = text.replace("\r", "\n").removeprefix("\ufeff")  # neither is text to a file of text
    scene = Scene("One")
    scene.add("writer", text)
    left = to_text(scene)
    assert left.rstrip("\n") == text.rstrip("\n")
    assert to_text(scene_from_text("One", left)) == left


# -- the grammar of scripts ------------------------------------------------------------------------


@given(st.lists(st.text("AB: \n[]x.é\u2028\t", max_size=12), max_size=6))
def test_any_text_is_cut_into_blocks_and_its_lines_into_parts(parts: list[str]) -> None:
    text = "".join(parts)
    blocks = parse(text)
    assert unparse(blocks) == text
    for block in blocks:
        for line in block.lines:
            assert "".join(part for part, _ in split_directions(line)) == line
    assert parse(unparse(blocks)) == blocks
