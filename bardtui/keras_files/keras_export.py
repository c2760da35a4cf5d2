"""A model as a file that plain Keras loads: its own layers only, no code of ours."""

import json
import tempfile
from pathlib import Path

from bardtui.files import atomic_write
from bardtui.model.network import build_network
from bardtui.model.store import ModelBundle, ModelError


def export_keras(model: ModelBundle, path: Path) -> Path:
    """Write the model to `path`, which ends in .keras, and its characters to the file returned,
    `path` with .json after it: a Keras file has no place for them.

    `keras.models.load_model(path)` gives int32 (batch, time) -> float32 logits (batch, time,
    vocabulary); index i stands for the i-th of "characters". Raises ModelError and OSError; where a
    file stood it stands until the new one is whole.
    """
    characters = characters_file(path)
    network = build_network(model.spec, stateful=False, plain=True)
    network.set_weights(model.weights())
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "model.keras")
        network.save(saved)
        content = saved.read_bytes()
    told = {
        "model": model.name,
        "description": model.description,
        "licence": model.licence,
        "characters": list(model.vocabulary.characters),
    }
    atomic_write(characters, json.dumps(told, indent=1) + "\n", private=False)
    atomic_write(path, content, private=False)
    return characters


def characters_file(path: Path) -> Path:
    """Where the characters of a model exported to `path` lie. Raises ModelError."""
    if path.suffix != ".keras":
        raise ModelError(f"{path.name} has to end in .keras, by which Keras knows the format")
    return path.with_name(f"{path.name}.json")
