"""The scrollbar of a transcript looks as Textual draws it, and is drawn less often."""

from hosts import Host, settle, until
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from textual.scrollbar import ScrollBarRender

from bardtui.tui.widgets.transcript import Transcript, thumb

CONSOLE = Console(width=4, color_system="truecolor", force_terminal=True)


def drawn(size: int, virtual: int, window: int, position: float) -> str:
    window = window if window < virtual else 0
    bar = ScrollBarRender.render_bar(size, virtual, window, position)
    with CONSOLE.capture() as capture:
        CONSOLE.print(bar)
    return capture.get()


@given(
    size=st.integers(1, 40),
    ends=st.tuples(st.integers(1, 3_000), st.integers(1, 3_000)),
    shares=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_bars_with_the_same_thumb_look_the_same(
    size: int, ends: tuple[int, int], shares: tuple[float, float]
) -> None:
    scrolled = [
        (size, virtual, size, int(max(0, virtual - size) * share * 8) / 8)
        for virtual, share in zip(ends, shares, strict=True)
    ]
    one, other = scrolled
    if thumb(*one) == thumb(*other):
        assert drawn(*one) == drawn(*other)


async def test_the_bar_is_drawn_only_when_its_thumb_moves() -> None:
    transcript = Transcript()
    host = Host(transcript)
    async with host.run_test(size=(60, 20)) as pilot:
        transcript.begin_passage("model")
        transcript.append("A row of text.\n" * 2_000)
        bar = transcript.vertical_scrollbar
        await until(pilot, lambda: bar.position == transcript.max_scroll_y > 0)
        await settle(pilot)
        drawn: list[float] = []
        render = bar.render

        def recorded() -> object:
            drawn.append(bar.position)
            return render()

        bar.render = recorded  # type: ignore[method-assign, assignment]
        for _ in range(40):
            transcript.append("Another row.\n")
            await settle(pilot)
        assert bar.position == transcript.max_scroll_y
        assert len(drawn) <= 4
        transcript.scroll_to(y=0)
        await until(pilot, lambda: drawn[-1:] == [0])
