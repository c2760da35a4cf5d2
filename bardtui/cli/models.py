"""bardtui models: the trained models."""

from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import console, fail, plain, plain_errors, sound_model
from bardtui.tf_startup import start_tensorflow

app = typer.Typer(help="Trained models.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def _models(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        models_list()


@app.command("list")
def models_list() -> None:
    """List the models, yours and those that came with the program."""
    from bardtui.cli.display import rows, table
    from bardtui.model.store import list_models

    with plain_errors():
        made = table(
            "name",
            "parameters",
            "trained on",
            "held-out loss",
            "",
            right=("parameters", "held-out loss"),
        )
        for listed in list_models():
            if (bundle := listed.bundle) is None:
                rows(made, (listed.name, "", f"cannot be used: {listed.error}", "", ""))
                continue
            loss = bundle.held_out_loss
            rows(
                made,
                (
                    listed.name,
                    f"{bundle.spec.parameters / 1e6:.2f} M",
                    str(bundle.corpus.get("title", "")),
                    "" if loss is None else f"{loss:.3f} nats",
                    "came with bardtui" if bundle.bundled else "yours",
                ),
            )
        console().print(made)


@app.command("show")
def models_show(name: Annotated[str, typer.Argument(help="A model's name.")]) -> None:
    """Print what a model's model.json tells, but for the vocabulary's and history's length."""
    from bardtui.cli.display import rows, table
    from bardtui.model.store import find_model

    with plain_errors():
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
            ("vocabulary", f"{len(bundle.vocabulary)} characters"),
            *[(f"corpus {key}", plain(value)) for key, value in bundle.corpus.items()],
            *[(f"evaluation {key}", plain(value)) for key, value in bundle.evaluation.items()],
            *[(f"training {key}", plain(value)) for key, value in bundle.training.items()],
            ("epochs kept", str(len(bundle.history))),
            ("weights sha256", bundle.sha256),
        ]
        console().print(rows(table("", ""), *lines))


@app.command("path")
def models_path() -> None:
    """Print the folder in which your own models lie."""
    typer.echo(str(paths.models_dir()))


@app.command("export")
def models_export(
    name: Annotated[str, typer.Argument(help="A model's name.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.keras", help="Where to write it.")],
    force: Annotated[bool, typer.Option("--force", help="Over a file that exists.")] = False,
) -> None:
    """Write a model as a file that plain Keras loads, and its characters beside it."""
    from bardtui.keras_files.keras_export import characters_file, export_keras
    from bardtui.text.catalogue import printable

    with plain_errors():
        bundle = sound_model(name)
        for path in (file, characters_file(file)):
            if path.exists() and not force:
                fail(f"{path} exists: --force writes over it")
        start_tensorflow()
        characters = export_keras(bundle, file)
        console().print(
            f"{printable(str(file))}: keras.models.load_model gives it back; "
            f"int32 (batch, time) -> logits (batch, time, {len(bundle.vocabulary)})"
        )
        console().print(f"{printable(str(characters))}: what each index stands for, in order")
