"""The settings that a user writes, and what the program remembers."""

import json
import math
import os
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


def test_without_a_file_the_defaults_apply(home: Path) -> None:
    assert Settings.load(home / "settings.toml") == Settings()
    assert settings(home, "") == Settings()


def test_settings_are_read(home: Path) -> None:
    text = 'theme = "nord"\ntext_width = 100\ntop_k = 20\ntop_p = 0.9\n'
    assert settings(home, text) == Settings("nord", 100, 20, 0.9)
    assert settings(home, "top_p = 1") == Settings(top_p=1)
    assert settings(home, "suggestions = false") == Settings(suggestions=False)
    assert settings(home, 'newcomers = "never"') == Settings(newcomers="never")
    assert settings(home, 'banned = ["forsooth"]') == Settings(banned=("forsooth",))


def test_a_byte_order_mark_and_line_ends_of_windows_are_accepted(home: Path) -> None:
    text = '\ufefftheme = "nord"\r\ntext_width = 100\r\n'
    assert settings(home, text) == Settings("nord", 100)


def test_ids_of_keys_may_be_quoted_or_not(home: Path) -> None:
    known = Settings(keys={"stage.retry": "f5", "line.send": "f9,ctrl+l"})
    assert settings(home, '[keys]\n"stage.retry" = "f5"\n"line.send" = "f9,ctrl+l"') == known
    assert settings(home, '[keys]\nstage.retry = "f5"\nline.send = "f9,ctrl+l"') == known
    deep = settings(home, "[keys]\n" + "a." * 2_000 + 'a = "f5"').keys
    assert list(deep.values()) == ["f5"]


HUGE = "0x" + "f" * 5_000  # Python refuses to print an integer of so many digits
TEXT_WIDTH = "text_width must be a whole number from 20 to 1000"
TOP_K = "top_k must be a whole number from 0 to 2147483647"
TOP_P = "top_p must be a number above 0 and at most 1"
THEME = "theme must be the name of a theme"
KEYS = "keys must be a table, [keys]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'thme = "nord"',
            "unknown key 'thme'; known: theme, text_width, top_k, top_p, min_p, "
            "newcomers, spelling, vary_words, avoid_loops, max_copy, banned, "
            "suggestions, bell, author, word_goal, export_font, model_index, keys",
        ),
        ("newcomers = false", "newcomers must be one of never, seldom, free"),
        ("spelling = 1", "spelling must be true or false"),
        ("vary_words = 1", "vary_words must be true or false"),
        ('avoid_loops = "no"', "avoid_loops must be true or false"),
        ("max_copy = 39", "max_copy must be 0, or a whole number from 40 to 10000"),
        ("max_copy = true", "max_copy must be 0, or a whole number from 40 to 10000"),
        ("min_p = 1.5", "min_p must be a number from 0 to 1"),
        ("min_p = nan", "min_p must be a number from 0 to 1"),
        ('banned = "forsooth"', "banned must be a list of words and phrases"),
        ('banned = [" "]', "banned must be a list of words and phrases"),
        ("banned = [1]", "banned must be a list of words and phrases"),
        ("suggestions = 1", "suggestions must be true or false"),
        ('keys = "f5"', KEYS),
        (f"keys = {HUGE}", KEYS),
        ("[keys]\nstage.retry = 5", "keys: 'stage.retry' must be a text such as \"f5\""),
        (f"[keys]\nstage.retry = {HUGE}", "keys: 'stage.retry' must be a text such as \"f5\""),
        ('[keys]\n"\\u001b[2J" = []', r"keys: '\x1b[2J' must be a text"),
        ("[theme]\nname = 1", THEME),
        ("theme = 1", THEME),
        (f"theme = {HUGE}", THEME),
        (f"theme = [{HUGE}]", THEME),
        (f'theme = "{"x" * 201}"', THEME),
        ('text_width = "80"', TEXT_WIDTH),
        ("text_width = 80.0", TEXT_WIDTH),
        ("text_width = true", TEXT_WIDTH),
        ("text_width = 19", TEXT_WIDTH),
        ("text_width = 1001", TEXT_WIDTH),
        (f"text_width = {HUGE}", TEXT_WIDTH),
        ("text_width = inf", TEXT_WIDTH),
        ("top_k = -1", TOP_K),
        ("top_k = 2147483648", TOP_K),
        ("top_k = false", TOP_K),
        (f"top_k = {HUGE}", TOP_K),
        ("top_k = 1979-05-27", TOP_K),
        ("word_goal = -1", "word_goal must be a whole number from 0 to 1000000"),
        ("top_p = 0", TOP_P),
        ("top_p = 1.01", TOP_P),
        ("top_p = nan", TOP_P),
        ("top_p = inf", TOP_P),
        ("top_p = true", TOP_P),
        (f"top_p = {HUGE}", TOP_P),
        ("top_p = ", "Invalid value"),
        ("top_p = " + "9" * 5_000, "settings.toml: "),
        ("\x1b[2J = 1", "settings.toml: "),
        (b"theme = '\xff'", "settings.toml: "),
        (b"\xff\xfet\0h\0", "settings.toml: "),
        ("theme = " + "[" * 5_000, "settings.toml: "),
        (b"#" * 100_001, "cannot be read: larger than 100,000 bytes"),
    ],
)
def test_what_cannot_be_used_is_one_line(home: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(home, text)
    assert message in str(caught.value)
    assert str(home / "settings.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_or_a_pipe_is_not_read(home: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: a folder"):
        Settings.load(home)
    if hasattr(os, "mkfifo"):
        os.mkfifo(home / "settings.toml")
        with pytest.raises(SettingsError, match="cannot be read: a pipe"):
            Settings.load(home / "settings.toml")


# --- remembered.json


@hypothesis.settings(deadline=None)
@given(
    model=st.text(max_size=200),
    temperature=st.floats(*TEMPERATURES),
    length=st.integers(*LENGTHS),
    pace=st.floats(*PACES) | st.just(math.inf),
    rule=st.sampled_from(STOPS),
)
def test_what_was_in_use_is_saved_and_loaded(
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
        ("model", [7, None, True, ["shakespeare"], {}, "x" * 201]),
        ("rule", ["", "scene", "Line", 7, None, ["line"], {}]),
        ("theme", [7, None]),
    ],
)
def test_a_value_that_is_not_valid_is_the_default(home: Path, key: str, values: list[Any]) -> None:
    path = home / "remembered.json"
    for value in values:
        path.write_text(json.dumps({"model": "mine", "length": 77, key: value}))
        known = Remembered(model="mine", length=77)
        assert Remembered.load(path) == known._replace(**{key: getattr(Remembered(), key)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"\0" * 50,
        b"[" * 100_000,
        b"9" * 5_000,
        b" " * 100_001,
    ],
)
def test_a_damaged_or_missing_file_gives_the_defaults(home: Path, content: bytes) -> None:
    path = home / "remembered.json"
    path.write_bytes(content)
    assert Remembered.load(path) == Remembered()
    assert Remembered.load(home) == Remembered()
    assert Remembered.load(home / "nothing") == Remembered()


def test_unknown_names_are_ignored(home: Path) -> None:
    path = home / "remembered.json"
    path.write_text(json.dumps({"colour": "gold", "length": 12, "pace": None}))
    assert Remembered.load(path) == Remembered(length=12, pace=math.inf)
