"""Fuzzing of settings, keys and remembered values: valid, or refused in one line."""

import json
import math
import os
import tempfile
from pathlib import Path

from hypothesis import example
from hypothesis import strategies as st

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
from bardtui.tui.keys import bindings_of, bound_classes, keymap
from bardtui.tui.screens.stage import StageScreen
from tests.trust.fuzzing import ANY_JSON, ANY_TEXT, fuzz, is_one_line, toml


def written(content: str | bytes) -> Path:
    """A new file with this content."""
    descriptor, name = tempfile.mkstemp()
    with os.fdopen(descriptor, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    return Path(name)


_NAMES = st.sampled_from([*Settings._fields, "Theme"])


_TABLES = st.dictionaries(_NAMES, ANY_JSON.filter(lambda value: value is not None), max_size=4)
_LINES = _TABLES.map(lambda t: "\n".join(f"{name} = {toml(v)}" for name, v in t.items()))


@fuzz(_LINES | ANY_TEXT | st.binary(max_size=60))
@example("top_p = inf")
@example("top_k = 99999999999999999999")
@example("theme = '''\n\n'''")
@example("keys = {a = {b = {c = 1}}}")
@example("\ufefftheme = 'nord'")
def test_any_settings_are_read_or_refused(content: str | bytes) -> None:
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


def ids() -> list[str]:
    """The ids of all bindings."""
    keymap({"stage.retry": "ctrl+r"}, StageScreen, BardApp)  # which imports all dialogs
    bindings = [binding for kind in bound_classes() for binding in bindings_of(kind)]
    return sorted({binding.id for binding in bindings if binding.id})


_KEYS = st.sampled_from(["f5", "ctrl+r", "^z", "x", "shift+up", "ctrl+", "+", ",", "tab", "ENTER"])


_IN_TOML = st.text(max_size=20)  # which cannot hold a lone surrogate


@fuzz(st.dictionaries(st.sampled_from(ids()) | _IN_TOML, _KEYS | _IN_TOML, max_size=3))
@example({"stage.retry": ""})
@example({"stage.retry": ",,"})
@example({"\U000e0100": "f5"})
@example({"stage.retry": "ctrl+ctrl+ctrl+r"})
def test_any_keys_are_bound_or_refused(wanted: dict[str, str]) -> None:
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


@fuzz(_REMEMBERED.map(json.dumps) | ANY_JSON.map(json.dumps) | st.binary(max_size=60))
def test_any_remembered_values_are_valid_or_defaults(content: str | bytes) -> None:
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
