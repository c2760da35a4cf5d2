"""The themes are legible, and every theme has the role colours."""

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from bardtui.tui.theme import FOOTLIGHTS, FOOTLIGHTS_LIGHT, THEMES, role_variables

TEXT = ("writer", "model", "cue", "text", "text-muted", "text-error", "foreground-muted")
GROUNDS = ("background", "surface", "panel")


def luminance(colour: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [value / 255 for value in (colour.r, colour.g, colour.b)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours."""
    dark, light = sorted(luminance(Color.parse(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def variables(theme: Theme) -> dict[str, str]:
    return {**role_variables(theme), **theme.to_color_system().generate(), **theme.variables}


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", [*TEXT, "accent", "secondary", "warning", "success", "foreground"])
def test_text_is_legible_on_every_background(theme: Theme, ground: str, text: str) -> None:
    colours = variables(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("block-cursor-foreground", "block-cursor-background"),
        ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
        ("foreground-muted", "block-cursor-background"),
        ("footer-key-foreground", "footer-background"),
        ("footer-description-foreground", "footer-background"),
        ("input-cursor-foreground", "input-cursor-background"),
        ("background", "accent"),
        ("text-disabled", "background"),
    ],
)
def test_cursor_footer_and_buttons_can_be_read(theme: Theme, text: str, ground: str) -> None:
    colours = variables(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("text", ["writer", "model", "cue"])
def test_selected_text_can_be_read(theme: Theme, text: str) -> None:
    colours = variables(theme)
    ground = Color.parse(colours["background"])
    tint, share = colours["screen-selection-background"].removesuffix("%").split()
    selected = ground.blend(Color.parse(tint), int(share) / 100)
    assert contrast(colours[text], selected.hex) >= 4.5
    assert contrast(ground.hex, selected.hex) >= 1.15


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_focus_shows_in_the_border(theme: Theme) -> None:
    colours = variables(theme)
    assert contrast(colours["border"], colours["background"]) >= 3
    assert contrast(colours["border"], colours["border-blurred"]) >= 1.5


def test_both_themes_set_the_same_variables() -> None:
    assert FOOTLIGHTS.dark
    assert not FOOTLIGHTS_LIGHT.dark
    assert FOOTLIGHTS.variables.keys() == FOOTLIGHTS_LIGHT.variables.keys()


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=lambda theme: theme.name)
def test_every_theme_of_textual_has_role_colours(theme: Theme) -> None:
    roles = role_variables(theme)
    assert roles.keys() == {"writer", "model", "cue", "mark", "velvet"}
    for colour in roles.values():
        Color.parse(colour)


def test_the_role_colours_of_a_theme_come_first() -> None:
    assert role_variables(FOOTLIGHTS)["mark"] == FOOTLIGHTS.variables["mark"] == "#b5475d"


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_role_colours_are_legible_in_every_theme(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    colours = role_variables(theme)
    ground = theme.background or ("#121212" if theme.dark else "#efefef")
    for role in ("writer", "model", "cue"):
        # A terminal's own colours are the user's choice.
        if Color.parse(ground).ansi is None and Color.parse(colours[role]).ansi is None:
            legible = contrast(colours[role], ground) >= 4.5
            assert legible or colours[role].lower() == colours["model"].lower()
