"""What a model says about the text it was trained on, and a copy that leaves it out.

The weights cannot be cleaned like this: a model can write parts of its text by heart.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bardtui import paths
from bardtui.model.description import SAMPLE, ModelError
from bardtui.model.store import ModelBundle

#: What can be left out, and what it says.
PARTS = {
    "words": "the list of its words",
    "casts": "the names of its speakers, by play",
    "index": "the index of its passages: anyone who guesses one can check it",
    "samples": "samples of what the model wrote in training",
    "titles": "its title and the names of its documents",
    "fingerprint": "its SHA-256: anyone who has the text can check it",
}

_PRIVATE = "a private text"
_KEY = re.compile("[a-z][a-z_]{0,31}")
_VERSION = re.compile(r"[A-Za-z0-9_.+-]{1,32}")
_VERSIONS = ("bardtui", "tensorflow", "keras", "numpy", "python", "machine")
_WORDS_OF_THE_PLAN = ("optimizer", "precision")


def held(bundle: ModelBundle) -> list[str]:
    """The PARTS that a model has."""
    has = {
        "words": bundle.packed_words,
        "casts": bundle.casts,
        "index": bundle.corpus_index is not None,
        "samples": any(SAMPLE in entry for entry in bundle.history),
        "titles": bundle.corpus.get("name") or bundle.corpus.get("title", _PRIVATE) != _PRIVATE,
        "fingerprint": bundle.corpus.get("sha256"),
    }
    return [part for part in PARTS if has[part]]


def chosen(bundle: ModelBundle, wanted: str | None) -> list[str]:
    """The PARTS that are given away: those `wanted`, by commas, "none", or by default all of a
    public text and none of a private one. Raises ModelError for an unknown one."""
    if wanted is None:
        return held(bundle) if bundle.public else []
    names = [] if wanted == "none" else [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in names if name not in PARTS]:
        raise ModelError(f"there is no part {unknown[0]!r:.40}; there are {', '.join(PARTS)}")
    return [part for part in held(bundle) if part in names]


def shareable(bundle: ModelBundle, parts: Collection[str]) -> ModelBundle:
    """A copy of a model's description for others, with these of PARTS.

    Of the rest, only what is known to be harmless stays. So no path, which the command of the
    training may hold, and nothing else that names the machine or its user.
    """
    index, words, casts = (part in parts for part in ("index", "words", "casts"))
    return replace(
        bundle,
        description=_description(bundle, "titles" in parts),
        public=bundle.public and set(held(bundle)) <= {*parts},
        corpus=_corpus(bundle.corpus, parts),
        training=_training(bundle.training),
        history=[_numbers(entry) | _sample(entry, parts) for entry in bundle.history],
        evaluation=_numbers(bundle.evaluation) | _texts(bundle.evaluation, ("protocol",)),
        versions={
            name: version
            for name, version in _texts(bundle.versions, _VERSIONS).items()
            if _VERSION.fullmatch(version)
        },
        packed_words=bundle.packed_words if words else "",
        casts=bundle.casts if casts else {},
        index_sha256=bundle.index_sha256 if index else "",
    )


def _description(bundle: ModelBundle, titles: bool) -> str:
    title = bundle.corpus.get("title")
    if not titles and bundle.description == f"Trained on {title}.":  # what training writes
        return f"Trained on {_PRIVATE}."
    return bundle.description


def _corpus(corpus: dict[str, Any], parts: Collection[str]) -> dict[str, Any]:
    kept = _numbers(corpus)
    if "titles" in parts:
        kept = {key: corpus[key] for key in ("name", "title") if key in corpus} | kept
        kept |= {key: corpus[key] for key in ("held_out",) if key in corpus}
    else:
        kept = {"name": "", "title": _PRIVATE} | kept
    return kept | (_texts(corpus, ("sha256",)) if "fingerprint" in parts else {})


def _training(training: dict[str, Any]) -> dict[str, Any]:
    base = training.get("from")
    bundled = isinstance(base, str) and base in _bundled_names()
    plan = _numbers(training) | _texts(training, _WORDS_OF_THE_PLAN)
    return {"from": base if bundled else None} | plan


def _bundled_names() -> set[str]:
    return {folder.name for folder in paths.bundled_models().glob("[!.]*")}


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    kinds = (int, float, bool, type(None))
    return {k: v for k, v in values.items() if _KEY.fullmatch(k) and isinstance(v, kinds)}


def _texts(values: dict[str, Any], names: Collection[str]) -> dict[str, str]:
    return {name: values[name] for name in names if isinstance(values.get(name), str)}


def _sample(entry: dict[str, Any], parts: Collection[str]) -> dict[str, str]:
    return _texts(entry, (SAMPLE,)) if "samples" in parts else {}
