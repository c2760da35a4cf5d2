"""bardtui models list, show and path"""

import math
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui import paths
from bardtui.cli.common import console, plain
from bardtui.cli.completion import model_names
from bardtui.escaping import visible

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle


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

    bundle = find_model(name)
    for sentence in _in_words(bundle):
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


def _in_words(bundle: "ModelBundle") -> list[str]:
    """A model's card: what it read, how well, what it knows, and what it says about its text."""
    from bardtui.sharing.contents import PARTS, held

    corpus, loss = bundle.corpus, bundle.held_out_loss
    size = corpus.get("characters")
    of = f" of {size:,} characters" if type(size) is int else ""
    title = bundle.title or "a text that is not named"
    whose = "came with bardtui" if bundle.bundled else "is yours"
    sentences = [
        *([f"{bundle.description}"] if bundle.description else []),
        f"{bundle.name} {whose}. It has read {title}{of}; what it learnt is in "
        f"{millions(bundle.spec.parameters)} numbers.",
    ]
    if loss is not None:
        sentences.append(
            f"On text that it has not read, it is as unsure of the next character as among "
            f"{math.exp(min(loss, 20)):.1f} equally likely ones ({loss:.3f} nats)."
        )
    words = f"{len(bundle.words):,} words are kept with it" if bundle.words else "no words are kept"
    sentences.append(
        f"It looks back about {bundle.memory_length:,} characters and can write "
        f"{len(bundle.vocabulary)} different ones; {words}."
    )
    parts = "; ".join(PARTS[part] for part in held(bundle))
    sentences.append(f"It says this about its text: {parts or 'nothing'}.")
    return sentences


def models_path() -> None:
    """Print the folder of your own models."""
    typer.echo(str(paths.models_dir()))


def millions(parameters: int) -> str:
    """A number of parameters in millions, or in thousands below 0.1 million."""
    if parameters < 100_000:
        return f"{parameters / 1e3:.1f} K"
    return f"{parameters / 1e6:.2f} M"
