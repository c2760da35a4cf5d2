"""bardtui models: list, show, index and export trained models"""

from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import checked_model, console, plain
from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.tf_startup import start_tensorflow

app = typer.Typer(help="Trained models.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def _models(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        models_list()


@app.command("list")
def models_list() -> None:
    """List your models and those that came with bardtui."""
    from bardtui.cli.display import add_rows, table
    from bardtui.model.store import list_models

    right = ("parameters", "held-out loss")
    made = table("name", "parameters", "trained on", "held-out loss", "", right=right)
    for listed in list_models():
        if (bundle := listed.bundle) is None:
            add_rows(made, (listed.name, "", f"cannot be used: {listed.error}", "", ""))
            continue
        loss = bundle.held_out_loss
        row = (
            listed.name,
            millions(bundle.spec.parameters),
            bundle.title,
            "" if loss is None else f"{loss:.3f} nats",
            "came with bardtui" if bundle.bundled else "yours",
        )
        add_rows(made, row)
    console().print(made)


@app.command("show")
def models_show(name: Annotated[str, typer.Argument(help="A model's name.")]) -> None:
    """Print what is known about a model: its network, corpus, training and evaluation."""
    from bardtui.cli.display import add_rows, table
    from bardtui.model.store import find_model

    bundle = find_model(name)
    spec = bundle.spec
    lines = [
        ("name", bundle.name),
        ("description", bundle.description),
        ("folder", str(bundle.folder)),
        ("licence", bundle.licence),
        (
            "network",
            f"embedding {spec.embedding_dim}, {spec.layers} x {spec.cell} {spec.units}"
            f"{', skip connections' if spec.skip else ''}, dropout {spec.dropout:g}",
        ),
        ("parameters", f"{spec.parameters:,}"),
        ("memory length", f"{bundle.memory_length:,} characters"),
        ("corpus index", "yes" if bundle.index_sha256 else "none"),
        ("vocabulary", f"{len(bundle.vocabulary)} characters"),
        *[(f"corpus {key}", plain(value)) for key, value in bundle.corpus.items()],
        *[(f"evaluation {key}", plain(value)) for key, value in bundle.evaluation.items()],
        *[(f"training {key}", plain(value)) for key, value in bundle.training.items()],
        ("epochs kept", str(len(bundle.history))),
        ("weights sha256", bundle.sha256),
    ]
    console().print(add_rows(table("", ""), *lines))


@app.command("index")
def models_index(
    name: Annotated[str, typer.Argument(help="A model's name.")],
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
        f"{bundle.name}: an index of {len(documents):,} documents, {size / 1e6:.2f} MB; "
        f"left out: {visible(', '.join(left_out)) or 'nothing'}"
    )


@app.command("path")
def models_path() -> None:
    """Print the folder of your own models."""
    typer.echo(str(paths.models_dir()))


@app.command("export")
def models_export(
    name: Annotated[str, typer.Argument(help="A model's name.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.keras", help="The file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Export a model as a file for plain Keras, with its characters in a file beside it."""
    from bardtui.keras_files.keras_export import characters_file, export_keras

    bundle = checked_model(name)
    for path in (file, characters_file(file)):
        if path.exists() and not force:
            raise UserError(f"{path} exists: --force replaces it")
    start_tensorflow()
    characters = export_keras(bundle, file)
    console().print(
        f"{visible(str(file))}: load it with keras.models.load_model; "
        f"int32 (batch, time) -> logits (batch, time, {len(bundle.vocabulary)})"
    )
    console().print(f"{visible(str(characters))}: the character of each index, in order")


def millions(parameters: int) -> str:
    """A number of parameters in millions, or in thousands below 0.1 million."""
    if parameters < 100_000:
        return f"{parameters / 1e3:.1f} K"
    return f"{parameters / 1e6:.2f} M"
