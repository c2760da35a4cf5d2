"""Scenes and texts that tests of exports share: a real one, and random ones that try things."""

from pathlib import Path

from hypothesis import strategies as st

from bardtui.scene.scene import Scene

STAIR = (Path(__file__).parents[2] / "corpora" / "the-lower-stair.txt").read_text("utf-8")

# What formats have a meaning for, and what a script is made of, so that random texts hit upon it.
_SPECIAL = """
ROMEO: First Citizen: D'ORSAY: ANN_B: ÉLISE: INT.HALL: A: 王: [Exit] [ ] [[ ]] /* */ * ** _ __ \\
` ``` ~ ~~~ # ### = === - --- + > < ! @ . .. ( ) ^ | $ & &amp; &#60; <b> </p> <script> --> CUT TO:
FADE OUT. INT. EXT I/E est. 1. 2) {{ }} http://x_y www.a_b a@b.c :x: ' " Title: NOTE (aside) I say
İ ß ǅ \x00 \x07 \x1b[1m \u200b \u202e \u2060 \ufeff \U0001f600
"""
_BLANK = [
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    ":\n",
    "\r\n",
    "\x0b",
    "\x85",
    "\u2028",
    "\u3000",
    "\xa0",
]
_HEADINGS = ["[SCENE I. A wood.]", "\n\n[SCENE *]\n\n", "\n\n[ACT II]\n\n"]
_PIECES = [*_SPECIAL.split(), *_BLANK, *_HEADINGS]

texts = st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=16).map("".join)


def scene_of(*passages: str, title: str = "The lower stair") -> Scene:
    """A scene of these passages, by the writer and the model in turn."""
    scene = Scene(title, "2025-06-15T12:00:00+00:00")
    for number, text in enumerate(passages):
        if number % 2:
            scene.add("model", text, model="shakespeare", random_seed=number, reason="length")
        else:
            scene.add("writer", text)
    return scene
