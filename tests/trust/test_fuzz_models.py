"""Fuzzing of models: any model.json and weights file is loaded whole or refused in one line."""

import json
import struct
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bardtui.model.store import DESCRIPTION, WEIGHTS, ModelBundle, ModelError
from tests.conftest import random_weights, small_model
from tests.trust.fuzzing import ANY_JSON, ANY_TEXT, NUMBERS, fuzz, is_one_line


def saved_model() -> tuple[dict[str, Any], bytes]:
    """The model.json and the weights file of a valid model."""
    bundle = small_model()
    with tempfile.TemporaryDirectory() as folder:
        bundle.save(Path(folder) / "model", random_weights(bundle.spec))
        description = json.loads((Path(folder) / "model" / DESCRIPTION).read_text())
        return description, (Path(folder) / "model" / WEIGHTS).read_bytes()


VALID, VALID_WEIGHTS = saved_model()
HEADER_SIZE = struct.unpack("<Q", VALID_WEIGHTS[:8])[0]
HEADER = json.loads(VALID_WEIGHTS[8 : 8 + HEADER_SIZE])


def load(description: bytes, weights: bytes) -> ModelBundle | None:
    """Load a model made of these two files; None if it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / DESCRIPTION).write_bytes(description)
        (Path(folder) / WEIGHTS).write_bytes(weights)
        try:
            bundle = ModelBundle.load(Path(folder))
            bundle.weights()
        except ModelError as error:
            is_one_line(error)
            return None
        return bundle


_VALUES = st.sampled_from([0, 1, 2, -1, 2**31, 2**63, 200_000_000]) | NUMBERS | ANY_JSON


def _changed(valid: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The valid values with some of them replaced."""
    replaced = st.dictionaries(st.sampled_from(sorted(valid)) | ANY_TEXT, _VALUES, max_size=3)
    return replaced.map(lambda values: valid | values)


_NETWORKS = _changed(VALID["network"])
_DESCRIPTIONS = st.builds(lambda d, n: d | {"network": n}, _changed(VALID), _NETWORKS)


@fuzz((_changed(VALID) | _DESCRIPTIONS | ANY_JSON).map(json.dumps) | ANY_TEXT)
def test_any_description_is_loaded_or_refused(text: str) -> None:
    bundle = load(text.encode("utf-8", "replace"), VALID_WEIGHTS)
    if bundle is not None:
        assert bundle.spec.parameters == small_model().spec.parameters
        loss = bundle.held_out_loss
        assert loss is None or 0 <= loss < 1_000


@st.composite
def weights_files(draw: st.DrawFn) -> bytes:
    """A weights file with a changed header, size, or some changed bytes."""
    name = st.sampled_from(sorted(HEADER))
    entry = st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F16", "F32", "F64", "I8", "BOOL", "X"]) | ANY_JSON,
            "shape": st.lists(NUMBERS | st.integers(0, 20), max_size=4) | ANY_JSON,
            "data_offsets": st.lists(NUMBERS | st.integers(0, 2_000), max_size=3) | ANY_JSON,
        }
    )
    header = HEADER | draw(st.dictionaries(name | ANY_TEXT, entry | ANY_JSON, max_size=2))
    encoded = json.dumps(header).encode()
    size = draw(st.just(len(encoded)) | st.integers(0, 2**64 - 1))
    data = bytearray(struct.pack("<Q", size) + encoded + VALID_WEIGHTS[8 + HEADER_SIZE :])
    for at, byte in draw(
        st.dictionaries(st.integers(0, len(data) - 1), st.integers(0, 255))
    ).items():
        data[at] = byte
    return bytes(data[: draw(st.none() | st.integers(0, len(data)))])


@fuzz(weights_files() | st.binary(max_size=100))
def test_any_weights_file_is_loaded_or_refused(data: bytes) -> None:
    import hashlib

    signed = VALID | {"weights_sha256": hashlib.sha256(data).hexdigest()}
    load(json.dumps(signed).encode(), data)
