"""Line plots of braille characters."""

from hypothesis import given
from hypothesis import strategies as st

from bardtui.plot import plot

VALUES = st.floats(-1e6, 1e6)
LINES = st.lists(st.lists(st.tuples(VALUES, VALUES), max_size=20), max_size=3)


def test_a_falling_line_falls_from_the_first_cell_to_the_last() -> None:
    drawn = plot([[(0, 2.0), (1, 1.0)]], 8, 2)
    assert drawn is not None
    assert drawn.rows == ["⠉⠒⠤⣀⠀⠀⠀⠀", "⠀⠀⠀⠀⠉⠒⠤⣀"]
    assert (drawn.low, drawn.high) == (1.0, 2.0)


def test_the_first_line_is_solid_and_the_second_dotted() -> None:
    drawn = plot([[(0, 1), (10, 1)], [(0, 3), (10, 3)]], 5, 2)
    assert drawn is not None
    assert drawn.rows == ["⠁⠁⠁⠁⠁", "⣀⣀⣀⣀⣀"]
    assert drawn.lines == [[1] * 5, [0] * 5]


def test_a_steep_beginning_does_not_flatten_the_rest() -> None:
    drawn = plot([[(x / 100, 5.0 if x < 5 else 2 - x / 100) for x in range(101)]], 20, 4)
    assert drawn is not None
    assert (drawn.low, round(drawn.high, 2)) == (1.0, 1.9)


def test_without_points_or_room_nothing_is_drawn() -> None:
    assert plot([], 10, 3) is None
    assert plot([[], []], 10, 3) is None
    assert plot([[(0, 1)]], 0, 3) is None


@given(LINES, st.integers(1, 30), st.integers(1, 8))
def test_any_points_fit_into_the_cells(
    lines: list[list[tuple[float, float]]], width: int, height: int
) -> None:
    drawn = plot(lines, width, height)
    if drawn is None:
        assert not any(lines)
        return
    assert [len(row) for row in drawn.rows] == [width] * height
    assert all(0x2800 <= ord(cell) <= 0x28FF for row in drawn.rows for cell in row)
    drawn_cells = sum(cell != "⠀" for row in drawn.rows for cell in row)
    assert drawn_cells == sum(line >= 0 for row in drawn.lines for line in row)
