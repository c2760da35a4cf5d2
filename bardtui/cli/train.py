"""bardtui train"""

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from bardtui.cli.common import console, fail, plain_errors, sound_model
from bardtui.tf_startup import start_tensorflow

HOW = ("--resume", "--replace")  # how a run began is no part of how to repeat it


def train(
    source: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A name of the catalogue, a file or a folder.")
    ],
    name: Annotated[str, typer.Option(help="What the model will be called.")],
    seq_len: Annotated[int | None, typer.Option(help="Characters in a window.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Windows in a batch.")] = None,
    embedding_dim: Annotated[int | None, typer.Option(help="Numbers for a character.")] = None,
    units: Annotated[int | None, typer.Option(help="Numbers in a layer's state.")] = None,
    layers: Annotated[int | None, typer.Option(help="Recurrent layers. [2]")] = None,
    cell: Annotated[str | None, typer.Option(help="lstm or gru. [lstm]")] = None,
    dropout: Annotated[float | None, typer.Option(help="Share dropped between layers.")] = None,
    skip: Annotated[
        bool | None, typer.Option("--skip/--no-skip", help="Lead every layer to the output.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Times through the text.")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Adam's step at its largest; Muon's is 13 times that.")
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam or muon.")] = None,
    precision: Annotated[
        str | None,
        typer.Option(help="float32 or bfloat16, of an LSTM's products. [by the processor]"),
    ] = None,
    validation: Annotated[float, typer.Option(help="The share at the end to hold out.")] = 0.1,
    hold_out: Annotated[
        list[str] | None, typer.Option(help="Hold out this whole document instead; repeatable.")
    ] = None,
    random_seed: Annotated[int | None, typer.Option(help="For a run that can be repeated.")] = None,
    base: Annotated[str | None, typer.Option("--from", help="Train on from this model.")] = None,
    description: Annotated[str, typer.Option(help="A line for the model's description.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a stopped run.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Begin anew over an old one.")] = False,
    distribute: Annotated[
        bool, typer.Option(help="Share the work: the workers in TF_CONFIG, or all GPUs.")
    ] = False,
) -> None:
    """Train a model on a text. What is not given is chosen from the text's size."""
    from bardtui import paths
    from bardtui.cli.display import TrainingDisplay, counting, duration
    from bardtui.escaping import visible
    from bardtui.model.store import check_name
    from bardtui.text.corpus import load_corpus
    from bardtui.training.checkpoint import alone
    from bardtui.training.distributed import Machines
    from bardtui.training.run_setup import Wishes, is_taken, prepare

    out, progress = console(), console(stderr=True)
    with plain_errors(), ExitStack() as held:
        wishes = Wishes(
            seq_len=seq_len,
            batch_size=batch_size,
            embedding_dim=embedding_dim,
            units=units,
            layers=layers,
            cell=cell,
            dropout=dropout,
            skip=skip,
            epochs=epochs,
            learning_rate=learning_rate,
            optimizer=optimizer,
            precision=precision,
            random_seed=random_seed,
            validation=validation,
            hold_out=tuple(hold_out or ()),
            description=description,
        )
        only = alone(paths.runs_dir() / check_name(name))
        if not distribute:
            held.enter_context(only)
        if not (resume or replace) and (taken := is_taken(name)):
            fail(f"{taken}: another name, --replace to begin anew, or --resume to go on")
        origin = sound_model(base) if base else None
        with counting(progress, f"reading {visible(source)}") as told:
            corpus = load_corpus(source, on_progress=told)
        out.print(f"{corpus.title}: {corpus.length:,} characters")
        machines: Machines | None = None
        if distribute:
            machines = start_tensorflow(Machines.from_environment)
            out.quiet = progress.quiet = not machines.chief
            if machines.chief:
                held.enter_context(only)
        else:
            start_tensorflow()
        with counting(progress, f"encoding {corpus.name}") as told:
            run = prepare(
                corpus,
                name,
                wishes,
                base=origin,
                command=shlex.join(["bardtui", *(a for a in sys.argv[1:] if a not in HOW)]),
                on_progress=told,
                machines=machines,
            )
        training = run.training
        if resume:
            training.resume()
            out.print(f"going on at epoch {training.progress.epoch + 1}")
        spec, plan = training.spec, training.plan
        for note in run.notes:
            out.print(note)
        out.print(
            f"embedding {spec.embedding_dim}, {spec.layers} x {spec.cell} {spec.units}, "
            f"dropout {spec.dropout:g}: {spec.parameters:,} parameters; {plan.epochs} epochs of "
            f"{training.windows.batches} batches of {training.windows.batch_size} x "
            f"{plan.seq_len}, in {plan.precision}"
        )
        with interruptible() as stopped, TrainingDisplay(out).live() as report:
            finished = training.run(report, stopped)
        seconds = sum(entry["seconds"] for entry in training.progress.history)
        if finished:
            if machines is None or machines.chief:
                with counting(progress, "scoring in one continuous pass") as told:
                    nats = run.score(told)
                with counting(progress, "measuring how far back the model remembers") as told:
                    run.measure_memory(told)
                if nats is not None:
                    out.print(f"held-out loss: {nats:.4f} nats per character")
            out.print(f"{name} is ready after {duration(seconds)}: bardtui generate --model {name}")
        else:
            out.print("stopped; everything is kept. Go on with the same command and --resume")


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within it the first Ctrl+C (or SIGTERM, or the terminal's end) only sets what the yielded
    function returns; a second one interrupts as usual."""
    asked = False

    def ask(number: int, _: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    asking = [signal.SIGINT, signal.SIGTERM]
    # Windows has none, and nohup's wish is to go on.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asking.append(signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in asking}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
