"""bardtui import-keras"""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import console
from bardtui.errors import UserError
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle
    from bardtui.text.corpus import Corpus

SCORED_AT_MOST = 200_000  # characters: a minute or so
WORSE_THAN = 0.9  # of the loss of a model that knows nothing: then something is wrong


def import_keras(
    file: Annotated[Path, typer.Argument(help="A .keras or .h5 file, of a model or its weights.")],
    corpus: Annotated[str, typer.Option(help="The text it was trained on: a file, or a name.")],
    name: Annotated[
        str | None, typer.Option(help="What the model will be called.  [default: as the file]")
    ] = None,
    cell: Annotated[str | None, typer.Option(help="What it has to be: lstm or gru.")] = None,
    units: Annotated[int | None, typer.Option(help="What it has to have.")] = None,
    layers: Annotated[int | None, typer.Option(help="What it has to have.")] = None,
    embedding_dim: Annotated[int | None, typer.Option(help="What it has to have.")] = None,
    description: Annotated[str, typer.Option(help="A line for the model's description.")] = "",
    replace_model: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of an old model.")
    ] = False,
) -> None:
    """Take over a model of a Keras tutorial: an Embedding, LSTM or GRU layers, a Dense.

    Nothing in the file is run. Sizes are found in it; those you give have to agree. Its characters
    are the sorted characters of the text."""
    from bardtui import paths
    from bardtui.escaping import visible
    from bardtui.keras_files.keras_import import readings, to_bundle, with_characters
    from bardtui.keras_files.reader import read_network
    from bardtui.model.store import check_name
    from bardtui.training.run_setup import name_conflict

    out = console()
    name = check_name(name or _name_after(file))
    if not replace_model and (taken := name_conflict(name)):
        raise UserError(f"{taken}: --name gives this one another, --replace puts it in its place")
    expected = {"cell": cell, "units": units, "layers": layers, "embedding_dim": embedding_dim}
    found = with_characters(read_network(file, expected), readings(corpus))
    spec, characters = found.spec, "".join(found.vocabulary.characters)
    out.print(
        f"{visible(file.name)}: embedding {spec.embedding_dim}, "
        f"{spec.layers} x {spec.cell} {spec.units}"
        f"{', skip connections' if spec.skip else ''}: {spec.parameters:,} parameters"
    )
    shown = characters.replace("\n", "\\n").replace("\t", "\\t")
    out.print(f"{len(characters)} characters of {found.corpus.title}: {shown}")
    for note in found.notes:
        out.print(note)
    bundle = to_bundle(found, name, file.name, description)
    folder = paths.models_dir() / name
    saved = bundle.save(folder, found.weights)
    start_tensorflow()
    nats, scored = _score(saved, found.corpus)
    training = bundle.training | {scored: nats}
    memory_length = _measure_memory(saved, found.corpus)
    bundle = replace(bundle, training=training, memory_length=memory_length)
    bundle.save(folder, found.weights)
    out.print(f"{nats:.3f} nats per character over {scored}")
    chance = math.log(len(characters))
    if not nats < WORSE_THAN * chance:  # so that no number is worse too
        typer.echo(
            f"bardtui: that is hardly better than chance ({chance:.3f}): is this the very text "
            "that the model was trained on?",
            err=True,
        )
    out.print(f"{name} is ready: bardtui generate --model {name}")


def _name_after(file: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", file.name.split(".")[0]).strip("-_") or "tutorial"


def _score(model: "ModelBundle", corpus: "Corpus") -> tuple[float, str]:
    """Nats per character over the end of the text, and which part that is, in words."""
    from bardtui.cli.display import progress_bar
    from bardtui.evaluation.loss import evaluate

    start = max(0.9, 1 - SCORED_AT_MOST / corpus.length)
    with progress_bar(console(stderr=True), "scoring") as told:
        scores = evaluate(model, corpus, start, 1.0, told).scores
    return scores["nats"], f"the last {scores['characters']:,} characters of the text"


def _measure_memory(model: "ModelBundle", corpus: "Corpus") -> int:
    """The model's memory length, measured on the end of the text."""
    from bardtui.cli.display import progress_bar
    from bardtui.model.memory_length import measure_memory_length

    indices = model.vocabulary.encode(corpus.text[-SCORED_AT_MOST:]).indices
    with progress_bar(console(stderr=True), "measuring how far back the model remembers") as told:
        return measure_memory_length(
            model.spec, model.vocabulary, model.weights(), indices, progress=told
        )
