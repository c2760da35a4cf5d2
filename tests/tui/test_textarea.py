"""The editor of a passage: typed and pasted text is cleaned, untouched text stays as it was."""

from hosts import Host, until
from textual.events import Key, Paste

from bardtui.tui.screens.edit import EditScreen


async def test_what_is_typed_and_pasted_is_cleaned_and_the_rest_stays() -> None:
    text = "\u202eAnn\x1b 👩\u200d👧 می"
    host = Host()
    async with host.run_test() as pilot:
        host.ask(EditScreen(text, len(text)))
        await until(pilot, lambda: host.focused is not None)
        for character in "\u200cخ":
            host.post_message(Key("a_key", character))
        host.post_message(Paste(" q\u200cz\u2065\r\n\x1b[1m 👩\u200d👧"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(host.answers))
    assert host.answers == [f"{text}\u200cخ qz\n␛[1m 👩\u200d👧"]
