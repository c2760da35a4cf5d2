"""bardtui import-keras"""

import re
from pathlib import Path
from typing import Annotated

import typer

from bardtui.cli.common import console, warn
from bardtui.cli.completion import text_names
from bardtui.errors import UserError
from bardtui.tf_startup import start_tensorflow


def import_keras(
    file: Annotated[
        Path, typer.Argument(help="A .keras or .h5 file of a model or of its weights.")
    ],
    corpus: Annotated[
        str,
        typer.Option(
            help="The text it was trained on: a file or a name.", autocompletion=text_names
        ),
    ],
    name: Annotated[str | None, typer.Option(help="The model's name. [the file's name]")] = None,
    cell: Annotated[str | None, typer.Option(help="Require this cell: lstm or gru.")] = None,
    units: Annotated[int | None, typer.Option(help="Require so many units.")] = None,
    layers: Annotated[int | None, typer.Option(help="Require so many recurrent layers.")] = None,
    embedding_dim: Annotated[
        int | None, typer.Option(help="Require this size of the embedding.")
    ] = None,
    description: Annotated[str, typer.Option(help="The model's description, one line.")] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the model that has this name.")
    ] = False,
) -> None:
    """Import a character-level network that was made with Keras.

    It consists of an Embedding or one-hot input, LSTM or GRU layers, and a Dense. Nothing in the
    file is run. The order of its characters is found from the text.
    """
    from bardtui import paths
    from bardtui.cli.display import progress_bar
    from bardtui.escaping import visible
    from bardtui.keras_files.character_orders import candidate_orders, find_order
    from bardtui.keras_files.keras_import import NEAR_CHANCE, import_network, readings
    from bardtui.keras_files.network_reader import read_network
    from bardtui.model.store import check_name
    from bardtui.training.checkpoint import run_lock
    from bardtui.training.run_setup import name_conflict

    name = check_name(name or _name_from(file))
    with run_lock(paths.runs_dir() / name):
        if not replace and (conflict := name_conflict(name)):
            raise UserError(f"{conflict}: use --replace to replace it, or another --name")
        expected = {"cell": cell, "units": units, "layers": layers, "embedding_dim": embedding_dim}
        network = read_network(file, expected)
        orders = candidate_orders(readings(corpus), network.spec.vocabulary_size)
        out, err = console(), console(stderr=True)
        spec = network.spec
        out.print(
            f"{visible(file.name)}: embedding {spec.embedding_dim}, {spec.layers} x {spec.cell} "
            f"{spec.units}{', skip connections' if spec.skip else ''}: "
            f"{spec.parameters:,} parameters"
        )
        start_tensorflow()
        with progress_bar(err, "finding the order of the characters") as on_progress:
            order = find_order(network, orders, on_progress)
        model = import_network(network, order, name, file.name, description)
        for note in model.notes:
            out.print(note)
        characters = "".join(model.bundle.vocabulary.characters)
        out.print(f"{len(characters)} characters: {visible(characters)}")
        with (
            progress_bar(err, "scoring") as on_scored,
            progress_bar(err, "measuring the memory length") as on_measured,
        ):
            model = model.measured(on_scored, on_measured)
        part, nats = next((k, v) for k, v in model.bundle.training.items() if "the last" in k)
        out.print(f"{nats:.3f} nats per character over {part}")
        if nats > NEAR_CHANCE * model.chance:
            warn(
                f"that is hardly better than chance ({model.chance:.3f}): is it the text that the "
                "model was trained on?"
            )
        model.bundle.save(paths.models_dir() / name, model.weights)
        out.print(f"{name} is ready: bardtui generate --model {name}")


def _name_from(file: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", file.name.split(".")[0]).strip("-_") or "imported"
