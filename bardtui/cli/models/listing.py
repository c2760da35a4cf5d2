"""bardtui models list, show and path"""

from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import console, millions, plain
from bardtui.cli.completion import model_names
from bardtui.escaping import visible


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


def models_show(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
) -> None:
    """Print a model's card in plain words, and what is known of its network and training."""
    from bardtui.cli.display import add_rows, table
    from bardtui.model.store import find_model
    from bardtui.sharing.card import in_words

    bundle = find_model(name)
    for sentence in in_words(bundle):
        console().print(visible(sentence))
    console().print()
    spec = bundle.spec
    lines = [
        ("name", bundle.name),
        ("description", bundle.description),
        ("folder", str(bundle.folder)),
        ("licence", bundle.licence),
        ("language", bundle.language),
        ("text", "public" if bundle.public else "private"),
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


def models_path() -> None:
    """Print the folder of your own models."""
    typer.echo(str(paths.models_dir()))
