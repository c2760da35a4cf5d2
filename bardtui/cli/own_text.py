"""The text that a model was trained on, and the part of it that was held out."""

from typing import TYPE_CHECKING

from bardtui.cli.common import warn

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle
    from bardtui.text.corpus import Corpus


def own_corpus(bundle: "ModelBundle", command: str) -> "Corpus":
    """Return the text that the model was trained on, if the catalogue has it.

    Raises CorpusError; it shows the `command` that names a text.
    """
    from bardtui.text.catalogue import CorpusError, find_entry
    from bardtui.text.corpus import load_corpus

    name = bundle.corpus.get("name")
    if not isinstance(name, str) or find_entry(name) is None:
        raise CorpusError(
            f"the text that {bundle.name} was trained on is not in the catalogue: "
            f"name it, as in {command}"
        )
    corpus = load_corpus(name)
    if corpus.sha256 != bundle.corpus.get("sha256"):
        warn(f"{corpus.name} has changed since the model was trained")
    return corpus


def held_out_documents(corpus: "Corpus", bundle: "ModelBundle") -> list[str]:
    """Return the names of the text's documents that were held out from the model's training."""
    held_out = bundle.corpus.get("held_out")
    names = [document.name for document in corpus.documents]
    return [name for name in names if isinstance(held_out, list) and name in held_out]


def held_out_text(corpus: "Corpus", bundle: "ModelBundle", least: int) -> str:
    """Return the part of the text that was held out: whole documents, or the last tenth.

    Of a text whose held-out part has fewer than `least` characters, that is all of it.
    """
    chosen = held_out_documents(corpus, bundle)
    last_tenth = corpus.text[-(corpus.length // 10) :]
    text = corpus.split(chosen)[1].text if chosen else last_tenth
    return text if len(text) >= least else corpus.text
