"""A model's card: in plain words, and as README.md with the metadata of the Hugging Face hub."""

import json
import math
import re

from bardtui.escaping import inert, one_line
from bardtui.model.library import size_of
from bardtui.model.store import ModelBundle
from bardtui.sharing.contents import PARTS, held

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~&!])")
# Those of the hub's identifiers that suit a model or a text; it calls any other licence "other".
_LICENCES = {
    *("mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc", "unlicense", "wtfpl", "zlib"),
    *("cc0-1.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nd-4.0"),
    *("cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "cc-by-nc-nd-4.0", "pddl", "odbl"),
    *("gpl-2.0", "gpl-3.0", "lgpl-3.0", "agpl-3.0", "mpl-2.0", "openrail"),
}
_WIDTH = 500


def card(bundle: ModelBundle, get: str = "") -> str:
    """The card in Markdown. Texts of the model are escaped.

    `get` is the command that adds the model, if it does not come as a file.
    """
    parts = [PARTS[part] for part in held(bundle)]
    lines = [
        *_metadata(bundle),
        f"# {bundle.name}",
        "",
        *([_escaped(bundle.description), ""] if bundle.description else []),
        "A character-level language model for bardtui, a program to write scenes together with a "
        "network in a terminal. Add it with",
        "",
        f"    {get or f'bardtui models add {bundle.name}.bardmodel'}",
        "",
        *(f"- {name}: {value}" for name, value in facts(bundle)),
        f"- the text: {'; '.join(parts) or 'nothing of it is kept beside the weights'}",
        "",
        "Like every language model, it can write parts of its text by heart.",
    ]
    return "\n".join(lines) + "\n"


def in_words(bundle: ModelBundle) -> list[str]:
    """Sentences on what a model has read, how well, what it knows, and what it says of its text.

    Texts of the model are one line each.
    """
    size, loss = bundle.corpus.get("characters"), bundle.held_out_loss
    of = f" of {size:,} characters" if type(size) is int else ""
    whose = "came with bardtui" if bundle.bundled else "is yours"
    disk = size_of(bundle.folder) / 1e6 if bundle.folder else 0
    words = f"{len(bundle.words):,} words are kept with it" if bundle.words else "no words are kept"
    parts = "; ".join(PARTS[part] for part in held(bundle))
    return [
        *([one_line(bundle.description, _WIDTH)] if bundle.description else []),
        f"{bundle.name} {whose}. It has read {bundle.title or 'a text that is not named'}{of}; "
        f"what it learnt is in {bundle.spec.parameters:,} numbers, {disk:.2f} MB on the disk.",
        *([_unsure(loss)] if loss is not None else []),
        *([f"A line that it wrote: {bundle.sample}"] if bundle.sample else []),
        f"It looks back about {bundle.memory_length:,} characters and can write "
        f"{len(bundle.vocabulary)} different ones; {words}.",
        f"It says this about its text: {parts or 'nothing'}.",
    ]


def _unsure(loss: float) -> str:
    return (
        "On text that it has not read, it is as unsure of the next character as among "
        f"{math.exp(min(loss, 20)):.1f} equally likely ones ({loss:.3f} nats)."
    )


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
    """What the hub reads: it knows languages by two or three letters, and some licences."""
    licence, language = bundle.licence, bundle.language.partition("-")[0].lower()
    known = licence.lower() in _LICENCES
    name = [f"license_name: {json.dumps(inert(licence))}"] if licence and not known else []
    return [
        "---",
        "library_name: bardtui",
        "pipeline_tag: text-generation",
        "tags: [bardtui, lstm, character-level]",
        *([f"language: {json.dumps(language)}"] if language else []),
        *([f"license: {licence.lower() if known else 'other'}"] if licence else []),
        *name,
        "---",
        "",
    ]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(inert(text), _WIDTH))
