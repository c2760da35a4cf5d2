"""The interface and its tests use the public API of Textual only."""

import ast
import inspect
import re
from functools import cache
from pathlib import Path

import pytest
from textual.app import App
from textual.screen import Screen

import bardtui.tui
from bardtui.tui import keys

PACKAGE = Path(inspect.getfile(bardtui.tui)).parent
SOURCES = sorted([*PACKAGE.rglob("*.py"), *Path(__file__).parent.glob("*.py")])
OWN = re.compile(r"(?:self|cls|super\(\))\.(_[a-z]\w*)")
DOCUMENTED = ("os._exit", "_replace")  # the latter is a method of every named tuple
DEFINED = re.compile(r"^    (?:async def |def )?(_[a-z]\w*)\b", re.MULTILINE)


@cache
def private_names(kind: type) -> frozenset[str]:
    """The private names that a class defines, or uses of itself."""
    source = inspect.getsource(kind)
    return frozenset({*OWN.findall(source), *DEFINED.findall(source)})


def test_classes_share_no_private_name_with_textual() -> None:
    keys.keymap({"stage.help": "f1"}, Screen, App)  # imports all dialogs
    for kind in keys.bound_classes():
        bases = [base for base in kind.__mro__ if base.__module__.startswith("textual")]
        taken = frozenset[str]().union(*map(private_names, bases))
        assert not taken & private_names(kind), kind


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_modules_use_no_private_name_of_another_object(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
            assert "._" not in f".{node.module}", node.module
        if isinstance(node, ast.Attribute) and re.fullmatch("_[a-z].*", node.attr):
            used = ast.unparse(node)
            assert OWN.match(used) or used.endswith(DOCUMENTED), used
