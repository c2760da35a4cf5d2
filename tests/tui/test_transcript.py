"""The transcript in a small app: what it shows, following, and the work for a frame."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.binding import Binding
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.scrollbar import ScrollTo
from textual.selection import Selection
from textual.strip import Strip

from bardtui.tui.widgets.transcript import Transcript
from bardtui.tui.wrapping import WrappedText
from tests.tui.hosts import Host, press, settle, until

SIZE = (60, 12)
LINES = "".join(f"This is line {number} of the scene.\n" for number in range(300))


def rows(transcript: Transcript) -> list[str]:
    """The rows of the window, without blanks at their ends."""
    return [row_text(transcript, y).rstrip() for y in range(transcript.size.height)]


def row_text(transcript: Transcript, y: int) -> str:
    return "".join(segment.text for segment in transcript.render_line(y))


def style_of(transcript: Transcript, y: int, part: str) -> Any:
    """The style of the segment of a row that holds `part`."""
    for segment in transcript.render_line(y):
        if part in segment.text:
            return segment.style
    raise AssertionError(f"no segment with {part!r} in {row_text(transcript, y)!r}")


def at_end(transcript: Transcript) -> bool:
    return transcript.scroll_offset.y == transcript.max_scroll_y


async def filled(pilot: Pilot[None], transcript: Transcript, text: str = LINES) -> None:
    """Show `text` as the model's, and draw the window."""
    transcript.set_passages([("model", text)])
    await settle(pilot)


async def test_a_page_is_turned_while_the_window_shrinks() -> None:
    transcript = Transcript()
    app = Host(transcript)
    async with app.run_test(size=SIZE) as pilot:
        await filled(pilot, transcript, "A row.")
        resized = asyncio.create_task(pilot.resize_terminal(60, 5))
        while not (await asyncio.wait([resized], timeout=0))[0]:  # in every state between
            transcript.scroll_page_down()
        await until(pilot, lambda: transcript.size.height == 5)
        assert rows(transcript)[0] == "  A row."


# -- what is shown ---------------------------------------------------------------------------------


async def test_a_passage_may_begin_in_the_middle_of_a_row() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE):
        transcript.set_passages([("model", "TOBIN:\nGo softly.\n\n"), ("writer", "ROMEO:\nBut")])
        transcript.append(" soft,")
        transcript.begin_passage("model")
        transcript.append(" what light\nbreaks?")
        assert transcript.text == "TOBIN:\nGo softly.\n\nROMEO:\nBut soft, what light\nbreaks?"
        assert rows(transcript)[:6] == [
            "  TOBIN:",
            "  Go softly.",
            "",
            "▌ ROMEO:",
            "▌ But soft, what light",
            "  breaks?",
        ]
        writer, model = style_of(transcript, 4, "But soft,"), style_of(transcript, 4, " what light")
        assert writer.color != model.color
        assert model.color == style_of(transcript, 1, "Go softly.").color


async def test_cues_stand_out_in_their_authors_colours() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE):
        transcript.set_passages([("model", "A & B:\nWe.\n"), ("writer", "MIRA:\nI. NOW:\n")])
        cue, speech = style_of(transcript, 0, "A & B:"), style_of(transcript, 1, "We.")
        assert cue.bold
        assert not speech.bold
        assert cue.color != speech.color
        cue, speech = style_of(transcript, 2, "MIRA:"), style_of(transcript, 3, "I. NOW:")
        assert cue.bold
        assert cue.color == speech.color


async def test_a_growing_line_becomes_a_cue_or_stops_being_one() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=(16, 10)) as pilot:
        transcript.begin_passage("model")
        for text, bold in (("FIRST CITIZEN", False), (":", True), (" no", False)):
            transcript.append(text)
            await settle(pilot)
            assert rows(transcript)[0] == "  FIRST"
            assert bool(style_of(transcript, 0, "FIRST").bold) is bold
            assert bool(style_of(transcript, 1, "CITIZEN").bold) is bold


async def test_directions_are_italic_on_all_their_rows() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=(30, 10)):
        transcript.set_passages([("model", "Now [Enter ROMEO, and a train of many] go\n[Exit\nSo")])
        styles = [
            style_of(transcript, y, part)
            for y, part in enumerate(["[Enter ROMEO, and a ", "train of many]", "[Exit"])
        ]
        assert all(style.italic and style.dim for style in styles)
        assert not style_of(transcript, 0, "Now ").italic
        assert not style_of(transcript, 1, " go").italic
        assert not style_of(transcript, 3, "So").italic  # a direction ends with its line


async def test_rows_with_words_of_the_writer_are_marked() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE):
        transcript.set_passages([("writer", "One.\n\n"), ("model", "Two "), ("writer", "three")])
        assert rows(transcript)[:3] == ["▌ One.", "", "▌ Two three"]
        mark = style_of(transcript, 0, "▌ ")
        assert mark.color == style_of(transcript, 0, "One.").color


async def test_marked_text_stands_out_from_its_ground() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        await filled(pilot, transcript, "TOBIN:\nGo softly.")
        transcript.mark("kept", [(0, 17)])
        cue = style_of(transcript, 0, "TOBIN")
        assert cue.bgcolor not in (cue.color, style_of(transcript, 2, " ").bgcolor)


async def test_text_is_shown_without_markup_or_terminal_codes() -> None:
    transcript = Transcript()
    awkward = (
        "[/] [red]x [bold\n"
        "\x1b[31mred \x9b2J \u202ebidi\u202c a\u200bb \ud800 \r\n"
        "[@click=app.quit]q"
    )
    async with Host(transcript).run_test(size=SIZE) as pilot:
        transcript.set_passages([("model", awkward)])
        await settle(pilot)
        assert rows(transcript)[:3] == [
            "  [/] [red]x [bold",
            "  ␛[31mred \ufffd2J ·bidi· a·b \ufffd ␍",
            "  [@click=app.quit]q",
        ]
        assert transcript.text == awkward
        shown = "".join(row_text(transcript, y) for y in range(transcript.size.height))
        assert shown.replace("▌", "").isprintable()


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (20, 5), (7, 3), (3, 2), (1, 1)])
async def test_rows_fill_the_window_at_any_size(size: tuple[int, int]) -> None:
    transcript = Transcript()
    text = (
        "中文字 an emoji 👩\u200d👩\u200d👧 e\u0301 ❤\ufe0f\ta tab, "
        + "blanks"
        + " " * 90
        + "end\n"
    )
    async with Host(transcript).run_test(size=size):
        transcript.set_passages([("writer", text), ("model", text * 3 + "unbroken" * 30)])
        transcript.writing = True
        for y in range(transcript.size.height):
            strip = transcript.render_line(y)
            assert sum(segment.cell_length for segment in strip) == transcript.size.width


async def test_rows_of_text_have_a_maximum_width() -> None:
    transcript = Transcript(max_text_width=30)
    async with Host(transcript).run_test(size=(100, 24)):
        transcript.set_passages([("model", "to be or not to be " * 20)])
        assert 20 < max(map(len, rows(transcript))) <= 30 + len("  ")


async def test_the_cursor_is_after_the_last_character_while_it_writes() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        transcript.set_passages([("model", "Go softly")])
        transcript.writing = True
        await settle(pilot)
        assert rows(transcript)[0] == "  Go softly▌"
        transcript.append(", then\n")
        await settle(pilot)
        assert rows(transcript)[:2] == ["  Go softly, then", "  ▌"]
        transcript.writing = False
        await settle(pilot)
        assert rows(transcript)[:2] == ["  Go softly, then", ""]


async def test_another_theme_is_drawn_in_its_colours() -> None:
    transcript = Transcript()
    app = Host(transcript)
    async with app.run_test(size=SIZE) as pilot:
        await filled(pilot, transcript, "Go softly")
        before = style_of(transcript, 0, "Go softly")
        app.theme = "footlights-light"
        await until(pilot, lambda: style_of(transcript, 0, "Go softly").color != before.color)
        assert style_of(transcript, 0, "Go softly").bgcolor != before.bgcolor


async def test_text_may_be_added_before_the_widget_is_mounted() -> None:
    transcript = Transcript()
    transcript.set_passages([("writer", "MIRA:\n")])
    transcript.append("Then teach me how a mouse may come to court.")
    transcript.writing = True
    async with Host(transcript).run_test(size=(30, 10)):
        assert rows(transcript)[:3] == [
            "▌ MIRA:",
            "▌ Then teach me how a mouse",
            "▌ may come to court.▌",
        ]


async def test_text_without_a_passage_and_unknown_authors_are_refused() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test():
        with pytest.raises(ValueError, match="passage"):
            transcript.append("whose?")
        with pytest.raises(ValueError, match="nobody"):
            transcript.begin_passage("nobody")  # type: ignore[arg-type]
        transcript.begin_passage("writer")  # an empty passage leaves nothing behind
        transcript.begin_passage("model")
        transcript.append("mine")
        assert rows(transcript)[0] == "  mine"


def test_every_binding_of_a_transcript_has_an_id() -> None:
    bindings = [binding for binding in Transcript.BINDINGS if isinstance(binding, Binding)]
    assert {binding.id for binding in bindings} == {
        f"transcript.{name}" for name in ("up", "down", "page_up", "page_down", "home", "end")
    }
    assert all(binding.description and binding.tooltip for binding in bindings)


# -- following -------------------------------------------------------------------------------------


def wheel(kind: type[MouseScrollUp] | type[MouseScrollDown]) -> Callable[[Transcript], None]:
    def turn(transcript: Transcript) -> None:
        place = transcript.region.offset + (5, 5)
        transcript.post_message(
            kind(transcript, 5, 5, 0, 0, 0, False, False, False, place.x, place.y)
        )

    return turn


def drag(share: float) -> Callable[[Transcript], None]:
    def move(transcript: Transcript) -> None:
        y = share * transcript.max_scroll_y
        transcript.post_message(ScrollTo(y=y, animate=False))

    return move


Gesture = str | Callable[[Transcript], None]


async def perform(pilot: Pilot[None], transcript: Transcript, gesture: Gesture) -> None:
    if isinstance(gesture, str):
        await press(pilot, gesture)
    else:
        gesture(transcript)
    await settle(pilot)


async def test_the_view_follows_new_text() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        await filled(pilot, transcript)
        assert at_end(transcript)
        for word in ("Then\n", "teach me\n" * 30, "a mouse"):
            transcript.append(word)
            assert at_end(transcript)
        await settle(pilot)
        assert rows(transcript)[-1] == "  a mouse"


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ("up", "end"),
        ("pageup", wheel(MouseScrollDown)),
        ("home", "pagedown"),
        (wheel(MouseScrollUp), "down"),
        (drag(0.4), drag(1.0)),
    ],
)
async def test_a_reader_who_scrolls_up_stays_there_until_they_return(
    away: Gesture, back: Gesture
) -> None:
    transcript = Transcript()
    host = Host(transcript)
    async with host.run_test(size=SIZE, message_hook=host.hear) as pilot:
        await filled(pilot, transcript, LINES[: LINES.index("line 30 ")])
        transcript.focus()
        await perform(pilot, transcript, away)
        await until(pilot, lambda: not transcript.follow)
        read = rows(transcript)
        for _ in range(20):
            transcript.append("and more\nand more ")
            await settle(pilot)
        assert rows(transcript) == read
        assert not transcript.follow
        for _ in range(400):
            if transcript.follow:
                break
            await perform(pilot, transcript, back)
        assert transcript.follow
        assert at_end(transcript)
        transcript.append("\nand at the end\n" * 5)
        await settle(pilot)
        assert at_end(transcript)
        changes = [message.follow for message in host.got(Transcript.FollowChanged)]
        assert changes == [False, True]


async def test_follow_can_be_set() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        await filled(pilot, transcript)
        transcript.follow = False
        transcript.append("more\n" * 3)
        assert not at_end(transcript)
        read = rows(transcript)
        await pilot.resize_terminal(58, SIZE[1])
        await until(pilot, lambda: transcript.outer_size.width == 58)
        assert rows(transcript) == read
        transcript.follow = True
        assert at_end(transcript)


async def test_a_text_shorter_than_the_window_is_at_its_end() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        await filled(pilot, transcript, "One line.")
        transcript.focus()
        await press(pilot, "home", "up", "pageup", "down")
        assert transcript.follow
        assert transcript.max_scroll_y == 0


async def test_another_text_keeps_the_readers_place_or_the_end() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE) as pilot:
        await filled(pilot, transcript)
        await filled(pilot, transcript, LINES[:4000])  # a follower stays at the end
        assert at_end(transcript)
        transcript.scroll_to(y=30)
        read = rows(transcript)
        await filled(pilot, transcript, LINES[:5000])  # another take: the beginning is the same
        assert rows(transcript) == read
        assert not transcript.follow
        await filled(pilot, transcript, "Short.")
        assert rows(transcript)[0] == "  Short."
        assert transcript.follow


# -- another size ----------------------------------------------------------------------------------


async def test_a_reader_keeps_their_place_through_any_resize() -> None:
    transcript = Transcript()
    prose = "".join(f"w{number} and so on, " for number in range(3000))
    async with Host(transcript).run_test(size=(60, 20)) as pilot:
        await filled(pilot, transcript, prose)
        transcript.scroll_to(y=200)
        await settle(pilot)
        word = rows(transcript)[0].split()[0]
        place = transcript.text.index(rows(transcript)[0].strip())
        for size in [(40, 20), (23, 9), (77, 31), (20, 5), (90, 20), (60, 20)]:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: transcript.outer_size.width == size[0])  # type: ignore[misc]
            top = rows(transcript)[0].strip()
            begin = transcript.text.index(top)
            assert begin <= place < begin + len(top) + 1
            assert not transcript.follow
        assert rows(transcript)[0].split()[0] == word


async def test_a_follower_stays_at_the_end_through_any_resize() -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=(60, 20)) as pilot:
        await filled(pilot, transcript, LINES + "The end.")
        for size in [(40, 8), (18, 30), (100, 20), (60, 3)]:
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: rows(transcript)[-1] == "  The end.")
            assert transcript.follow
            assert at_end(transcript)


# -- what a frame costs ----------------------------------------------------------------------------


async def test_work_for_appended_text_depends_on_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transcript = Transcript()
    app = Host(transcript)
    async with app.run_test(size=SIZE) as pilot:
        await filled(pilot, transcript, LINES * 30)
        rendered: list[int] = []
        layouts: list[object] = []
        render_line = transcript.render_line

        def counted_render_line(y: int) -> Strip:
            rendered.append(y)
            return render_line(y)

        monkeypatch.setattr(transcript, "render_line", counted_render_line)
        app.screen.screen_layout_refresh_signal.subscribe(transcript, layouts.append)

        for character in "Then teach me":
            rendered.clear()
            transcript.append(character)
            await settle(pilot)
            assert rendered == [transcript.size.height - 1]

        for _ in range(10):
            rendered.clear()
            transcript.append("\nand ")
            await settle(pilot)
            assert len(rendered) <= transcript.size.height

        transcript.scroll_to(y=100)
        await settle(pilot)
        rendered.clear()
        for _ in range(10):
            transcript.append("out of sight\n")
            await settle(pilot)
        assert rendered == []
        assert layouts == []  # a longer text lays nothing out


async def test_only_what_differs_of_another_take_is_wrapped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transcript = Transcript()
    async with Host(transcript).run_test(size=SIZE):
        transcript.set_passages([("writer", LINES), ("model", "One take")])
        added: list[int] = []
        genuine = WrappedText.append

        def append(text: WrappedText, more: str) -> None:
            added.append(len(more))
            genuine(text, more)

        monkeypatch.setattr(WrappedText, "append", append)
        transcript.set_passages([("writer", LINES), ("model", "One other take")])
        assert added == [len("other take")]
        assert transcript.text == LINES + "One other take"
        assert rows(transcript)[-1] == "  One other take"
        transcript.set_passages([])
        assert transcript.text == ""


# -- selecting -------------------------------------------------------------------------------------


async def test_selected_text_is_what_was_written() -> None:
    transcript = Transcript()
    text = "One two three four five six seven\n\tAct \x1b I\nEnd"
    app = Host(transcript)
    async with app.run_test(size=(20, 10)) as pilot:
        transcript.set_passages([("model", text)])
        await settle(pilot)
        assert rows(transcript)[:4] == [
            "  One two three",
            "  four five six",
            "  seven",
            "      Act ␛ I",
        ]
        assert transcript.get_selection(Selection(None, None))[0] == text
        part = Selection(Offset(4, 0), Offset(4, 1))
        assert transcript.get_selection(part)[0] == "two three four"
        assert transcript.get_selection(Selection(Offset(-2, 3), Offset(900, 900)))[0] == (
            "\tAct \x1b I\nEnd"
        )


async def test_selected_text_keeps_its_colour_and_a_resize_clears_the_selection() -> None:
    transcript = Transcript()
    app = Host(transcript)
    async with app.run_test(size=(20, 10)) as pilot:
        transcript.set_passages([("model", "One two three four five six seven")])
        await settle(pilot)
        plain = style_of(transcript, 0, "One two three")
        await pilot.mouse_down(transcript, offset=(6, 0))
        await pilot.hover(transcript, offset=(5, 1))
        await pilot.mouse_up(transcript, offset=(5, 1))
        assert app.screen.get_selected_text() == "two three four"
        selected = style_of(transcript, 0, "two three")
        assert selected.bgcolor != plain.bgcolor
        assert selected.color == plain.color
        assert style_of(transcript, 0, "One ").bgcolor == plain.bgcolor
        await pilot.resize_terminal(30, 10)
        await until(pilot, lambda: not app.screen.selections)
