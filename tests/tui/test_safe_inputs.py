"""Inputs clean what is typed and pasted, and leave untouched text as it was."""

from hosts import Host, press, until
from textual.events import Key, Paste

from bardtui.tui.screens.edit import EditScreen
from bardtui.tui.screens.title import TitleScreen

PASTED = " q\u200cz\u2065\u202e\r\n\x1b[1m 👩\u200d👧"


async def test_the_editor_of_a_passage() -> None:
    text = "\u202eAnn\x1b 👩\u200d👧 می"
    host = Host()
    async with host.run_test() as pilot:
        host.ask(EditScreen(text, len(text)))
        await until(pilot, lambda: host.focused is not None)
        for character in "\u200cخ":
            host.post_message(Key("a_key", character))
        host.post_message(Paste(PASTED))
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: bool(host.answers))
    assert host.answers == [f"{text}\u200cخ qz\n␛[1m 👩\u200d👧"]


async def test_the_field_of_a_title() -> None:
    title = "ක්\u200dර 👩\u200d👧 می"
    host = Host()
    async with host.run_test() as pilot:
        host.ask(TitleScreen(title))
        await until(pilot, lambda: host.focused is not None)
        await press(pilot, "end")
        for character in "\u200cخ":
            host.post_message(Key("a_key", character))
        host.post_message(Paste(PASTED))
        host.post_message(Paste("\x1b[1m\tend"))
        await press(pilot, "enter")
        await until(pilot, lambda: bool(host.answers))
    assert host.answers == [f"{title}\u200cخ qz[1m end"]
