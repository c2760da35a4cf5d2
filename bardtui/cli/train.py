"""bardtui train"""

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import checked_model
from bardtui.cli.completion import model_names, text_names
from bardtui.cli.stop_signals import immediate_interrupt, stop_signals
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.cli.train_output import TrainOutput
    from bardtui.model.store import ModelBundle
    from bardtui.text.corpus import Corpus
    from bardtui.training.run_setup import Run

_INTERRUPTED = 130  # exit code, as shells have it for Ctrl+C
_START_OPTIONS = (
    "--resume",
    "--replace",
    "--json",
)  # not part of the command that makes a model again


def train(
    source: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS",
            help="A name in the catalogue, a file or a folder.",
            autocompletion=text_names,
        ),
    ],
    name: Annotated[str, typer.Option(help="The new model's name.")],
    seq_len: Annotated[int | None, typer.Option(help="Characters in a window.")] = None,
    carry: Annotated[
        int | None,
        typer.Option(help="Windows in a row before the network starts from a zero state again."),
    ] = None,
    batch_size: Annotated[int | None, typer.Option(help="Windows in a batch.")] = None,
    embedding_dim: Annotated[int | None, typer.Option(help="Size of the embedding.")] = None,
    units: Annotated[int | None, typer.Option(help="Units in a layer.")] = None,
    layers: Annotated[int | None, typer.Option(help="Recurrent layers. [2]")] = None,
    cell: Annotated[str | None, typer.Option(help="lstm or gru. [lstm]")] = None,
    dropout: Annotated[float | None, typer.Option(help="Dropout rate between layers.")] = None,
    skip: Annotated[
        bool | None,
        typer.Option("--skip/--no-skip", help="Connect every layer to the output. [--skip]"),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the text.")] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Instead of --epochs: how long the run may take in all, at least 1. The size of "
            "the network, dropout and epochs are chosen by the speed of the first steps."
        ),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Adam's largest learning rate; Muon's is 13 times that.")
    ] = None,
    optimizer: Annotated[str | None, typer.Option(help="adam or muon.")] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help="float32 or bfloat16, for an LSTM's matrix products. [the faster one here]"
        ),
    ] = None,
    validation: Annotated[
        float, typer.Option(help="Share of the text to hold out, at its end.")
    ] = 0.1,
    hold_out: Annotated[
        list[str] | None, typer.Option(help="Hold out this document instead; repeatable.")
    ] = None,
    random_seed: Annotated[
        int | None, typer.Option(help="The same seed repeats the same run. [1]")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--from", help="Train on from this model.", autocompletion=model_names),
    ] = None,
    description: Annotated[str, typer.Option(help="The model's description, one line.")] = "",
    public: Annotated[
        bool | None,
        typer.Option(
            "--public/--private",
            help="Everybody who gets the model may learn what is in the text: the model keeps its "
            "words, the names of speakers, and an index, to check what it writes. "
            "[--public for texts of the catalogue only]",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a stopped run.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Start again, replacing the old run and model.")
    ] = False,
    distribute: Annotated[
        bool, typer.Option(help="Use the workers in TF_CONFIG, or all GPUs.")
    ] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Print events as JSON, one object a line.")
    ] = False,
) -> None:
    """Train a model on a text. Defaults that are not shown depend on the length of the text."""
    from bardtui import paths
    from bardtui.cli.train_output import JsonOutput, TextOutput
    from bardtui.escaping import visible
    from bardtui.model.store import check_name
    from bardtui.text.catalogue import find_entry
    from bardtui.text.corpus import load_corpus
    from bardtui.training.checkpoint import run_lock
    from bardtui.training.distributed import Distribution
    from bardtui.training.plan import TrainingError, TrainOptions
    from bardtui.training.run_setup import check_start, prepare
    from bardtui.training.time_limit import TimeLimit

    output: TrainOutput = JsonOutput() if json_ else TextOutput()
    with ExitStack() as stack:
        stack.enter_context(output.errors())
        options = TrainOptions(
            seq_len=seq_len,
            carry=carry,
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
        limit = None if minutes is None else TimeLimit(minutes)
        if limit and epochs is not None:
            raise TrainingError("--minutes decides how many epochs there are: leave out --epochs")
        if limit and distribute:
            raise TrainingError("--minutes works in one process only: leave out --distribute")
        lock = run_lock(paths.runs_dir() / check_name(name))
        if not distribute:
            stack.enter_context(lock)
        check_start(name, resume=resume, replace=replace)
        base_model = checked_model(base) if base else None
        with output.progress(f"reading {visible(Path(source).name or source)}") as on_progress:
            corpus = load_corpus(source, on_progress=on_progress)
        output.text(corpus)
        # A user's own text may be private, and a model may be given away.
        is_public = find_entry(source) is not None if public is None else public

        distribution: Distribution | None = None
        if distribute:
            typer.echo("waiting for all workers", err=True)
            with immediate_interrupt():
                distribution = start_tensorflow(Distribution.from_environment)
            if not distribution.chief:
                output.be_quiet()
            else:
                stack.enter_context(lock)
        else:
            start_tensorflow()
        with output.progress(f"preparing {corpus.name}") as on_progress:
            run = prepare(
                corpus,
                name,
                options,
                base=base_model,
                command=_command(),
                casts=_casts(corpus) if is_public else {},
                public=is_public,
                on_progress=on_progress,
                distribution=distribution,
                limit=limit,
                resume=resume,
            )
        if resume:
            run.trainer.resume()
            output.note(f"resuming in epoch {run.trainer.state.epoch + 1}")
        for note in run.notes:
            output.note(note)
        output.plan(run)
        _train(run, output, base_model)


def _casts(corpus: "Corpus") -> dict[str, dict[str, int]]:
    """The casts of the plays in a text."""
    from bardtui.writing.company import casts_of

    return casts_of((document.name, document.text) for document in corpus.documents)


def _command() -> str:
    """The command that makes this model again."""
    return shlex.join(["bardtui", *(a for a in sys.argv[1:] if a not in _START_OPTIONS)])


def _train(run: "Run", output: "TrainOutput", base: "ModelBundle | None") -> None:
    """Train to the end or until Ctrl+C, and say how it ended."""
    trainer = run.trainer
    try:
        with stop_signals() as should_stop, output.training(run.name) as on_report:
            finished = trainer.run(on_report, should_stop)
        if not finished:
            output.stopped(saved=True)
            return
        nats = None
        if trainer.distribution.chief:
            with output.progress("scoring in one continuous pass") as on_progress:
                nats = run.score(on_progress)
            with output.progress("measuring the memory length") as on_progress:
                run.measure_memory(on_progress)
            if base is not None:
                _compare(run, output, base)
    except KeyboardInterrupt:
        output.stopped(saved=trainer.saved, at_once=True)
        raise typer.Exit(_INTERRUPTED) from None
    seconds = sum(entry["seconds"] for entry in trainer.state.history)
    output.finished(run.name, trainer.limit.used if trainer.limit else seconds, nats)


def _compare(run: "Run", output: "TrainOutput", base: "ModelBundle") -> None:
    """Say what the model has learnt beyond the one that it started from."""
    from bardtui.training.comparison import copies, loss_before

    with output.progress(f"comparing with {base.name}"):
        before, copied = loss_before(run, base), copies(run)
    output.compared(base.name, before, copied)
