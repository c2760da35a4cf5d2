"""bardtui benchmark"""

import json
from typing import Annotated

import typer

from bardtui.commands.common import console, plain_errors
from bardtui.quiet import start_tensorflow


def benchmark(
    model: Annotated[str, typer.Option(help="The model to measure with.")] = "shakespeare",
    train: Annotated[
        bool, typer.Option("--training", help="Compare ways of training, not of writing.")
    ] = False,
    batch_size: Annotated[int, typer.Option(help="Windows in a batch, in training.")] = 64,
    seconds: Annotated[float, typer.Option(help="Time for each way.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare ways of doing the same with the same network: of writing one character after the
    other, or of training on batches of windows."""
    from bardtui.display import rows, table
    from bardtui.language.bundle import find_model

    with plain_errors():
        bundle = find_model(model)
        start_tensorflow()
        out = console(stderr=True)

        def begin(what: str) -> None:
            out.print(f"measuring {what} ...")

        if train:
            from bardtui.benchmark.training import training
            from bardtui.language.training import Plan

            results = training(bundle.spec, Plan(batch_size=batch_size), seconds, begin)
            against = "Keras fit"
        else:
            from bardtui.benchmark.writing import writing

            results = writing(bundle, seconds, begin)
            against = "model(x)"
        if as_json:
            typer.echo(json.dumps([vars(result) for result in results]))
            return
        baseline = next(r.rate for r in results if r.name.startswith(against))
        made = table("", "char/s", f"against {against}", right=("char/s", f"against {against}"))
        for result in results:
            rows(made, (result.name, f"{result.rate:,.0f}", f"{result.rate / baseline:.1f}x"))
        console().print(made)
