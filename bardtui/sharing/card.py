"""README.md of a packed model: its card, with the metadata that the Hugging Face hub reads."""

import json
import re

from bardtui.escaping import inert, one_line
from bardtui.model.store import ModelBundle
from bardtui.sharing.contents import PARTS, held

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~&!])")
_LICENCE = re.compile("[A-Za-z0-9.+-]{1,40}")
_WIDTH = 500


def card(bundle: ModelBundle) -> str:
    """The card in Markdown. Texts of the model are escaped."""
    parts = [PARTS[part] for part in held(bundle)]
    lines = [
        *_metadata(bundle),
        f"# {bundle.name}",
        "",
        *([_escaped(bundle.description), ""] if bundle.description else []),
        "A character-level language model for bardtui, a program to write scenes together with a "
        "network in a terminal. Add it with",
        "",
        f"    bardtui models add {bundle.name}.bardmodel",
        "",
        *(f"- {name}: {value}" for name, value in facts(bundle)),
        f"- the text: {'; '.join(parts) or 'nothing of it is kept beside the weights'}",
        "",
        "Like every language model, it can write parts of its text by heart.",
    ]
    return "\n".join(lines) + "\n"


def facts(bundle: ModelBundle) -> list[tuple[str, str]]:
    """What a reader wants to know about a model: names and values, escaped for Markdown."""
    spec, loss = bundle.spec, bundle.held_out_loss
    characters = bundle.corpus.get("characters")
    size = f", {characters:,} characters" if type(characters) is int else ""
    found = [
        ("trained on", _escaped(bundle.title or "a text that is not named") + size),
        ("language", bundle.language),
        ("licence", _escaped(bundle.licence)),
        (
            "network",
            f"embedding {spec.embedding_dim}, {spec.layers} x {spec.cell} {spec.units}, "
            f"{spec.parameters:,} parameters, {spec.vocabulary_size} characters",
        ),
        ("loss on held-out text", "" if loss is None else f"{loss:.3f} nats a character"),
        ("SHA-256 of the weights", bundle.sha256),
    ]
    return [(name, value) for name, value in found if value]


def _metadata(bundle: ModelBundle) -> list[str]:
    licence = bundle.licence
    known = _LICENCE.fullmatch(licence)
    name = [f"license_name: {json.dumps(inert(licence))}"] if licence and not known else []
    return [
        "---",
        "library_name: bardtui",
        "pipeline_tag: text-generation",
        "tags: [bardtui, lstm, character-level]",
        *([f"language: {json.dumps(bundle.language)}"] if bundle.language else []),
        *([f"license: {licence.lower() if known else 'other'}"] if licence else []),
        *name,
        "---",
        "",
    ]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(inert(text), _WIDTH))
