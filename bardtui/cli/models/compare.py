"""bardtui models compare"""

import json
import secrets
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import checked_model, console, errors_as_json, millions
from bardtui.cli.completion import model_names
from bardtui.errors import UserError
from bardtui.escaping import inert, visible
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from rich.table import Table

    from bardtui.evaluation.comparison import Figures
    from bardtui.model.store import ModelBundle
    from bardtui.text.corpus import Corpus

_MOST_COLUMNS = 6  # texts side by side


def models_compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="[all models]", autocompletion=model_names),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(metavar="CORPUS", help="Score the end of this text; repeatable."),
    ] = None,
    scored: Annotated[int, typer.Option(min=1, help="With --text: characters to score.")] = 10_000,
    seed: Annotated[
        str | None, typer.Option(metavar="LINE", help="Let each model go on from this instead.")
    ] = None,
    length: Annotated[int, typer.Option(min=1, help="With --seed: characters to write.")] = 300,
    temperature: Annotated[float, typer.Option(help="With --seed: as in generate.")] = TEMPERATURE,
    random_seed: Annotated[int | None, typer.Option(help="With --seed: as in generate.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, an object a line.")] = False,
) -> None:
    """Compare models: what they read, their size, loss, speed and words; or what they write.

    With several texts, the table shows only the loss of each model on each text. The speed is
    measured on this machine now.
    """
    from bardtui.model.store import list_models

    with errors_as_json(_emit) if as_json else nullcontext():
        if seed is not None and text:
            raise UserError("--text measures, --seed writes: use one of them")
        every = [listed.name for listed in list_models() if listed.bundle]
        bundles = [checked_model(name) for name in names or every]
        if text and len(text) > 1:
            _print_losses(bundles, text, scored, as_json)
        elif seed is None:
            _print_figures(bundles, text[0] if text else None, scored, as_json)
        else:
            number = secrets.randbelow(2**31) if random_seed is None else random_seed
            _print_texts(bundles, seed, length, temperature, number, as_json)


def _emit(event: str, **values: object) -> None:
    typer.echo(json.dumps({"event": event, **values}))


def _print_losses(
    bundles: "list[ModelBundle]", texts: list[str], scored: int, as_json: bool
) -> None:
    from bardtui.cli.display import add_rows, progress_bar, table
    from bardtui.evaluation.comparison import loss_at_end
    from bardtui.text.corpus import load_corpus

    corpora = [load_corpus(text) for text in texts]
    start_tensorflow()
    made = table(
        "name", *(corpus.title for corpus in corpora), right=tuple(c.title for c in corpora)
    )
    with progress_bar(console(stderr=True), "scoring") as on_progress:
        for done, bundle in enumerate(bundles):
            losses = []
            for at, corpus in enumerate(corpora):
                loss, unknown = loss_at_end(bundle, corpus, scored)
                losses.append(f"{loss:.3f}")
                on_progress(done * len(corpora) + at + 1, len(bundles) * len(corpora))
                if as_json:
                    row = {"text": corpus.title, "model": bundle.name, "nats": loss}
                    typer.echo(json.dumps(row | {"left_out": "".join(unknown)}))
            add_rows(made, (bundle.name, *losses))
    if not as_json:
        console().print(made)
        console().print(f"loss: nats a character on the last {scored:,} characters of each text")


def _print_figures(
    bundles: "list[ModelBundle]", text: str | None, scored: int, as_json: bool
) -> None:
    from bardtui.cli.display import progress_bar
    from bardtui.evaluation.comparison import measure
    from bardtui.text.corpus import load_corpus

    corpus = load_corpus(text) if text else None
    start_tensorflow()
    if as_json:
        for bundle in bundles:
            typer.echo(json.dumps(_row_as_json(measure(bundle, corpus, scored=scored), corpus)))
        return
    rows = []
    with progress_bar(console(stderr=True), "measuring") as on_progress:
        for bundle in bundles:
            rows.append(measure(bundle, corpus, scored=scored))
            on_progress(len(rows), len(bundles))
    _print_table(rows)
    if corpus:
        console().print(f"loss: nats a character on the end of {visible(corpus.title)}")
    for row in rows:
        if row.unknown:
            left_out = visible("".join(row.unknown))
            console().print(f"{row.model.name} does not know, and skipped: {left_out}")


def _row_as_json(row: "Figures", corpus: "Corpus | None") -> dict[str, object]:
    return {
        "text": corpus.title if corpus else None,
        "model": row.model.name,
        "fingerprint": row.model.sha256,
        "trained_on": row.model.title,
        "parameters": row.model.spec.parameters,
        "nats": row.loss,
        "left_out": "".join(row.unknown),
        "characters_per_second": row.speed,
        "words": len(row.model.words),
    }


def _print_table(rows: "list[Figures]") -> None:
    from bardtui.cli.display import add_rows, table

    right = ("parameters", "loss", "char/s", "words kept")
    made = table("name", "trained on", *right, right=right)
    for row in rows:
        bundle = row.model
        cells = (
            bundle.name,
            bundle.title,
            millions(bundle.spec.parameters),
            "" if row.loss is None else f"{row.loss:.3f}",
            f"{row.speed:,.0f}",
            f"{len(bundle.words):,}" if bundle.words else "none",
        )
        add_rows(made, cells)
    console().print(made)


def _print_texts(
    bundles: "list[ModelBundle]",
    seed: str,
    length: int,
    temperature: float,
    random_seed: int,
    as_json: bool,
) -> None:
    from bardtui.evaluation.comparison import write
    from bardtui.model.sampling import Sampling

    if len(bundles) > _MOST_COLUMNS and not as_json:
        raise UserError(f"name at most {_MOST_COLUMNS} models to write side by side")
    sampling = Sampling(temperature, top_p=TOP_P, random_seed=random_seed)
    start_tensorflow()
    texts = {}
    for bundle in bundles:
        texts[bundle.name] = text = "".join(write(bundle, seed, length, sampling))
        if as_json:
            about = {"seed": seed, "random_seed": random_seed}
            typer.echo(json.dumps(about | {"model": bundle.name, "text": text}))
    if as_json:
        return
    out = console()
    if not out.is_terminal:
        for name, text in texts.items():
            typer.echo(f"== {name}\n{inert(seed + text).rstrip()}\n")
        return
    out.print(side_by_side(seed, texts))


def side_by_side(seed: str, texts: dict[str, str]) -> "Table":
    """A table with a column for each text, below the line that they go on from."""
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in texts:
        made.add_column(name, ratio=1, overflow="fold")
    cells = []
    for text in texts.values():
        cell = Text(visible(seed, keep="\n"), style="dim")
        cells.append(cell.append(visible(text, keep="\n").rstrip(), style="not dim"))
    made.add_row(*cells)
    return made
