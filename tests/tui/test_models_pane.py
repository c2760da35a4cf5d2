"""The models pane: what it shows, and what can be picked."""

from hosts import Host, click, press, settle, shown, until

from bardtui.tui.widgets.models import ModelEntry, ModelsPane

SHAKESPEARE = ModelEntry("shakespeare", 3_300_000, "38 plays", True, None)
DIARY = ModelEntry("my-diary", 45_210, "my-diary", False, None)
BROKEN = ModelEntry("broken", None, "", False, "weights.safetensors is cut short at 12 bytes")
ENTRIES = [SHAKESPEARE, DIARY, BROKEN]


async def rows(pane: ModelsPane, width: int = 32) -> list[str]:
    """The pane's rows between its borders, in a terminal of that width."""
    host = Host(pane)
    async with host.run_test(size=(width, 20)) as pilot:
        await settle(pilot)
        lines = shown(host).splitlines()
        return [line[1:-1].rstrip() for line in lines[1 : pane.size.height + 1]]


async def test_each_model_has_two_rows_and_the_one_in_use_a_dot() -> None:
    pane = ModelsPane([SHAKESPEARE, DIARY])
    pane.set_current("shakespeare")
    assert await rows(pane, 32) == [
        " ● shakespeare          3.3 M",
        "   38 plays",
        "   my-diary              45 k",
        "   yours · my-diary",
    ]


async def test_a_wide_pane_marks_the_users_own_models() -> None:
    assert (await rows(ModelsPane([DIARY]), 40))[1] == "   yours · my-diary"


async def test_a_long_corpus_is_cut() -> None:
    pane = ModelsPane([SHAKESPEARE._replace(corpus="the complete works of a great man")])
    assert (await rows(pane, 32))[1] == "   the complete works of a g…"


async def test_unknown_details_are_left_out() -> None:
    pane = ModelsPane([ModelEntry("new", None, "a text", True, None)])
    assert await rows(pane) == ["   new", "   a text"]


async def test_the_model_being_loaded_is_marked() -> None:
    pane = ModelsPane(ENTRIES)
    pane.set_current("shakespeare")
    pane.set_loading("my-diary")
    lines = await rows(pane)
    assert lines[0].startswith(" ● ")
    assert lines[2:4] == [" ◌ my-diary              45 k", "   loading…"]
    pane = ModelsPane(ENTRIES)
    pane.set_loading("my-diary")
    pane.set_loading(None)
    assert (await rows(pane))[3] == "   yours · my-diary"


async def test_a_broken_model_shows_its_reason_in_two_rows_at_most() -> None:
    long = BROKEN._replace(error="model.json claims a network of a size " * 5)
    for entry, height in ((BROKEN, 3), (long, 3), (BROKEN._replace(error="not JSON"), 2)):
        lines = await rows(ModelsPane([entry]))
        assert lines[0] == " ✗ broken"
        assert len(lines) == height
    assert (await rows(ModelsPane([long])))[2].endswith("…")


async def test_names_and_reasons_are_neither_markup_nor_terminal_codes() -> None:
    name = "[/]\x1b[31m\u202e[b]red"
    evil = SHAKESPEARE._replace(name=name, corpus="[/]\n\x07")
    pane = ModelsPane([evil, BROKEN._replace(name=name, error="[Enter ROMEO] \x9b2J")])
    text = "\n".join(await rows(pane, 60))
    assert "[/]␛[31m·[b]red" in text
    assert "[Enter ROMEO]" in text
    assert not set(text) & set("\x1b\x9b\x07\u202e")


async def test_enter_and_click_pick_a_model_but_not_a_broken_one() -> None:
    pane = ModelsPane(ENTRIES)
    host = Host(pane)
    async with host.run_test(size=(32, 20), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "down", "enter")
        await until(pilot, lambda: len(host.got(ModelsPane.Picked)) == 1)
        await click(pilot, pane, offset=(5, 2))
        await until(pilot, lambda: len(host.got(ModelsPane.Picked)) == 2)
        await click(pilot, pane, offset=(5, 6))
        await until(pilot, lambda: len(host.got(ModelsPane.Refused)) == 1)
        assert [picked.name for picked in host.got(ModelsPane.Picked)] == [
            "my-diary",
            "shakespeare",
        ]
        (refused,) = host.got(ModelsPane.Refused)
        assert (refused.name, refused.reason) == ("broken", BROKEN.error)


async def test_new_entries_keep_the_highlighted_model() -> None:
    pane = ModelsPane(ENTRIES)
    host = Host(pane)
    async with host.run_test(size=(32, 20), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "down")
        pane.set_entries([BROKEN, DIARY._replace(name="another"), DIARY, SHAKESPEARE])
        await press(pilot, "enter")
        await until(pilot, lambda: bool(host.got(ModelsPane.Picked)))
        assert host.got(ModelsPane.Picked)[0].name == "my-diary"


async def test_the_highlighted_model_shows_a_line_that_it_wrote_while_the_pane_has_the_focus() -> (
    None
):
    sample = "Call me no more, the whale is on the sea."
    pane = ModelsPane([SHAKESPEARE, DIARY._replace(sample=sample)])
    host = Host(pane)
    async with host.run_test(size=(32, 20)) as pilot:
        await settle(pilot)
        assert "Call me" not in shown(host)
        pane.focus()
        await press(pilot, "down")
        await until(pilot, lambda: "Call me no more, the" in shown(host))
        await press(pilot, "up")
        await until(pilot, lambda: "Call me" not in shown(host))


async def test_the_same_models_again_leave_the_list_where_it_is() -> None:
    entries = [DIARY._replace(name=f"model {n}") for n in range(20)]
    pane = ModelsPane(entries)
    host = Host(pane)
    async with host.run_test(size=(32, 10)) as pilot:
        pane.scroll_to(y=20, animate=False)
        await until(pilot, lambda: pane.scroll_offset.y == 20)
        pane.set_entries(list(entries))
        await settle(pilot)
        assert pane.scroll_offset.y == 20


async def test_without_models_it_says_how_to_get_one() -> None:
    pane = ModelsPane()
    host = Host(pane)
    async with host.run_test(size=(32, 20), message_hook=host.hear) as pilot:
        pane.focus()
        await press(pilot, "down", "enter")
        await settle(pilot)
        assert "F10 trains one" in shown(host)
        assert not host.got(ModelsPane.Picked)


async def test_two_hundred_models_in_a_pane_of_five_columns() -> None:
    pane = ModelsPane([DIARY._replace(name=f"model {n}") for n in range(200)])
    pane.set_current("model 150")
    host = Host(pane)
    async with host.run_test(size=(5, 8)):
        assert pane.highlighted == 150


async def test_an_unknown_list_of_models_is_blank() -> None:
    pane = ModelsPane(None)
    assert "F10 trains one" not in "\n".join(await rows(pane))
    pane = ModelsPane([])
    assert "F10 trains one" in "\n".join(await rows(pane))
