"""The rooms of the package and which room may import which, checked from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "bardtui"
ROOT = "(root)"  # the modules directly in bardtui/

# Which rooms a room may import, besides itself and the root modules.
ARROWS: dict[str, set[str]] = {
    ROOT: set(),
    "model": set(),
    "scene": set(),
    "text": {"model"},
    "training": {"model", "text"},
    "keras_files": {"model", "text"},
    "writing": {"model", "scene"},
    "sharing": {"model"},
    "evaluation": {"writing", "model", "text", "scene"},
    "session": {"writing", "model", "scene"},
    "workshop": {"training", "text", "model"},
    "tui": {"session", "workshop", "sharing", "scene", "model"},
    "line_mode": {"session", "scene", "model"},
    "web": set(),
    "benchmark": {"tui", "session", "workshop", "training", "evaluation", "keras_files"}
    | {"writing", "text", "scene", "model", "sharing"},
    "cli": {"session", "training", "evaluation", "keras_files", "writing", "text", "scene"}
    | {"model", "workshop", "sharing", "benchmark", "tui", "line_mode", "web"},
}
# Modules that only start a front end may import it.
ENTRY_POINTS = {"__main__": {"cli", "tui"}}
# The one module of `model` that `text` may import.
SHARED_BY_TEXT = "bardtui.model.vocabulary"

WITH_TEXTUAL = {"tui", "benchmark"}
# Modules with subclasses of Keras's classes. All others import TensorFlow and Keras in functions
# only, because that takes seconds.
WITH_KERAS = {"model/training_lstm.py", "training/muon.py", "training/schedule.py"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(module: Path) -> str:
    parts = module.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ROOT


def room_of(name: str) -> str:
    """The room of a dotted name in the package."""
    first = name.split(".")[1] if "." in name else ""
    return first if (PACKAGE / first).is_dir() and first else ROOT


def imports(tree: ast.AST) -> Iterator[str]:
    """The dotted names that are imported anywhere in a tree, also in functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_at_start(body: list[ast.stmt]) -> Iterator[str]:
    """The dotted names that are imported when a module is, so not in functions or for types."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from imports_at_start(statement.orelse)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from imports(statement)
        else:
            for part in ("body", "orelse", "finalbody", "handlers"):
                yield from imports_at_start(getattr(statement, part, []))


def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def top(name: str) -> str:
    return name.split(".")[0]


def test_every_room_is_in_the_table() -> None:
    assert {room(module) for module in modules()} == ARROWS.keys()


def test_the_arrows_have_no_cycle() -> None:
    left = dict(ARROWS)
    while left:
        free = {name for name, arrows in left.items() if not arrows & left.keys()}
        assert free, f"a cycle among {sorted(left)}"
        left = {name: arrows for name, arrows in left.items() if name not in free}


@pytest.mark.parametrize("name", ARROWS)
def test_a_room_imports_only_where_its_arrows_point(name: str) -> None:
    wrong = []
    for module in modules():
        if room(module) != name:
            continue
        allowed = ARROWS[name] | ENTRY_POINTS.get(module.stem, set()) | {name, ROOT}
        for imported in imports(parsed(module)):
            if top(imported) != "bardtui":
                continue
            too_much = name == "text" and room_of(imported) == "model"
            if room_of(imported) not in allowed or (
                too_much and not imported.startswith(SHARED_BY_TEXT)
            ):
                wrong.append(f"{module.relative_to(PACKAGE)} imports {imported}")
    assert not wrong, "\n".join(wrong)


def test_only_the_terminal_interface_imports_textual() -> None:
    rooms = {room(m) for m in modules() if "textual" in map(top, imports(parsed(m)))}
    assert rooms == WITH_TEXTUAL


def test_only_modules_with_keras_classes_import_tensorflow_at_once() -> None:
    at_once = {
        module.relative_to(PACKAGE).as_posix()
        for module in modules()
        if {"tensorflow", "keras"} & set(map(top, imports_at_start(parsed(module).body)))
    }
    assert at_once == WITH_KERAS
