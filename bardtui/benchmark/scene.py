"""Test scenes of any length."""

from pathlib import Path
from random import Random

from bardtui.scene.journal_reader import SUFFIX, encode_header
from bardtui.scene.passage import encode
from bardtui.scene.scene import OPENED, Scene

LAST_LINE = "And so the lamp went down, and he that had counted every tread stood in the dark"
_PASSAGE, _CHUNK = 20_000, 1_000  # characters of a model's passage, and of a line of its journal

_SPEECHES = (
    "ANN:\nThe lamp is low, the house asleep;\nthe stair has counted every tread.\n\n",
    "BEN:\nWhat is it, then, that you would keep?\nI thought the last of it was said, and nobody "
    "would come to ask for more of it tonight than that.\n\n",
    "[A door is heard below.]\n\n",
)


def script(length: int) -> str:
    """A text of exactly `length` characters, at least some hundred: speeches, then LAST_LINE.

    They come in a random order, so that no two places have the same text before them.
    """
    shortest, room = min(map(len, _SPEECHES)), length - len(LAST_LINE) - 1
    order = Random(0).choices(_SPEECHES, k=room // shortest + 1)
    return "".join(order)[:room] + "\n" + LAST_LINE


def save_scene(folder: Path, title: str, length: int) -> Path:
    """Save a scene of `length` characters written by a model; return its path."""
    scene, text = Scene(title), script(length)
    lines = [encode_header(scene)]
    scene.on_event = lambda event: lines.append(encode(event))
    for begin in range(0, length, _PASSAGE):
        passage = scene.add("model", model="m", settings={"temperature": 0.8}, random_seed=begin)
        whole = text[begin : begin + _PASSAGE]
        for at in range(0, len(whole), _CHUNK):
            scene.extend(passage.id, whole[at : at + _CHUNK])
        scene.end(passage.id, OPENED)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{title}{SUFFIX}"
    path.write_bytes(b"".join(lines))
    return path
