"""Exporting a model as a file that plain Keras loads: only its own layers, no code of ours."""

import hashlib
import json
import tempfile
from pathlib import Path

from bardtui.files import atomic_write
from bardtui.model.network import build_network
from bardtui.model.store import ModelBundle, ModelError


def export_keras(model: ModelBundle, path: Path) -> Path:
    """Write the model to `path`, which ends in .keras, and its characters to another file.

    That file is `path` with .json after it, because a Keras file has no place for characters; it is
    returned. It comes first, and contains the other's hash, so that a kill between the two cannot
    leave a pair that looks right and is not.

    `keras.models.load_model(path)` gives a network from int32 (batch, time) to float32 logits
    (batch, time, vocabulary); index i stands for the i-th of "characters". Raises ModelError and
    OSError; an existing file stays until the new one is complete.
    """
    characters = characters_file(path)
    network = build_network(model.spec, stateful=False, plain=True)
    network.set_weights(model.weights())
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder, "model.keras")
        network.save(saved)
        content = saved.read_bytes()
    values = {
        "model": model.name,
        "description": model.description,
        "licence": model.licence,
        "keras_sha256": hashlib.sha256(content).hexdigest(),
        "characters": list(model.vocabulary.characters),
    }
    atomic_write(characters, json.dumps(values, indent=1) + "\n", private=False)
    atomic_write(path, content, private=False)
    return characters


def characters_file(path: Path) -> Path:
    """The file for the characters of a model exported to `path`. Raises ModelError."""
    if path.suffix != ".keras":
        raise ModelError(f"{path.name} must end in .keras, by which Keras knows the format")
    return path.with_name(f"{path.name}.json")
