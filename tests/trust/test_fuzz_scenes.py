"""Fuzzing of scenes: any journal is read or refused, and what is read leaves in every format."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bardtui.escaping import inert
from bardtui.scene.cast import MAX_ROLES, PROPERTY, Cast
from bardtui.scene.export import TEXT_FORMATS, export, scene_from_text, to_text
from bardtui.scene.formats.fountain_source import PROPERTY as FOUNTAIN
from bardtui.scene.formats.fountain_source import scene_from_fountain, source_of
from bardtui.scene.formats.json import scene_from_json, to_json
from bardtui.scene.journal import Journal
from bardtui.scene.journal_reader import SUFFIX, read_scene
from bardtui.scene.library import list_scenes
from bardtui.scene.scene import Scene, SceneError
from bardtui.scene.scene_search import Query, SceneSearch
from bardtui.scene.script import parse, split_directions, unparse
from bardtui.writing.turns import next_role
from tests.trust.fuzzing import ANY_JSON, ANY_TEXT, NASTY, NUMBERS, fuzz, is_one_line

EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["passage", "text", "end", "head", "set"]) | ANY_JSON},
    optional={
        "id": st.integers(-1, 4) | ANY_JSON,
        "parent": st.none() | st.integers(0, 4),
        "at": st.none() | st.integers(-1, 9) | ANY_JSON,
        "author": st.sampled_from(["writer", "model"]) | ANY_JSON,
        "text": NASTY | ANY_JSON,
        "reason": ANY_TEXT | ANY_JSON,
        "settings": ANY_JSON,
        "random_seed": NUMBERS,
        "name": st.sampled_from(["title", "cast"]) | ANY_JSON,
        "value": NASTY | ANY_JSON,
        "jump": st.booleans(),
        "back": st.booleans(),
    },
)
_HEADERS = st.fixed_dictionaries(
    {"bardtui": st.just("scene"), "version": st.sampled_from([1, 1, 1, 1, 2, 0, True, 10**400])},
    optional={"title": NASTY | ANY_JSON, "created": ANY_TEXT | ANY_JSON},
)


def _journal(header: Any, events: list[Any], end: bytes) -> bytes:
    return b"\n".join(json.dumps(line).encode() for line in [header, *events]) + end


_JOURNALS = st.builds(
    _journal,
    _HEADERS | ANY_JSON,
    st.lists(EVENTS | ANY_JSON, max_size=8),
    st.sampled_from([b"\n", b"", b"\n{", b"\n\xff\n", b"\r\n"]),
)


@fuzz(_JOURNALS | st.binary(max_size=80))
def test_any_journal_is_read_or_refused_and_leaves_in_every_format(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{SUFFIX}"
        path.write_bytes(content)
        (listed,) = list_scenes(Path(folder))
        try:
            scene, report = read_scene(path)
        except SceneError as error:
            is_one_line(error)
            return
        assert listed.broken is None or report
        for format in TEXT_FORMATS:
            export(scene, format)
        search = SceneSearch()
        search.counts(path)
        search.find(path, Query("ann"))
        journal, opened, _ = Journal.open(path)
        journal.close()
        again, _ = read_scene(path)
        assert again.text == opened.text == scene.text


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


@fuzz(st.lists(_ROLE, max_size=4) | ANY_JSON)
def test_any_stored_cast_is_a_valid_cast(value: Any) -> None:
    scene = Scene("One")
    try:
        scene.set(PROPERTY, value)
    except SceneError as error:  # a number that is none
        is_one_line(error)
    cast = Cast.of(scene)
    assert len(cast.roles) <= MAX_ROLES
    for role in cast.roles:
        assert role.player in ("writer", "model")
        assert role.temperature is None or 0.1 <= role.temperature <= 2
        assert "\n" not in role.cue
    assert next_role(cast, "ANN:\nYes.\n", "model") in (None, *cast.roles)


_EXPORTED = st.fixed_dictionaries(
    {
        "bardtui": st.just("scene"),
        "version": st.sampled_from([1, 1, 1, 2, 0, True]),
        "title": ANY_TEXT,
        "created": st.none() | ANY_TEXT,
        "events": st.lists(EVENTS, max_size=6),
    }
)


@fuzz(_EXPORTED.map(json.dumps) | ANY_JSON.map(json.dumps) | ANY_TEXT)
def test_any_exported_scene_is_read_or_refused(text: str) -> None:
    try:
        scene = scene_from_json(text)
    except SceneError as error:
        is_one_line(error)
    else:
        again = scene_from_json(to_json(scene))
        assert again.text == scene.text
        assert list(again.events()) == list(scene.events())


@fuzz(ANY_TEXT | st.text("A:\n\r[] b", max_size=40))
def test_an_exported_text_opens_as_the_same_text(text: str) -> None:
    text = text.replace("\r", "\n").removeprefix("\ufeff")  # neither is text to a file of text
    scene = Scene("One")
    scene.add("writer", text)
    left = to_text(scene)
    assert left.rstrip("\n") == inert(text).rstrip("\n")
    assert to_text(scene_from_text("One", left)) == left


@fuzz(st.lists(st.text("AB: \n[]x.é\u2028\t", max_size=12), max_size=6))
def test_any_text_is_parsed_as_a_script_and_back(parts: list[str]) -> None:
    text = "".join(parts)
    blocks = parse(text)
    assert unparse(blocks) == text
    for block in blocks:
        for line in block.lines:
            assert "".join(part for part, _ in split_directions(line)) == line
    assert parse(unparse(blocks)) == blocks


_FOUNTAIN = st.lists(
    st.sampled_from(
        [*["Title:", "   ", "\t", "a: b", "\n", "\n\n", "TOM", "@Tom", "(O.S.)", "Yes.", "TOM:"]]
        + [*["[[", "]]", "/*", "*/", "# Act", "> THE END <", "!", "~", ".", "^", "INT. HALL", "  "]]
    )
    | NASTY,
    max_size=30,
).map("".join)


@fuzz(_FOUNTAIN)
def test_any_fountain_file_opens_and_what_it_leaves_as_opens_as_the_same(source: str) -> None:
    scene = scene_from_fountain("One", source)
    left = source_of(scene)
    again = scene_from_fountain("One", left)
    assert source_of(again) == left


@fuzz(ANY_JSON | st.fixed_dictionaries({"page": NASTY | ANY_JSON, "title": ANY_JSON}), _FOUNTAIN)
def test_any_stored_title_page_leaves(value: Any, text: str) -> None:
    scene = Scene("One")
    try:
        scene.set(FOUNTAIN, value)
    except SceneError as error:  # a number that is none
        is_one_line(error)
    scene.add("writer", text)
    export(scene, "fountain").encode()
