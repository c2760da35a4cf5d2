"""Writing together: where the writer's line goes, and who speaks it."""

import pytest
from driver import Driver

from bardtui.scene.cast import Cast, Role

pytestmark = pytest.mark.usefixtures("installed")

PAIR = Cast((Role("ANN", "writer"), Role("BEN")))


def written(driver: Driver, text: str) -> str:
    """Put a text into the scene as the model's, and return it."""
    manuscript = driver.session.manuscript
    passage = manuscript.begin("tiny", "", {}, 1)
    manuscript.extend(passage, text)
    manuscript.scene.end(passage, "length")
    driver.session.show_scene()
    return text


@pytest.mark.parametrize("cast", [Cast(), PAIR])
@pytest.mark.parametrize("at", ["My", "My lamp is "])
def test_after_a_cut_in_mid_row_the_line_goes_on_there(cast: Cast, at: str) -> None:
    with Driver() as driver:
        session = driver.session
        session.keep_cast(cast)
        text = written(driver, "BEN:\nMy lamp is low, the house asleep.\n")
        before = text[: text.index(at) + len(at)]
        session.cut(len(before))
        assert session.cut_row == at
        driver.send("yself.")
        assert session.text.startswith(before + "yself.\n")
        assert session.cut_row == ""
        session.undo()
        assert session.text == before
        assert session.cut_row == at


@pytest.mark.parametrize("cast", [Cast(), PAIR])
def test_a_name_before_the_words_speaks_them_where_no_cast_has_it(cast: Cast) -> None:
    with Driver() as driver:
        driver.session.keep_cast(cast)
        driver.send("BOY: The river is up")
        assert driver.session.text.startswith("BOY:\nThe river is up\n")
        before = driver.session.text.rstrip("\n")
        driver.send("BOY: It is up")
        assert driver.session.text.startswith(f"{before}\n\nBOY:\nIt is up\n")
