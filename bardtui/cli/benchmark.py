"""bardtui benchmark"""

import json
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bardtui.cli.common import console
from bardtui.cli.completion import model_names
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.benchmark import Figure, Rate
    from bardtui.model.store import ModelBundle

_LONG = 1_000_000  # characters


def benchmark(
    model: Annotated[
        str, typer.Option(help="The model to measure with.", autocompletion=model_names)
    ] = "shakespeare",
    train: Annotated[
        bool, typer.Option("--training", help="Compare ways to train, not ways to write.")
    ] = False,
    screen: Annotated[
        bool, typer.Option("--screen", help="Measure the interface while a model writes.")
    ] = False,
    start: Annotated[
        bool, typer.Option("--start", help="Measure the start, to a screen and to a character.")
    ] = False,
    reading: Annotated[
        bool, typer.Option("--reading", help="Measure the first character of long scenes.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show where the time of one character goes.")
    ] = False,
    characters: Annotated[
        int, typer.Option(help="With --screen: the length of the long scene.")
    ] = 5_000_000,
    long: Annotated[
        bool, typer.Option("--long", help=f"With --screen: also write {_LONG:,} characters.")
    ] = False,
    batch_size: Annotated[int, typer.Option(help="With --training: windows in a batch.")] = 64,
    seconds: Annotated[float, typer.Option(help="Time to measure each way.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure writing, training, the interface or the start of the program."""
    if train + screen + start + reading + profile > 1:
        raise typer.BadParameter(
            "--training, --screen, --start, --reading and --profile are separate benchmarks"
        )
    from bardtui.model.store import find_model

    bundle = find_model(model)
    out = console(stderr=True)

    def begin(part: str) -> None:
        out.print(f"measuring {part} ...")

    if screen:
        _print_costs("screen", _screen(bundle, seconds, characters, long, begin), as_json)
        return
    if start:
        from bardtui.benchmark.start import start as measure_start

        _print_costs("start", measure_start(model, begin), as_json)
        return
    start_tensorflow()
    if reading:
        from bardtui.benchmark.reading import reading as measure_reading

        _print_costs("reading", measure_reading(bundle, begin), as_json)
    elif profile:
        from bardtui.benchmark.profile import profile as measure_parts

        figures = measure_parts(bundle, begin)
        _print({"profile": [vars(f) for f in figures]}, _shares(figures), as_json)
    elif train:
        from bardtui.benchmark.training import training
        from bardtui.training.plan import TrainPlan

        rates = training(bundle.spec, TrainPlan(batch_size=batch_size), seconds, begin)
        _print({"training": [vars(r) for r in rates]}, _compared(rates, "Keras fit"), as_json)
    else:
        from bardtui.benchmark.writing import writing

        rates = writing(bundle, seconds, begin)
        _print({"writing": [vars(r) for r in rates]}, _compared(rates, "model(x)"), as_json)


def _screen(
    model: "ModelBundle", seconds: float, characters: int, long: bool, begin: Callable[[str], None]
) -> "list[Figure]":
    import_module("bardtui.tui")  # before Textual, whose frame rate it sets
    from bardtui.benchmark.far import far_along, whole_way
    from bardtui.benchmark.screen import screen

    figures = screen(model, seconds, characters, begin)
    begin("a character far into a text")
    figures += far_along(model)
    return figures + (whole_way(model, _LONG, begin) if long else [])


def _print(values: dict[str, Any], table: Any, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(values))
    else:
        console().print(table)


def _print_costs(kind: str, figures: "list[Figure]", as_json: bool) -> None:
    _print({kind: [vars(f) | {"met": f.met} for f in figures]}, _costs(figures), as_json)


def _compared(rates: "list[Rate]", baseline: str) -> Any:
    from bardtui.cli.display import add_rows, table

    heading = f"against {baseline}"
    made = table("", "char/s", heading, right=("char/s", heading))
    base = next(r.rate for r in rates if r.name.startswith(baseline))
    for rate in rates:
        add_rows(made, (rate.name, f"{rate.rate:,.0f}", f"{rate.rate / base:.1f}x"))
    return made


def _shares(figures: "list[Figure]") -> Any:
    from bardtui.cli.display import add_rows, table

    total = sum(figure.value for figure in figures)
    made = table("", "µs a character", "share", right=("µs a character", "share"))
    for figure in figures:
        add_rows(made, (figure.name, f"{figure.value:,.2f}", f"{figure.value / total:.1%}"))
    return made


def _costs(figures: "list[Figure]") -> Any:
    from bardtui.cli.display import add_rows, table

    made = table("", "measured", "at most", right=("measured", "at most"))
    for figure in figures:
        most = "" if figure.most is None else f"{figure.most:,.4g}"
        missed = "" if figure.met else "missed: "
        add_rows(made, (figure.name, f"{figure.value:,.4g} {figure.unit}", missed + most))
    return made
