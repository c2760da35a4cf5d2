"""Packing a model: the same bytes each time, and nothing of a private text but the weights."""

from pathlib import Path

import pytest

from bardtui.model.description import ModelError
from bardtui.sharing.card import card
from bardtui.sharing.contents import PARTS, chosen, held
from bardtui.sharing.pack import pack
from bardtui.sharing.unpack import add
from tests.sharing.archives import SECRETS, described, members, own_model


def test_the_same_model_gives_the_same_file(tmp_path: Path) -> None:
    bundle = own_model(public=True)
    first = pack(bundle, tmp_path / "a", held(bundle))
    again = pack(bundle, tmp_path / "b", held(bundle))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert first.sha256 == again.sha256
    added = add(tmp_path / "a", "own-2")
    assert added.sha256 == first.sha256
    repacked = pack(added.bundle, tmp_path / "c", held(added.bundle))
    names = (members((tmp_path / letter).read_bytes()) for letter in "ac")
    assert [*next(names)] == [*next(names)]
    assert repacked.size == first.size + 3 * len("-2")  # in model.json, and twice in the card


def test_of_a_private_text_nothing_is_packed_but_the_weights(tmp_path: Path) -> None:
    bundle = own_model()
    assert held(bundle) == [*PARTS]
    pack(bundle, tmp_path / "a", chosen(bundle, None))
    assert [*members((tmp_path / "a").read_bytes())] == [
        "README.md",
        "model.json",
        "weights.safetensors",
    ]
    data = (tmp_path / "a").read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in data]
    values = described(data)
    assert (values["words"], values["casts"], values["corpus_index_sha256"]) == ("", {}, "")
    assert values["description"] == "Trained on a private text."
    assert values["training"] == {"from": None, "epochs": 2, "optimizer": "adam"}
    assert values["history"] == [{"epoch": 1, "loss": 2.5, "best": True}]
    assert values["versions"] == {"bardtui": "0.2.0", "python": "3.11.1"}
    assert values["public"] is False


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_packed_if_the_owner_says_so(tmp_path: Path, part: str) -> None:
    bundle = own_model()
    pack(bundle, tmp_path / "a", chosen(bundle, part))
    added = add(tmp_path / "a", "added").bundle
    assert held(added) == [part]


def test_of_a_public_text_everything_is_packed_but_paths(tmp_path: Path) -> None:
    bundle = own_model(public=True)
    pack(bundle, tmp_path / "a", chosen(bundle, None))
    data = (tmp_path / "a").read_bytes()
    assert not [secret for secret in SECRETS[:3] if secret.encode() in data]
    added = add(tmp_path / "a", "added").bundle
    assert held(added) == [*PARTS]
    assert added.public
    assert added.casts == bundle.casts
    assert added.words == bundle.words
    assert chosen(bundle, "none") == []


def test_a_description_of_the_owner_s_stays(tmp_path: Path) -> None:
    bundle = own_model()
    object.__setattr__(bundle, "description", "My own words.")
    pack(bundle, tmp_path / "a", ())
    assert described((tmp_path / "a").read_bytes())["description"] == "My own words."


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ModelError, match="there is no part 'text'; there are words, casts"):
        chosen(own_model(), "words,text")


def test_the_card_has_the_metadata_of_the_hub_and_escapes_texts(tmp_path: Path) -> None:
    bundle = own_model(licence="My <b> licence", language="en")
    object.__setattr__(bundle, "description", "[x](http://a) <script>\x1b[2J # *a*")
    pack(bundle, tmp_path / "a", ())
    made = members((tmp_path / "a").read_bytes())["README.md"].decode()
    assert made.startswith("---\nlibrary_name: bardtui\n")
    assert 'language: "en"\nlicense: other\nlicense_name: "My <b> licence"\n---\n' in made
    assert "\n# own\n" in made
    assert r"\[x\]\(http://a\) \<script\>" in made
    assert "\x1b" not in made


@pytest.mark.parametrize(
    ("licence", "language", "metadata"),
    [
        ("CC0-1.0", "pt-BR", 'language: "pt"\nlicense: cc0-1.0\n---'),
        ("Public-Domain", "", '\nlicense: other\nlicense_name: "Public-Domain"\n---'),
    ],
)
def test_the_metadata_have_what_the_hub_knows(licence: str, language: str, metadata: str) -> None:
    assert metadata in card(own_model(licence=licence, language=language))
