"""bardtui benchmark"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bardtui.cli.common import console, plain_errors
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.benchmark import Figure, Measured
    from bardtui.model.store import ModelBundle

_LONG = 1_000_000  # characters


def benchmark(
    model: Annotated[str, typer.Option(help="The model to measure with.")] = "shakespeare",
    train: Annotated[
        bool, typer.Option("--training", help="Compare ways of training, not of writing.")
    ] = False,
    screen: Annotated[
        bool, typer.Option("--screen", help="Measure the interface, while a model writes.")
    ] = False,
    start: Annotated[
        bool, typer.Option("--start", help="Measure the launch, to a screen and to a character.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say where the time of one written character goes.")
    ] = False,
    characters: Annotated[
        int, typer.Option(help="How long the long scene is, with --screen.")
    ] = 5_000_000,
    long: Annotated[
        bool, typer.Option("--long", help=f"With --screen: write {_LONG:,} characters, too.")
    ] = False,
    batch_size: Annotated[int, typer.Option(help="Windows in a batch, in training.")] = 64,
    seconds: Annotated[float, typer.Option(help="Time for each way.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare ways of doing the same with the same network: of writing one character after the
    other, or of training on batches of windows. Or measure what the interface costs, or a start."""
    if train + screen + start + profile > 1:
        raise typer.BadParameter(
            "--training, --screen, --start and --profile are separate benchmarks"
        )
    from bardtui.model.store import find_model

    with plain_errors():
        bundle = find_model(model)
        out = console(stderr=True)

        def begin(what: str) -> None:
            out.print(f"measuring {what} ...")

        if screen:
            _judge("screen", _screen(bundle, seconds, characters, long, begin), as_json)
            return
        if start:
            from bardtui.benchmark.start import start as launches

            _judge("start", launches(model, begin), as_json)
            return
        start_tensorflow()
        if profile:
            from bardtui.benchmark.profile import profile as parts_of

            figures = parts_of(bundle, begin)
            _tell({"profile": [vars(f) for f in figures]}, _shares(figures), as_json)
        elif train:
            from bardtui.benchmark.training import training
            from bardtui.training.loop import Plan

            results = training(bundle.spec, Plan(batch_size=batch_size), seconds, begin)
            _tell(_rates("training", results), _compared(results, "Keras fit"), as_json)
        else:
            from bardtui.benchmark.writing import writing

            results = writing(bundle, seconds, begin)
            _tell(_rates("writing", results), _compared(results, "model(x)"), as_json)


def _screen(
    model: "ModelBundle", seconds: float, characters: int, long: bool, begin: Callable[[str], None]
) -> "list[Figure]":
    from bardtui.benchmark.scene import far_along, whole_way
    from bardtui.benchmark.screen import screen

    figures = screen(model, seconds, characters, begin)
    begin("a character far into a text")
    figures += far_along(model)
    return figures + (whole_way(model, _LONG, begin) if long else [])


def _tell(values: dict[str, Any], made: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(values))
    else:
        console().print(made)


def _judge(kind: str, figures: "list[Figure]", as_json: bool) -> None:
    _tell({kind: [vars(f) | {"met": f.met} for f in figures]}, _costs(figures), as_json)


def _rates(kind: str, results: "list[Measured]") -> dict[str, Any]:
    return {kind: [vars(result) for result in results]}


def _compared(results: "list[Measured]", against: str) -> Any:
    from bardtui.cli.display import rows, table

    baseline = next(r.rate for r in results if r.name.startswith(against))
    made = table("", "char/s", f"against {against}", right=("char/s", f"against {against}"))
    for result in results:
        rows(made, (result.name, f"{result.rate:,.0f}", f"{result.rate / baseline:.1f}x"))
    return made


def _shares(figures: "list[Figure]") -> Any:
    from bardtui.cli.display import rows, table

    whole = sum(figure.value for figure in figures)
    made = table("", "µs a character", "share", right=("µs a character", "share"))
    for figure in figures:
        rows(made, (figure.name, f"{figure.value:,.2f}", f"{figure.value / whole:.1%}"))
    return made


def _costs(figures: "list[Figure]") -> Any:
    from bardtui.cli.display import rows, table

    made = table("", "measured", "at most", right=("measured", "at most"))
    for figure in figures:
        most = "" if figure.most is None else f"{figure.most:,.4g}"
        missed = "" if figure.met else "missed: "
        rows(made, (figure.name, f"{figure.value:,.4g} {figure.unit}", missed + most))
    return made
