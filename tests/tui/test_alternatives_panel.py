"""The panel of what the model might write, and going on with a choice."""

import pytest

from bardtui.tui.flows import choose_alternative
from bardtui.tui.screens.alternatives import AlternativesScreen
from bardtui.writing.alternatives import Alternatives, Choice
from tests.tui.conftest import Program
from tests.tui.hosts import Host, asked, press, shown, until

FOUND = Alternatives(
    (Choice("e", 0.61), Choice("\n", 0.2), Choice("\x1b", 0.0001)),
    (Choice("the", 0.5), Choice(" [b]and", 0.25)),
    (),
    False,
)
SPEAKERS = Alternatives(FOUND.characters, FOUND.words, (Choice("ANN:\n", 0.9),), True)


async def test_the_panel_shows_choices_with_their_probabilities_and_returns_one() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = AlternativesScreen("ANN:\nWhat is ", "the lamp", "tiny")
        await asked(pilot, screen)
        assert "tiny looks ahead" in shown(host)
        screen.show(FOUND)
        await until(pilot, lambda: "“the” •" in shown(host))
        picture = shown(host)
        assert "What is" in picture
        for part in ("line break", "61%", "“␛”", "0.01%", "“ [b]and”", "before temperature"):
            assert part in picture
        assert "Speakers" not in picture
        await press(pilot, "left", "2")
        await until(pilot, lambda: host.answers == ["\n"])


async def test_at_a_cue_the_panel_has_speakers_and_says_that_the_memory_has_a_part() -> None:
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        screen = AlternativesScreen("ANN:\nWhat is it?\n\n", "", "tiny")
        screen.show(SPEAKERS)
        await asked(pilot, screen)
        await until(pilot, lambda: "“ANN:”" in shown(host) and "cue memory" in shown(host))
        await press(pilot, "enter")
        await until(pilot, lambda: host.answers == ["ANN:\n"])


async def test_a_choice_that_is_not_there_does_nothing_and_esc_closes() -> None:
    host = Host()
    async with host.run_test(size=(40, 12)) as pilot:
        screen = AlternativesScreen("", "", "tiny")
        screen.show(FOUND)
        await asked(pilot, screen)
        await press(pilot, "8")
        assert not host.answers
        await press(pilot, "escape")
        await until(pilot, lambda: host.answers == [None])


async def test_a_key_in_the_transcript_opens_it_and_a_second_lets_the_model_go_on(
    program: Program,
) -> None:
    async with program(length=60) as (pilot, stage):
        stage.session.manuscript.add_line("ANN:\nThe lamp is low, the house asleep;\nthe st")
        stage.session.show_scene()
        stage.transcript.focus()
        await press(pilot, "a")
        await until(pilot, lambda: "“air”" in shown(stage.app))
        await press(pilot, "1")
        await until(pilot, lambda: "the stair" in stage.session.text and not stage.session.writing)
        assert len(stage.session.text) > 60


@pytest.mark.parametrize(("by_key", "line"), [(True, "and"), (False, "nd")])
async def test_a_letter_that_is_no_choice_closes_it_and_goes_to_the_line(
    program: Program, by_key: bool, line: str
) -> None:
    async with program() as (pilot, stage):
        stage.session.manuscript.add_line("ANN:\nThe lamp is low, the house asleep;\n")
        stage.session.show_scene()
        stage.transcript.focus()
        if by_key:
            await press(pilot, "a")
        else:
            stage.run_flow(choose_alternative)  # as the palette does
        await until(
            pilot,
            lambda: (
                isinstance(stage.app.screen, AlternativesScreen)
                and stage.app.screen.focused is not None
            ),
        )
        await press(pilot, "n")
        await until(pilot, lambda: stage.app.screen is stage and stage.seed_line.text != "")
        await press(pilot, "d")
        await until(pilot, lambda: stage.seed_line.text == line)
