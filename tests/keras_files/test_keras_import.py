"""The characters of a tutorial's model, found in the text that it was trained on."""

from pathlib import Path

import numpy as np
import pytest

from bardtui import paths
from bardtui.keras_files.files import TutorialError
from bardtui.keras_files.keras_import import readings, to_bundle, with_characters
from bardtui.keras_files.reader import TutorialNetwork, read_here
from bardtui.model.decoder import Decoder
from bardtui.model.network import NetworkSpec
from bardtui.model.store import ModelBundle
from bardtui.model.vocabulary import Vocabulary
from bardtui.text.corpus import Corpus, CorpusError, Document
from tests.conftest import VERSE, random_weights
from tests.keras_files.keras_models import SIZE, made, one_gru, save


def network(size: int) -> TutorialNetwork:
    spec = NetworkSpec(size, 5, 6, 1, "gru")
    return TutorialNetwork(spec, random_weights(spec))


def text(content: str) -> Corpus:
    return Corpus("a", "A", "", (Document("a", content),))


def written(path: Path, content: bytes) -> list[str]:
    path.write_bytes(content)
    return [corpus.text for corpus in readings(str(path))]


# --- the text, as a tutorial may have read it


def test_a_text_with_line_feeds_has_one_reading(tmp_path: Path) -> None:
    assert written(tmp_path / "a.txt", b"to be\nor not\n") == ["to be\nor not\n"]


def test_other_line_ends_are_read_both_ways(tmp_path: Path) -> None:
    found = written(tmp_path / "a.txt", b"to be\r\nor\rnot\n")
    assert found == ["to be\nor\nnot\n", "to be\r\nor\rnot\n"]
    assert found[0] == (tmp_path / "a.txt").read_text("utf-8")


def test_the_cleaned_text_is_the_last_way(tmp_path: Path) -> None:
    found = written(tmp_path / "a.txt", "\ufeffto be\x0c\n".encode())
    assert found == ["\ufeffto be\x0c\n", "to be\n"]


def test_a_name_of_the_catalogue_is_its_file(tmp_path: Path) -> None:
    (corpus,) = readings("the-lower-stair")
    raw = (paths.bundled_corpora() / "the-lower-stair.txt").read_text("utf-8")
    assert (corpus.name, corpus.text) == ("the-lower-stair", raw)


def test_a_folder_is_read_as_bardtui_does(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name)
    assert [corpus.text for corpus in readings(str(tmp_path))] == ["a\n\nb"]


def test_a_text_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="there is no text or file"):
        readings(str(tmp_path / "none.txt"))


# --- the characters


def test_they_are_sorted_and_nothing_else_changes() -> None:
    given = network(4)
    found = with_characters(given, [text("cab\n" * 3)])
    assert found.vocabulary.characters == ("\n", "a", "b", "c")
    assert (found.spec, found.weights[0] is given.weights[0]) == (given.spec, False)
    for ours, theirs in zip(found.weights, given.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert found.notes == ()


def test_a_network_that_knows_one_more_keeps_index_0_for_the_unknown() -> None:
    given = network(5)
    found = with_characters(given, [text("cab\n")])
    assert found.vocabulary.characters == ("\n", "a", "b", "c")
    assert found.spec == NetworkSpec(4, 5, 6, 1, "gru")
    assert [w.shape for w in found.weights] == list(found.spec.weight_shapes().values())
    np.testing.assert_array_equal(found.weights[0], given.weights[0][1:])
    np.testing.assert_array_equal(found.weights[-2], given.weights[-2][:, 1:])
    np.testing.assert_array_equal(found.weights[-1], given.weights[-1][1:])
    assert found.notes == ("left out, since a model of bardtui's never writes it: [UNK]",)


def test_without_the_unknown_the_others_stand_to_one_another_as_before(tmp_path: Path) -> None:
    """As TensorFlow's tutorial does it, which forbids [UNK] when it writes."""
    kept = "\n abcdefghi"
    keras_network = made(one_gru())
    path = save(keras_network, tmp_path / "a.weights.h5")
    found = with_characters(read_here(path, {}), [text(kept)])
    assert len(kept) == SIZE - 1
    indices = np.random.default_rng(0).integers(0, len(kept), 60).astype(np.int32)
    begun = np.concatenate([[kept.index("\n")], indices[:-1]])[None] + 1
    logits = np.asarray(keras_network(begun), np.float64)[0, :, 1:]
    wanted = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    scores = Decoder(found.spec, found.vocabulary, found.weights).read(indices)
    np.testing.assert_allclose(scores, wanted[np.arange(60), indices], atol=1e-5)


def test_an_exact_number_goes_before_one_more() -> None:
    found = with_characters(network(4), [text("ab\n"), text("abc\n")])
    assert found.corpus.text == "abc\n"
    assert len(found.vocabulary) == 4


def test_what_a_terminal_might_obey_is_left_out() -> None:
    found = with_characters(network(5), [text("\ufeffab\n\x0c")])
    assert found.vocabulary.characters == ("\n", "a", "b")
    assert found.notes == ("left out, since a model of bardtui's never writes it: U+000C, U+FEFF",)
    assert [w.shape for w in found.weights] == list(found.spec.weight_shapes().values())


def test_the_reading_that_fits_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"to be\r\n")
    found = with_characters(network(6), readings(str(path)))
    assert found.corpus.text == "to be\n"
    assert found.notes == ()
    # Seven: either \r or [UNK], and a network that has learnt \r could not be taken over.
    with pytest.raises(TutorialError, match=r"trained on the line ends \\r\\n of a, which bardtui"):
        with_characters(network(7), readings(str(path)))


def test_another_text_is_told_with_both_numbers() -> None:
    with pytest.raises(TutorialError) as caught:
        with_characters(network(9), [text("abc\n"), text("abc\r\n")])
    assert str(caught.value) == (
        "the network knows 9 characters, A has 4 or 5: the text must be the very file that the "
        "model was trained on, byte for byte"
    )


def test_the_model_is_saved_and_loaded_like_any(tmp_path: Path) -> None:
    found = with_characters(network(len(set(VERSE))), [text(VERSE)])
    saved = to_bundle(found, "mine", "a\x1b.keras").save(tmp_path / "mine", found.weights)
    loaded = ModelBundle.load(tmp_path / "mine")
    assert loaded.spec == found.spec
    assert loaded.vocabulary == Vocabulary.of(VERSE)
    assert loaded.sha256 == saved.sha256
    assert loaded.held_out_loss is None
    assert loaded.training == {"imported from": "a␛.keras"}
    assert loaded.description == "Made with Keras, from A."
    for ours, theirs in zip(loaded.weights(), found.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3)
