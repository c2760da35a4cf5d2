"""The seed line: sending, rows, history, and pastes that are long or unsafe."""

import time

import pytest
from hosts import Host, press, shown, until
from textual.events import Key, Paste

from bardtui.tui.widgets.seedline import LIMIT, SeedLine


async def test_enter_sends_and_clears_the_line_also_an_empty_one() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        await press(pilot, *"[/] hi", "enter", "enter")
        await until(pilot, lambda: len(host.got(SeedLine.Sent)) == 2)
        assert [sent.text for sent in host.got(SeedLine.Sent)] == ["[/] hi", ""]
        assert line.text == ""


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_a_new_row_is_part_of_the_line_and_the_widget_grows(key: str) -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        assert line.size.height == 1
        await press(pilot, "a", key, "b")
        await until(pilot, lambda: line.size.height == 2)
        await press(pilot, *[key] * 9)
        await until(pilot, lambda: line.size.height == 5)
        await press(pilot, "enter")
        await until(pilot, lambda: line.size.height == 1)
        (sent,) = host.got(SeedLine.Sent)
        assert sent.text == "a\nb" + "\n" * 9


async def test_it_grows_where_a_long_line_wraps() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(size=(20, 10)) as pilot:
        line.focus()
        await press(pilot, *"one two three four five six")
        await until(pilot, lambda: line.size.height == 2)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85"])
async def test_pasted_line_breaks_of_every_kind_stay_line_breaks(newline: str) -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        line.focus()
        host.post_message(Paste(f"MIRA:{newline}{newline}Who?"))
        await until(pilot, lambda: line.text == "MIRA:\n\nWho?")
        assert line.document.line_count == 3


async def test_pasted_terminal_codes_become_glyphs_and_the_text_stays() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        host.post_message(Paste("a\x1b[31m\u202eb\x9bc\ud800d\te 你好 👩\u200d🚀 [/]"))
        await until(pilot, lambda: line.text.endswith("[/]"))
        await press(pilot, "enter")
        await until(pilot, lambda: bool(host.got(SeedLine.Sent)))
        assert host.got(SeedLine.Sent)[0].text == "a␛[31mb�c�d\te 你好 👩\u200d🚀 [/]"


async def test_a_joiner_is_typed_where_a_script_needs_it_and_nowhere_else() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        line.focus()
        typed = "می\u200cخواهم a\u200cb ක්\u200dර ٣\u06dd\u3000👩\u200d👧"
        for character in typed:
            host.post_message(Key("a_key", character))
        await until(pilot, lambda: line.text == typed.replace("a\u200cb", "ab"))


async def test_a_paste_of_five_megabytes_is_cut_and_reported() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        await press(pilot, "a", "b", "left")
        began = time.process_time()
        host.post_message(Paste("word\r\n" * 900_000))
        await until(pilot, lambda: bool(host.got(SeedLine.TooLong)))
        await until(pilot, lambda: len(line.text) == LIMIT)
        assert time.process_time() - began < 5
        (told,) = host.got(SeedLine.TooLong)
        assert (told.length, told.kept) == (5_400_000, LIMIT - 2)
        assert line.text[:6] == "aword\n"
        assert line.text[-1] == "b"
        await press(pilot, "x")
        await until(pilot, lambda: len(host.got(SeedLine.TooLong)) == 2)
        assert len(line.text) == LIMIT


async def test_a_paste_that_fits_exactly_is_not_too_long() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        host.post_message(Paste("ab\r\n" * (LIMIT // 3) + "yz"))
        await until(pilot, lambda: len(line.text) == LIMIT)
        line.select_all()
        host.post_message(Paste("z" * LIMIT))
        await until(pilot, lambda: line.text == "z" * LIMIT)
        assert not host.got(SeedLine.TooLong)


async def test_the_clipboard_is_cut_too() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(message_hook=host.hear) as pilot:
        line.focus()
        host.copy_to_clipboard("y" * (LIMIT + 1))
        await press(pilot, "ctrl+v")
        await until(pilot, lambda: bool(host.got(SeedLine.TooLong)))
        assert line.text == "y" * LIMIT


async def test_up_and_down_recall_sent_lines_and_keep_the_draft() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        line.focus()
        await press(pilot, *"one", "enter", *"two", "enter", *"two", "enter", "enter", *"dra")
        texts = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await press(pilot, key)
            texts.append(line.text)
        assert texts == ["two", "one", "one", "two", "dra", "dra"]
        await press(pilot, "f")
        assert line.text == "draf"


async def test_a_changed_recalled_line_becomes_the_draft() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        line.focus()
        await press(pilot, *"one", "enter", *"two", "enter", "up", "!", "up")
        assert line.text == "one"
        await press(pilot, "down", "down")
        assert line.text == "two!"


async def test_up_and_down_move_within_several_rows() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test() as pilot:
        line.focus()
        await press(pilot, *"old", "enter", "a", "ctrl+j", "b", "up")
        assert (line.text, line.cursor_location) == ("a\nb", (0, 1))
        await press(pilot, "down")
        assert (line.text, line.cursor_location) == ("a\nb", (1, 1))
        await press(pilot, "up", "up")
        assert line.text == "old"


async def test_esc_goes_to_the_screen() -> None:
    class Screenlike(Host):
        BINDINGS = [("escape", "stop", "")]
        stopped = False

        def action_stop(self) -> None:
            self.stopped = True

    line = SeedLine()
    host = Screenlike(line)
    async with host.run_test() as pilot:
        line.focus()
        await press(pilot, "a", "escape")
        assert host.stopped
        assert line.text == "a"


async def test_an_empty_line_shows_a_hint() -> None:
    line = SeedLine()
    host = Host(line)
    async with host.run_test(size=(80, 5)) as pilot:
        line.focus()
        assert "Enter alone lets the model go on" in shown(host)
        await press(pilot, "a")
        await until(pilot, lambda: "Enter alone" not in shown(host))


async def test_a_line_kept_from_before_has_joiners_only_where_they_join() -> None:
    line = SeedLine(id="seed")
    async with Host(line).run_test():
        line.load_text("q\u200cz \u200da 👩\u200d🚀 می\u200cخواهم \u00ad\U000e0041end")
        assert line.text == "qz a 👩\u200d🚀 می\u200cخواهم end"
