"""Keys set in the settings, and the keys that the key line, the palette and the help show."""

from collections.abc import Callable
from functools import partial

import pytest
from hosts import Host, press, shown, until
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Button

from bardtui.settings import Settings, SettingsError
from bardtui.tui import keys
from bardtui.tui.app import BardApp
from bardtui.tui.keys import key_groups, keymap
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.help import HelpScreen
from bardtui.tui.screens.stage import StageScreen
from bardtui.tui.screens.takes import TakePane
from bardtui.tui.widgets.cast import CastPane
from bardtui.tui.widgets.models import ModelsPane
from bardtui.tui.widgets.sceneview import SceneView
from bardtui.tui.widgets.searchfield import SearchField
from bardtui.tui.widgets.transcript import Transcript
from tests.tui.conftest import Program


def bound(**wanted: str) -> dict[str, str]:
    """The keymap for `stage__retry="f20"` and the like."""
    wanted = {id.replace("__", "."): text for id, text in wanted.items()}
    return keymap(wanted, StageScreen, BardApp)


def test_every_binding_has_an_id_and_a_description() -> None:
    for kind in keys.bound_classes():
        inherited = {id(b) for base in kind.__bases__ for b in getattr(base, "BINDINGS", [])}
        for binding in vars(kind).get("BINDINGS", []):
            if id(binding) not in inherited:  # an editor may keep some of the toolkit's
                assert binding.id, f"{kind.__name__}: {binding.key}"
                assert binding.tooltip or binding.description, binding.id


def test_the_default_keys_do_not_clash() -> None:
    assert bound() == {}
    groups: dict[type[DOMNode], list[str]] = {kind: [] for kind in keys.bound_classes()}
    for kind, found in groups.items():
        found += [binding.key for binding in keys.bindings_of(kind)]
        assert len(found) == len(set(found)), kind


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("f20", "f20"),
        ("F20", "f20"),
        ("f20, ctrl+f13", "f20,ctrl+f13"),
        ("^f20", "ctrl+f20"),
        ("Shift+F20", "shift+f20"),
        ("shift+pgup", "shift+pageup"),
    ],
)
def test_keys_are_written_by_name_or_as_the_footer_shows_them(written: str, taken: str) -> None:
    assert bound(stage__save=written) == {"stage.save": taken}


def test_keys_can_be_swapped_and_used_in_other_places() -> None:
    assert bound(stage__undo="f20", stage__retry="^z") == {
        "stage.undo": "f20",
        "stage.retry": "ctrl+z",
    }
    assert bound(line__send="ctrl+j", line__new_row="⏎") == {
        "line.send": "ctrl+j",
        "line.new_row": "enter",
    }
    assert bound(line__take="ctrl+k")  # the editor's own gives way
    assert bound(scenes__rename="ctrl+r")  # a dialog is not the stage
    assert bound(transcript__edit="x")  # which is a character already


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"stage__retri": "f20"}, "no binding is called 'stage.retri'; known: "),
        ({"stage__retri": "f20"}, "stage.retry, "),
        ({"retry": "f20"}, "no binding is called 'retry'; ids begin with "),
        ({"x" * 9_999: "f20"}, "xxx"),
        ({"stage__retry": "f99"}, "stage.retry: there is no key 'f99'"),
        ({"stage__retry": "\x1b"}, "there is no key '\\x1b'"),
        ({"stage__retry": "ctl+r"}, "there is no key 'ctl+r'"),
        ({"stage__retry": "<any>"}, "there is no key '<any>'"),
        ({"stage__retry": ""}, "there is no key ''"),
        ({"stage__retry": "f20,"}, "there is no key ''"),
        ({"stage__retry": "r"}, "stage.retry: 'r' is typed into your line"),
        ({"stage__retry": "space"}, "is typed into your line"),
        ({"stage__retry": "ctrl+z"}, "ctrl+z would be both stage.retry and stage.undo"),
        ({"stage__retry": "ctrl+p"}, "ctrl+p would be both stage.retry and app.palette"),
        ({"stage__retry": "ctrl+m"}, "enter would be both"),
        ({"stage__retry": "ctrl+u"}, "both 'Delete to line start' and stage.retry"),
        ({"stage__retry": "f20", "stage__save": "f20"}, "f20 would be both stage.retry and "),
        ({"line__later": "escape"}, "escape would be both line.drop and line.later"),
        ({"scenes__rename": "ctrl+d"}, "both scenes.rename and scenes.duplicate"),
    ],
)
def test_an_invalid_key_is_refused_with_the_reason(wanted: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        bound(**wanted)
    assert told in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1_500


async def test_rebound_keys_work_and_the_old_ones_do_not(program: Program) -> None:
    wanted = {"stage.help": "f20", "line.send": "ctrl+j", "line.new_row": "enter"}
    async with program(settings=Settings(keys=wanted), size=(120, 40)) as (pilot, stage):
        await press(pilot, "f1")
        await press(pilot, "f20")
        await until(pilot, lambda: isinstance(stage.app.screen, HelpScreen))
        await press(pilot, "escape")
        await until(pilot, lambda: stage.app.screen is stage)
        line = stage.seed_line
        await press(pilot, "a", "enter", "b")
        await until(pilot, lambda: line.text == "a\nb")
        await press(pilot, "ctrl+j")
        await until(pilot, lambda: line.text == "")
        assert stage.session.text.startswith("a\nb\n")


async def test_a_binding_of_several_places_is_changed_in_all_of_them(program: Program) -> None:
    async with program(settings=Settings(keys={"stage.undo": "f20"})) as (pilot, stage):
        stage.session.manuscript.add_line("One.\n")
        line = stage.seed_line
        line.insert("Two")
        await press(pilot, "ctrl+z")
        assert line.text == "Two"
        await press(pilot, "f20")
        assert line.text == ""
        await press(pilot, "f20")
        await until(pilot, lambda: stage.session.text == "")


async def test_the_help_the_footer_and_the_palette_show_the_keys_in_force(program: Program) -> None:
    wanted = {"stage.retry": "f20,ctrl+f8", "line.earlier": "ctrl+up", "dial.most": "insert"}
    async with program(
        settings=Settings(keys=wanted | {"stage.settings": "f13", "app.quit": "f11"}),
        size=(80, 80),
    ) as (pilot, stage):
        groups = key_groups(stage)
        titles = ["The scene", "Your line", "The transcript", "The cast", "A dial", "The models"]
        assert set(titles) < set(groups)
        listed = {does: key for group in groups.values() for key, does in group}
        assert listed["Write another take of the reply"] == "f20, ^f8"
        assert listed["Quit; everything is saved"] == "f11"
        assert ("insert", "Most") in groups["A dial"]
        assert groups["Your line"][0][0] == "⏎"
        assert "^↑" in [key for key, _ in groups["Your line"]]
        assert "^z" in [key for key, _ in groups["The scene"]]
        assert "^z" not in [key for key, _ in groups["Your line"]]  # which was told already
        await until(pilot, lambda: "f20 Retry" in shown(stage.app))
        assert "f13 settings" in shown(stage.app)
        helps = {command.title: command.help for command in stage.app.get_system_commands(stage)}
        assert helps["Write another take of the reply"] == "also f20"
        await press(pilot, "f1")
        await until(pilot, lambda: "f20, ^f8" in shown(stage.app))


async def test_every_command_of_the_palette_can_be_run(program: Program) -> None:
    async with program(size=(120, 40)) as (pilot, stage):
        commands = {command.title: command for command in stage.app.get_system_commands(stage)}
        await commands["Show only the scene and your line"].callback()
        assert stage.has_class("-alone")
        stage.app.push_screen(ConfirmScreen("Sure?"))
        await until(pilot, lambda: isinstance(stage.app.screen, ConfirmScreen))
        await commands["Undo the last exchange"].callback()
        assert "Nothing to undo" in stage.view.status.text
        stage.session.manuscript.add_line("ANN:\nTide.\n\nBEN:\nWind.\n")
        stage.session.show_scene()
        await commands["To the speech before"].callback()
        assert stage.transcript.cursor == len("ANN:\nTide.\n\n")
        await commands["Copy the whole scene"].callback()
        assert stage.app.clipboard == stage.session.text


@pytest.mark.parametrize(
    "widget",
    [Transcript, SceneView, partial(TakePane, 0), SearchField, CastPane, ModelsPane, Button],
)
async def test_the_bindings_of_a_class_are_those_its_widgets_have(
    widget: Callable[[], Widget],
) -> None:
    focused = widget()
    host = Host(focused)
    async with host.run_test() as pilot:
        focused.focus()
        await until(pilot, lambda: focused.has_focus)
        active = host.screen.active_bindings.values()
        in_force = {(a.binding.key, a.binding.action) for a in active if a.node is focused}
        listed = {(b.key, b.action) for b in keys.bindings_of(type(focused))}
        assert listed == in_force
