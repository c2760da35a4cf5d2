"""Names of cells are kept for a model's weights, and read back as data."""

import json

import pytest

from bardtui import paths
from bardtui.model.cell_names import NamedCell, load_names, save_names

SHA, OTHER = "a" * 64, "b" * 64
NAMES = (NamedCell(2, 466, "direction", True), NamedCell(1, 0, "cue", False))


def test_names_are_kept_for_one_model() -> None:
    save_names(SHA, NAMES)
    assert load_names(SHA) == NAMES
    assert load_names(OTHER) == load_names("") == load_names("../x") == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 60_000, b"x" * 70_000])
def test_a_damaged_file_has_no_names(content: bytes) -> None:
    path = save_names(SHA, NAMES)
    path.write_bytes(content)
    assert load_names(SHA) == ()


def test_a_file_for_other_weights_has_no_names() -> None:
    save_names(OTHER, NAMES).rename(paths.cells_dir() / f"{SHA}.json")
    assert load_names(SHA) == ()


def test_entries_that_are_not_valid_are_left_out() -> None:
    path = save_names(SHA, NAMES)
    values = json.loads(path.read_text())
    cell = values["cells"][0]
    wrong: list[object] = [None, [], {}, cell | {"layer": 0}, cell | {"cell": -1}]
    wrong += [cell | {"cell": 1e9}, cell | {"layer": True}, cell | {"name": ""}]
    wrong += [cell | {"name": 5}, cell | {"cell": 10**30}]
    values["cells"] += [*wrong, cell | {"name": "\x1b[2J" + "x" * 500}]
    path.write_text(json.dumps(values))
    *names, last = load_names(SHA)
    assert tuple(names) == NAMES
    assert last.name.isprintable()
    assert len(last.name) <= 30
    values["cells"] = [cell] * 500
    path.write_text(json.dumps(values))
    assert len(load_names(SHA)) == 100
