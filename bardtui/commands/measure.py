"""bardtui evaluate and bardtui benchmark"""

import json
from typing import Annotated

import typer

from bardtui.commands.common import console, plain, plain_errors
from bardtui.quiet import start_tensorflow


def evaluate(
    model: Annotated[str, typer.Argument(help="A model's name.")],
    source: Annotated[str, typer.Argument(metavar="CORPUS", help="A text to score.")],
    start: Annotated[float, typer.Option("--from", help="The share to begin at.")] = 0.9,
    stop: Annotated[float, typer.Option("--to", help="The share to end at.")] = 1.0,
    document: Annotated[
        list[str] | None, typer.Option(help="Score this whole document instead; repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a text: nats and bits per character, perplexity, in one continuous pass."""
    from bardtui.display import counting, rows, table
    from bardtui.language.bundle import find_model
    from bardtui.language.corpus import load_corpus
    from bardtui.language.evaluation import evaluate as score

    with plain_errors():
        bundle, corpus = find_model(model), load_corpus(source)
        if document:
            corpus, start, stop = corpus.split(document)[1], 0.0, 1.0
        start_tensorflow()
        with counting(console(stderr=True), "scoring") as progress:
            task = progress.task_ids[0]
            result = score(
                bundle,
                corpus,
                start,
                stop,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        unknown = "".join(result.unknown)
        answer = {"model": bundle.name, "corpus": corpus.name} | result.scores
        if as_json:
            typer.echo(json.dumps(answer | {"left_out": unknown}))
            return
        if unknown:
            answer["left out"] = unknown
        console().print(rows(table("", ""), *[(k, plain(v)) for k, v in answer.items()]))


def benchmark(
    model: Annotated[str, typer.Option(help="The model to measure with.")] = "shakespeare",
    seconds: Annotated[float, typer.Option(help="Time for each way of writing.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare ways of writing one character after the other with the same network."""
    from bardtui.benchmark import writing
    from bardtui.display import rows, table
    from bardtui.language.bundle import find_model

    with plain_errors():
        bundle = find_model(model)
        start_tensorflow()
        out = console(stderr=True)
        results = writing(bundle, seconds, lambda what: out.print(f"measuring {what} ..."))
        if as_json:
            typer.echo(json.dumps([vars(result) for result in results]))
            return
        baseline = next(r.rate for r in results if r.name.startswith("model(x)"))
        made = table(
            "way of writing", "char/s", "against model(x)", right=("char/s", "against model(x)")
        )
        for result in results:
            rows(made, (result.name, f"{result.rate:,.0f}", f"{result.rate / baseline:.1f}x"))
        console().print(made)
