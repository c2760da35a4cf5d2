"""The map: its rows, keys and mouse, and that only visible rows are drawn."""

from functools import partial
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets.tree import TreeNode

from bardtui.scene.bookmarks import name_passage, names_in
from bardtui.scene.passage import Passage
from bardtui.scene.rewriting import edit
from bardtui.scene.scene import Scene
from bardtui.tui.screens.map import Going, MapScreen, SceneTree, end_of_way
from bardtui.tui.screens.title import PassageNameScreen
from bardtui.tui.widgets.scenepreview import ScenePreview
from tests.tui.hosts import Host, asked, click, press, settle, shown, until

SIZE = (70, 20)


def exchange(scene: Scene, line: str, answer: str, **how: Any) -> None:
    scene.add("writer", line)
    scene.add("model", answer, model="small", reason="length", **how)


def branching() -> Scene:
    """Two exchanges. The first answer has three takes; the visible one is followed by others."""
    scene = Scene()
    exchange(scene, "ANN:\n", "One [/] \x1b.\n", random_seed=7, settings={"temperature": 0.8})
    exchange(scene, "BEN:\n", "What followed one.\n")
    scene.add("model", "Two.\n", reason="length", after=(1, None))
    scene.add("model", "Three.\n", reason="length", after=(1, None))
    exchange(scene, "BEN:\n", "Shown to here, and the rest.\n")
    scene.add("model", "cut.\n", reason="length", after=(8, 9))
    scene.add("writer", "Not shown.\n", after=(8, None))
    scene.move_head(8, 13)
    return scene


def a_map(scene: Scene) -> MapScreen:
    return MapScreen(scene, partial(name_passage, scene))


async def map_up(pilot: Pilot[None], scene: Scene) -> MapScreen:
    """Show the map, and wait until a passage is highlighted."""
    screen = a_map(scene)
    await asked(pilot, screen)
    preview = screen.query_one(ScenePreview)
    await until(pilot, lambda: bool(preview.text))
    return screen


def map_rows(app: Host) -> list[str]:
    """The rows between the borders, without blanks at their ends, and without the row of keys."""
    rows = [
        row.strip()[1:-1].rstrip()
        for row in shown(app).splitlines()
        if row.strip().startswith("│") and row.strip()[1:-1].strip()
    ]
    return rows[:-1]


async def pressed(pilot: Pilot[None], *keys: str) -> list[str]:
    await press(pilot, *keys)
    await settle(pilot)
    assert isinstance(pilot.app, Host)
    return map_rows(pilot.app)


async def test_a_line_is_flat_and_other_takes_hang_below_it() -> None:
    host = Host()
    async with host.run_test(size=SIZE) as pilot:
        await map_up(pilot, branching())
        await settle(pilot)
        *tree, told = map_rows(host)
        assert tree == [
            "   • ▌ ANN:",
            " ▶ •   Three. +2",
            "   • ▌ BEN:",
            "   ●   Shown to here, and the rest.",
            " ▶   ▌ Not shown. +1",
        ]
        assert told.split(" · ")[0].strip() == "small"
        *tree, told = await pressed(pilot, "down", "right", "down")
        assert tree[4:] == [" ▼   ▌ Not shown. +1", " └       … cut."]
        await press(pilot, "left", "left", "up")
        *tree, told = await pressed(pilot, "up", "up", "right", "down")
        assert tree == [
            "   • ▌ ANN:",
            " ▼ •   Three. +2",
            " ├ ▶     One [/] ␛.",
            " └       Two.",
            "   • ▌ BEN:",
            "   ●   Shown to here, and the rest.",
            " ▶   ▌ Not shown. +1",
        ]
        assert "temperature 0.8 · random seed 7 · 11 characters" in told
        tree = await pressed(pilot, "right", "down", "down")
        assert tree[3:6] == [
            " │ ├     ▌ BEN:",
            " │ └       What followed one.",
            " └       Two.",
        ]
        tree = await pressed(pilot, "left", "left")
        assert tree[2:4] == [" ├ ▶     One [/] ␛.", " └       Two."]
        await press(pilot, "c")
        await until(pilot, lambda: host.answers == [Going(2, 2)])


async def test_esc_closes_the_map_and_the_mouse_opens_and_picks() -> None:
    host = Host()
    async with host.run_test(size=SIZE) as pilot:
        await map_up(pilot, branching())
        await press(pilot, "escape")
        await until(pilot, lambda: host.answers == [None])
        screen = await map_up(pilot, branching())
        tree = screen.query_one(SceneTree)
        await settle(pilot)
        await click(pilot, tree, offset=(1, 1))  # the arrow opens
        await until(pilot, lambda: "One [/]" in shown(host))
        await click(pilot, tree, offset=(12, 3))
        await until(pilot, lambda: screen.query_one(ScenePreview).text.endswith("Two.\n"))
        await press(pilot, "g")
        await until(pilot, lambda: host.answers[1:] == [Going(5, 5)])


def nodes(parent: TreeNode[Passage]) -> list[TreeNode[Passage]]:
    """All rows below a row."""
    return [node for child in parent.children for node in (child, *nodes(child))]


async def test_every_passage_can_be_reached() -> None:
    scene = branching()
    edit(scene, 1, "Edited.\n")
    scene.move_head(3)
    exchange(scene, "x", "y")
    host = Host()
    async with host.run_test(size=(70, 60)) as pilot:
        screen = await map_up(pilot, scene)
        tree = screen.query_one(SceneTree)
        opened: set[int] = set()
        while rows := [node for node in nodes(tree.root) if node.id not in opened]:
            for node in rows:
                opened.add(node.id)
                if node.allow_expand:
                    node.expand()
            await settle(pilot)
        found = [node.data.id for node in nodes(tree.root) if node.data]
        assert sorted(found) == sorted(scene.passages)


async def test_of_ten_thousand_passages_only_visible_rows_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene()
    for number in range(5_000):
        exchange(scene, f"line {number}\n", "answer\n")
        if number % 10 == 0:
            scene.add(
                "model", "other\n", reason="length", after=(scene.head and scene.head - 1, None)
            )
    drawn = []
    genuine = SceneTree.render_label

    def counted(tree: SceneTree, node: Any, *styles: Any) -> Any:
        drawn.append(node)
        return genuine(tree, node, *styles)

    monkeypatch.setattr(SceneTree, "render_label", counted)
    host = Host()
    async with host.run_test(size=SIZE) as pilot:
        await map_up(pilot, scene)
        await until(pilot, lambda: "answer" in shown(host))
        await until(pilot, lambda: "●" in shown(host))
        assert len(drawn) < 300
        await press(pilot, "home")
        await until(pilot, lambda: "line 0" in shown(host))


async def test_blank_and_undone_passages_have_rows() -> None:
    scene = Scene()
    scene.add("writer", "  \n")
    scene.undo()
    host = Host()
    async with host.run_test(size=SIZE) as pilot:
        await map_up(pilot, scene)
        await settle(pilot)
        assert map_rows(host)[0] == "     ▌ (blank)"
        await press(pilot, "c")
        await until(pilot, lambda: host.answers == [Going(1, 1)])


async def test_looking_at_a_branch_changes_nothing_and_g_goes_to_its_end() -> None:
    scene = branching()
    text = scene.text
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = await map_up(pilot, scene)
        preview = screen.query_one(ScenePreview)
        await press(pilot, "home")
        await until(pilot, lambda: preview.text.startswith("ANN:\nThree.\nBEN:\nShown to here"))
        await press(pilot, "enter")
        await until(pilot, lambda: preview.has_focus)
        assert (scene.text, host.answers) == (text, [])
        await press(pilot, "g")
        end = end_of_way(scene.passages[1], scene.ways_on())
        await until(pilot, lambda: host.answers == [Going(end.id, 1)])


async def test_a_passage_is_named_on_the_map() -> None:
    scene = branching()
    host = Host()
    async with host.run_test(size=SIZE) as pilot:
        screen = await map_up(pilot, scene)
        await press(pilot, "home", "n")
        await until(pilot, lambda: isinstance(host.screen, PassageNameScreen))
        await until(pilot, lambda: host.screen.focused is not None)
        await press(pilot, *"quay [/]", "enter")
        await until(pilot, lambda: host.screen is screen and "⚑ quay [/]  ANN:" in shown(host))
    assert names_in(scene) == {1: "quay [/]"}


def test_the_way_on_is_the_one_that_was_shown_last() -> None:
    scene = branching()
    assert scene.ways_on()[None].id == 1
    assert scene.ways_on()[1].text == "Three.\n"
    scene.move_head(4)  # what followed the first take
    scene.move_head(1)
    ways = scene.ways_on()
    assert [ways[1].id, end_of_way(scene.passages[1], ways).id] == [2, 4]
