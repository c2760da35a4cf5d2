"""The settings a person writes, and what the program remembers."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
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

# --- settings.toml


def settings(folder: Path, text: str | bytes) -> Settings:
    path = folder / "settings.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Settings.load(path)


def test_without_a_file_everything_is_as_on_the_first_day(home: Path) -> None:
    assert Settings.load(home / "settings.toml") == Settings()
    assert settings(home, "") == Settings()


def test_what_is_set_is_taken(home: Path) -> None:
    text = 'theme = "nord"\ntext_width = 100\ntop_k = 20\ntop_p = 0.9\n'
    assert settings(home, text) == Settings("nord", 100, 20, 0.9)
    assert settings(home, "top_p = 1") == Settings(top_p=1)
    assert settings(home, "suggestions = false") == Settings(suggestions=False)


def test_keys_are_taken_with_quotation_marks_and_without(home: Path) -> None:
    known = Settings(keys={"stage.retry": "f5", "line.send": "f9,ctrl+l"})
    assert settings(home, '[keys]\n"stage.retry" = "f5"\n"line.send" = "f9,ctrl+l"') == known
    assert settings(home, '[keys]\nstage.retry = "f5"\nline.send = "f9,ctrl+l"') == known
    deep = settings(home, "[keys]\n" + "a." * 2_000 + 'a = "f5"').keys
    assert list(deep.values()) == ["f5"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'thme = "nord"',
            "unknown key 'thme'; known: theme, text_width, top_k, top_p, suggestions, keys",
        ),
        ("suggestions = 1", "suggestions must be like True"),
        ('keys = "f5"', "keys must be like {}"),
        ("[keys]\nstage.retry = 5", "keys: 'stage.retry' must be like \"f5\""),
        ('[keys]\n"\\u001b[2J" = []', r"keys: '\x1b[2J' must be like"),
        ("[theme]\nname = 1", "theme must be like ''"),
        ("theme = 1", "theme must be like ''"),
        ('text_width = "80"', "text_width must be like 80"),
        ("text_width = 80.0", "text_width must be like 80"),
        ("text_width = true", "text_width must be like 80"),
        ("text_width = 19", "text_width must be from 20 to 1000"),
        ("text_width = 1001", "text_width must be from 20 to 1000"),
        ("top_k = -1", "top_k must be from 0"),
        ("top_k = 2147483648", "top_k must be from 0"),
        ("top_k = false", "top_k must be like 0"),
        ("top_p = 0", "top_p must be above 0"),
        ("top_p = 1.01", "top_p must be above 0"),
        ("top_p = nan", "top_p must be above 0"),
        ("top_p = true", "top_p must be like 1.0"),
        ("top_p = ", "Invalid value"),
        ("\x1b[2J = 1", "settings.toml: "),
        (b"theme = '\xff'", "settings.toml: "),
        ("theme = " + "[" * 5_000, "settings.toml: "),
    ],
)
def test_what_cannot_be_is_told(home: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(home, text)
    assert told in str(caught.value)
    assert str(home / "settings.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(home: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load(home)


# --- remembered.json


@hypothesis.settings(deadline=None)
@given(
    model=st.text(),
    temperature=st.floats(*TEMPERATURES),
    length=st.integers(*LENGTHS),
    pace=st.floats(*PACES) | st.just(math.inf),
    rule=st.sampled_from(STOPS),
)
def test_what_was_in_use_is_remembered(
    tmp_path_factory: pytest.TempPathFactory, **values: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "remembered.json"
    remembered = Remembered(theme="nord", **values)
    remembered.save(path)
    assert Remembered.load(path) == remembered
    json.loads(path.read_text(), parse_constant=pytest.fail)  # what every JSON reader reads


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("temperature", [0, 0.09, 2.1, -1, 10**400, math.nan, math.inf, "0.8", None, True, []]),
        ("length", [0, -1, 20_001, 10**400, 1e308, 400.5, math.nan, math.inf, "400", None, True]),
        ("pace", [0, 9.9, 1_001, 10**400, math.nan, -math.inf, "120", True, {}]),
        ("model", [7, None, True, ["shakespeare"], {}]),
        ("rule", ["", "scene", "Line", 7, None, ["line"], {}]),
        ("theme", [7, None]),
    ],
)
def test_what_is_damaged_is_as_on_the_first_day(home: Path, key: str, values: list[Any]) -> None:
    path = home / "remembered.json"
    for value in values:
        path.write_text(json.dumps({"model": "mine", "length": 77, key: value}))
        known = Remembered(model="mine", length=77)
        assert Remembered.load(path) == replace(known, **{key: getattr(Remembered(), key)})


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b"\0" * 50, b"[" * 100_000, b"9" * 5_000],
)
def test_garbage_is_as_on_the_first_day(home: Path, content: bytes) -> None:
    path = home / "remembered.json"
    path.write_bytes(content)
    assert Remembered.load(path) == Remembered()
    assert Remembered.load(home) == Remembered()
    assert Remembered.load(home / "nothing") == Remembered()


def test_keys_of_another_version_are_passed_over(home: Path) -> None:
    path = home / "remembered.json"
    path.write_text(json.dumps({"colour": "gold", "length": 12, "pace": None}))
    assert Remembered.load(path) == Remembered(length=12, pace=math.inf)
