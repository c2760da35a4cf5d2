"""bardtui models index-texts and export"""

from pathlib import Path
from typing import Annotated

import typer

from bardtui.cli.common import check_free, checked_model, console, megabytes
from bardtui.cli.completion import model_names
from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.tf_startup import start_tensorflow


def models_index_texts(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
    sources: Annotated[
        list[str], typer.Argument(metavar="CORPUS...", help="The texts it was trained on.")
    ],
    hold_out: Annotated[
        list[str] | None,
        typer.Option(help="Leave this document out; repeatable. [what the training held out]"),
    ] = None,
) -> None:
    """Add an index of its texts to a model, to find what it copies.

    Everybody who gets the model can check whether a passage stands in the texts.
    """
    from bardtui.model.corpus_index import MAX_TEXT, CorpusIndex
    from bardtui.model.store import INDEX, find_model
    from bardtui.text.corpus import load_corpus

    bundle = find_model(name)
    corpora = [load_corpus(source) for source in sources]
    every = [document for corpus in corpora for document in corpus.documents]
    known = bundle.corpus.get("held_out")
    held_out = [n.casefold() for n in hold_out or (known if isinstance(known, list) else ())]
    left_out = [document.name for document in every if document.name.casefold() in held_out]
    missing = {name.casefold() for name in hold_out or ()} - {n.casefold() for n in left_out}
    if missing:
        raise UserError(f"there is no document {', '.join(sorted(missing))}")
    documents = [document for document in every if document.name not in left_out]
    index = CorpusIndex.of((document.name, document.pieces()) for document in documents)
    if index is None:
        raise UserError(f"the texts have more than {MAX_TEXT:,} characters, too many for an index")
    folder = bundle.add_index(index).folder
    assert folder is not None
    size = (folder / INDEX).stat().st_size
    console().print(
        f"{bundle.name}: an index of {len(documents):,} documents, {megabytes(size)}; "
        f"left out: {visible(', '.join(left_out)) or 'nothing'}"
    )


def models_export(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
    file: Annotated[Path, typer.Argument(metavar="FILE.keras", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Export a model as a file for plain Keras, with its characters in a file beside it."""
    from bardtui.keras_files.keras_export import characters_file, export_keras

    bundle = checked_model(name)
    for path in (file, characters_file(file)):
        check_free(path, force)
    start_tensorflow()
    characters = export_keras(bundle, file)
    console().print(
        f"{visible(str(file))}: load it with keras.models.load_model; "
        f"int32 (batch, time) -> logits (batch, time, {len(bundle.vocabulary)})"
    )
    console().print(f"{visible(str(characters))}: the character of each index, in order")
