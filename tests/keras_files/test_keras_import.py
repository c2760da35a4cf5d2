"""Importing a network: the ways to read its text, the order of its characters, the model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bardtui import paths
from bardtui.keras_files.character_orders import CharacterOrder, candidate_orders, find_order
from bardtui.keras_files.keras_import import import_network, readings
from bardtui.keras_files.network_reader import SavedNetwork, read_network_here
from bardtui.keras_files.saved_file import KerasFileError
from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle
from bardtui.text.corpus import Corpus, CorpusError, Document
from tests.conftest import VERSE, random_weights
from tests.keras_files.keras_models import SIZE, made, one_gru, save


def network(size: int) -> SavedNetwork:
    spec = NetworkSpec(size, 5, 6, 1, "gru")
    return SavedNetwork(spec, random_weights(spec))


def text(content: str) -> Corpus:
    return Corpus("a", "A", "", (Document("a", content),))


def order(characters: str, content: str = "a", unused: int = 0) -> CharacterOrder:
    return CharacterOrder("sorted", (*[None] * unused, *characters), content, text(content))


def read(path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    return [corpus.text for corpus in readings(str(path))]


# --- the ways to read the text


def test_a_text_with_newlines_is_read_in_one_way(tmp_path: Path) -> None:
    assert read(tmp_path / "a.txt", b"to be\nor not\n") == ["to be\nor not\n"]


def test_other_line_ends_are_read_in_two_ways(tmp_path: Path) -> None:
    found = read(tmp_path / "a.txt", b"to be\r\nor\rnot\n")
    assert found == ["to be\nor\nnot\n", "to be\r\nor\rnot\n"]
    assert found[0] == (tmp_path / "a.txt").read_text("utf-8")


def test_the_cleaned_text_is_the_last_way(tmp_path: Path) -> None:
    found = read(tmp_path / "a.txt", "\ufeffto be\x0c\n".encode())
    assert found == ["\ufeffto be\x0c\n", "to be\n"]


def test_a_name_in_the_catalogue_is_its_file(tmp_path: Path) -> None:
    (corpus,) = readings("the-lower-stair")
    raw = (paths.bundled_corpora() / "the-lower-stair.txt").read_text("utf-8")
    assert (corpus.name, corpus.text) == ("the-lower-stair", raw)


def test_a_folder_is_read_as_bardtui_does(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name)
    assert [corpus.text for corpus in readings(str(tmp_path))] == ["a\n\nb"]


def test_a_missing_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no text or file"):
        readings(str(tmp_path / "none.txt"))


# --- the order of the characters


def test_the_usual_orders_are_candidates_the_most_usual_first() -> None:
    found = [(o.name, o.characters) for o in candidate_orders([text("caab\nB")], 5)]
    assert found == [
        ("sorted", ("\n", "B", "a", "b", "c")),
        ("by frequency", ("a", "c", "b", "\n", "B")),
        ("by first appearance", ("c", "a", "b", "\n", "B")),
        ("by frequency, ties in reverse order", ("a", "c", "b", "B", "\n")),
        ("sorted, in lower case, from index 1", (None, "\n", "a", "b", "c")),
        ("by frequency, in lower case, from index 1", (None, "a", "b", "c", "\n")),
        ("by first appearance, in lower case, from index 1", (None, "c", "a", "b", "\n")),
        (
            "by frequency, ties in reverse order, in lower case, from index 1",
            (None, "b", "a", "c", "\n"),
        ),
    ]
    assert candidate_orders([text("ab")], 4)[0].characters == (None, None, "a", "b")


def test_a_text_with_another_number_of_characters_is_refused_with_both_numbers() -> None:
    with pytest.raises(KerasFileError) as caught:
        candidate_orders([text("Abc\n"), text("Abc\r\na")], 9)
    assert str(caught.value) == (
        "the network has 9 characters, A has 4 or 6 or 5: the text must be the very file that the "
        "model was trained on, byte for byte"
    )


def in_code_point_order(content: str) -> list[str]:
    return sorted(set(content))


def by_frequency(content: str) -> list[str]:
    return sorted(dict.fromkeys(content), key=lambda c: -content.count(c))


def by_frequency_reversed(content: str) -> list[str]:
    return sorted(set(content), key=lambda c: (content.count(c), c), reverse=True)


@pytest.mark.parametrize(
    ("arrange", "unused", "lower", "name"),
    [
        (in_code_point_order, 0, False, "sorted"),
        (in_code_point_order, 1, False, "sorted, from index 1"),
        (by_frequency, 1, False, "by frequency, from index 1"),
        (by_frequency, 1, True, "by frequency, in lower case, from index 1"),
        (dict.fromkeys, 0, False, "by first appearance"),
        (by_frequency_reversed, 2, False, "by frequency, ties in reverse order, from index 2"),
    ],
)
def test_the_order_that_the_network_knows_is_found(
    tiny_model: ModelBundle,
    arrange: Callable[[str], list[str]],
    unused: int,
    lower: bool,
    name: str,
) -> None:
    content = (VERSE * 30).lower() if lower else VERSE * 30
    characters = [*arrange(content)]
    places = [tiny_model.vocabulary.index(c) for c in characters]
    embedding, *layers, kernel, bias = tiny_model.weights()
    columns = np.pad(kernel[:, places], ((0, 0), (unused, 0)))
    weights = [
        np.pad(embedding[places], ((unused, 0), (0, 0))),
        *layers,
        columns,
        np.pad(bias[places], (unused, 0), constant_values=-9),
    ]
    spec = replace(tiny_model.spec, vocabulary_size=len(characters) + unused)
    orders = candidate_orders([text(VERSE * 30)], spec.vocabulary_size)
    progress: list[tuple[int, int]] = []
    found = find_order(SavedNetwork(spec, weights), orders, lambda *done: progress.append(done))
    assert found.name == name
    assert found.characters == (*[None] * unused, *characters)
    assert progress[len(orders) - 1] == (len(orders), len(orders))


def test_a_loss_far_above_chance_in_every_order_is_refused(tiny_model: ModelBundle) -> None:
    mixed = np.random.default_rng(1).permutation(len(tiny_model.vocabulary))
    embedding, *layers, kernel, bias = tiny_model.weights()
    weights = [embedding[mixed], *layers, kernel[:, mixed], bias[mixed]]
    network = SavedNetwork(tiny_model.spec, weights)
    orders = candidate_orders([text(VERSE * 10)], len(tiny_model.vocabulary))
    with pytest.raises(KerasFileError, match="with no usual order of its characters") as caught:
        find_order(network, orders)
    assert "is it the text that the model was trained on?" in str(caught.value)


def test_a_network_that_gives_no_numbers_is_refused() -> None:
    spec = NetworkSpec(3, 5, 6, 1, "gru")
    weights = [np.full_like(w, np.nan) for w in random_weights(spec)]
    with pytest.raises(KerasFileError, match="at best nan nats"):
        find_order(SavedNetwork(spec, weights), candidate_orders([text("abc" * 9)], 3))


# --- the model


def test_with_the_same_characters_the_weights_stay_the_same() -> None:
    given = network(4)
    found = import_network(given, order("\nabc"), "mine", "a.keras")
    assert found.bundle.vocabulary.characters == ("\n", "a", "b", "c")
    assert found.bundle.spec == given.spec
    for ours, theirs in zip(found.weights, given.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert found.notes == ("the characters of A, sorted",)


def test_indices_without_a_character_are_left_out() -> None:
    given = network(5)
    found = import_network(given, order("\nabc", unused=1), "mine", "a.keras")
    assert found.bundle.vocabulary.characters == ("\n", "a", "b", "c")
    assert found.bundle.spec == NetworkSpec(4, 5, 6, 1, "gru")
    assert [w.shape for w in found.weights] == [*found.bundle.spec.weight_shapes().values()]
    np.testing.assert_array_equal(found.weights[0], given.weights[0][1:])
    np.testing.assert_array_equal(found.weights[-2], given.weights[-2][:, 1:])
    np.testing.assert_array_equal(found.weights[-1], given.weights[-1][1:])


def test_without_an_index_the_probabilities_of_the_others_keep_their_ratios(
    tmp_path: Path,
) -> None:
    """As TensorFlow's tutorial forbids [UNK] when it generates."""
    kept = "\n abcdefghi"
    keras_network = made(one_gru())
    path = save(keras_network, tmp_path / "a.weights.h5")
    found = import_network(read_network_here(path, {}), order(kept, unused=1), "a", "a.h5")
    assert len(kept) == SIZE - 1
    indices = np.random.default_rng(0).integers(0, len(kept), 60).astype(np.int32)
    inputs = np.concatenate([[kept.index("\n")], indices[:-1]])[None] + 1
    logits = np.asarray(keras_network(inputs), np.float64)[0, :, 1:]
    expected = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    scores = Decoder(found.bundle.spec, found.bundle.vocabulary, found.weights).read(indices)
    np.testing.assert_allclose(scores, expected[np.arange(60), indices], atol=1e-5)


def test_characters_that_a_terminal_might_obey_are_left_out() -> None:
    found = import_network(network(5), order("\n\x0cab\ufeff"), "mine", "a.keras")
    assert found.bundle.vocabulary.characters == ("\n", "a", "b")
    assert found.notes[-1] == "left out, because bardtui never writes them: U+000C, U+FEFF"
    assert [w.shape for w in found.weights] == [*found.bundle.spec.weight_shapes().values()]


def test_a_network_that_learnt_carriage_returns_is_refused() -> None:
    with pytest.raises(KerasFileError, match=r"trained on the line ends \\r\\n of A"):
        import_network(network(4), order("\n\rab"), "mine", "a.keras")


def test_an_imported_model_is_saved_and_loaded_like_any_other(tmp_path: Path) -> None:
    content = VERSE * 2
    (first, *_) = candidate_orders([text(content)], len(set(content)))
    found = import_network(network(len(set(content))), first, "mine", "a\x1b.keras").measured()
    saved = found.bundle.save(tmp_path / "mine", found.weights)
    loaded = ModelBundle.load(tmp_path / "mine")
    assert loaded.spec == found.bundle.spec
    assert loaded.vocabulary.characters == tuple(sorted(set(content)))
    assert loaded.sha256 == saved.sha256
    assert loaded.held_out_loss is None
    part = f"the last {round(len(content) * 0.1):,} characters of the text"
    assert set(loaded.training) == {"imported from", "character order", part}
    assert loaded.training["imported from"] == "a␛.keras"
    assert loaded.memory_length == found.bundle.memory_length
    assert loaded.description == "Made with Keras, from A."
    for ours, theirs in zip(loaded.weights(), found.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3)
