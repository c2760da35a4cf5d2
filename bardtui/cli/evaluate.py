"""bardtui evaluate: the loss of a model on a text, or metrics of what it writes"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bardtui.cli.common import checked_model, console, copies_in, plain
from bardtui.cli.completion import model_names, text_names
from bardtui.cli.own_text import own_corpus
from bardtui.settings import TEMPERATURE, TOP_P
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.evaluation.speaker_metrics import SpeakerMetrics
    from bardtui.evaluation.text_metrics import TextMetrics
    from bardtui.model.corpus_index import CorpusIndex
    from bardtui.model.sampling import Sampling
    from bardtui.model.store import ModelBundle
    from bardtui.progress import OnProgress
    from bardtui.text.corpus import Corpus

_MAX_COPY = 200  # characters of a copied passage that are shown
_LOSS_OPTIONS = ("start", "stop", "document", "excerpts")
_TEXT_OPTIONS = ("length", "temperature", "top_k", "top_p", "min_p", "random_seed")


def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS",
            help="The text to score, or to compare with. [with --text: the model's own]",
            autocompletion=text_names,
        ),
    ] = None,
    start: Annotated[float, typer.Option("--from", help="Score from this share on.")] = 0.9,
    stop: Annotated[float, typer.Option("--to", help="Score up to this share.")] = 1.0,
    document: Annotated[
        list[str] | None, typer.Option(help="Score this document instead; repeatable.")
    ] = None,
    excerpts: Annotated[
        int | None,
        typer.Option(min=1, help="Score 1,000 characters from so many paragraphs."),
    ] = None,
    as_text: Annotated[
        bool, typer.Option("--text", help="Let the model write, and measure its text.")
    ] = False,
    length: Annotated[int, typer.Option(min=1, help="With --text: characters to write.")] = 20_000,
    temperature: Annotated[
        list[float] | None, typer.Option(help=f"With --text: repeatable. [{TEMPERATURE}]")
    ] = None,
    top_k: Annotated[int, typer.Option(help="With --text: as in generate.")] = 0,
    top_p: Annotated[float, typer.Option(help="With --text: as in generate.")] = TOP_P,
    min_p: Annotated[float, typer.Option(help="With --text: as in generate.")] = 0.0,
    random_seed: Annotated[int | None, typer.Option(help="With --text: as in generate.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a text: nats and bits per character, perplexity, in one continuous pass.

    With --text, measure what the model writes: its words and cues, what it copies and repeats.
    """
    from bardtui.text.corpus import load_corpus

    for option in context.command.params:
        if option.name in (_LOSS_OPTIONS if as_text else _TEXT_OPTIONS):
            given = context.get_parameter_source(option.name)
            if given is not None and given.name != "DEFAULT":
                problem = "cannot be used with --text" if as_text else "needs --text"
                raise typer.BadParameter(problem, param_hint=option.opts[0])
    if source is None and not as_text:
        raise typer.BadParameter("name the text to score", param_hint="CORPUS")
    bundle = checked_model(model)
    if source is None:
        corpus = own_corpus(bundle, f"bardtui evaluate {bundle.name} CORPUS --text")
    else:
        corpus = load_corpus(source)
    if not as_text:
        if document:
            corpus, start, stop = corpus.split(document)[1], 0.0, 1.0
        _print_loss(bundle, corpus, start, stop, excerpts, as_json)
        return
    from bardtui.model.sampling import Sampling

    seed = secrets.randbelow(2**31) if random_seed is None else random_seed
    settings = [Sampling(t, top_k, top_p, seed, min_p) for t in temperature or [TEMPERATURE]]
    _print_metrics(bundle, corpus, length, settings, as_json)


# --- loss


def _print_loss(
    bundle: "ModelBundle",
    corpus: "Corpus",
    start: float,
    stop: float,
    excerpts: int | None,
    as_json: bool,
) -> None:
    from bardtui.cli.display import add_rows, progress_bar, table
    from bardtui.evaluation.loss import evaluate as evaluate_loss
    from bardtui.evaluation.loss import evaluate_excerpts

    start_tensorflow()
    starts: list[int] = []
    with progress_bar(console(stderr=True), "scoring") as on_progress:
        if excerpts:
            result, starts = evaluate_excerpts(bundle, corpus, start, stop, excerpts, on_progress)
        else:
            result = evaluate_loss(bundle, corpus, start, stop, on_progress)
    unknown = "".join(result.unknown)
    answer = {"model": bundle.name, "corpus": corpus.name} | result.figures
    if result.with_cue_memory is not None:
        answer["nats_with_cue_memory"] = result.with_cue_memory
    if as_json:
        places = {"starts": starts} if starts else {}
        typer.echo(json.dumps(answer | places | {"left_out": unknown}))
        return
    if unknown:
        answer["skipped"] = unknown
    console().print(add_rows(table("", ""), *[(k, plain(v)) for k, v in answer.items()]))


# --- metrics of text


def _print_metrics(
    bundle: "ModelBundle",
    corpus: "Corpus",
    length: int,
    settings: Sequence["Sampling"],
    as_json: bool,
) -> None:
    from bardtui.cli.display import progress_bar
    from bardtui.evaluation.speaker_metrics import INVENTED, measure_speakers
    from bardtui.evaluation.text_metrics import measure_text, split_end
    from bardtui.writing.company import casts_of

    end, before = split_end(corpus.text, length)
    named = {document.name: document.text for document in corpus.documents}
    plays = [named[title] for title in casts_of(named.items())]
    # A text starts after a blank line. In a script, others go on from an invented scene.
    seeds = ("\n", INVENTED) if plays else ("\n",)
    start_tensorflow()
    with progress_bar(console(stderr=True), "writing") as on_progress:
        written = [*_written(bundle, length, seeds, settings, on_progress)]
    texts, others = written[:: len(seeds)], written[1 :: len(seeds)]
    metrics = [measure_text(text, corpus.text) for text in texts]
    of_corpus = measure_text(end, before)
    of_speakers = (
        [
            measure_speakers([text], [other], plays)
            for text, other in zip(texts, others, strict=True)
        ]
        if plays
        else []
    )
    in_plays = measure_speakers(plays, [], plays)
    index = bundle.corpus_index
    if not as_json:
        _print_table(bundle, corpus, settings, metrics, of_corpus)
        _print_copies(index, settings, texts)
        if plays:
            _print_speakers(settings, of_speakers, in_plays)
        return
    answer: dict[str, Any] = {
        "model": bundle.name,
        "fingerprint": bundle.sha256,
        "corpus": corpus.name,
        "corpus_sha256": corpus.sha256,
        "top_k": settings[0].top_k,
        "top_p": settings[0].top_p,
        "min_p": settings[0].min_p,
        "random_seed": settings[0].random_seed,
        "texts": [
            {"temperature": sampling.temperature} | asdict(measured) | copies_in(index, text)
            for sampling, measured, text in zip(settings, metrics, texts, strict=True)
        ],
        "corpus_itself": asdict(of_corpus),
    }
    if plays:
        for row, measured in zip(
            (*answer["texts"], answer["corpus_itself"]), (*of_speakers, in_plays), strict=True
        ):
            row["speakers"] = asdict(measured)
    typer.echo(json.dumps(answer))


def _written(
    bundle: "ModelBundle",
    length: int,
    seeds: Sequence[str],
    settings: Sequence["Sampling"],
    on_progress: "OnProgress",
) -> Iterator[str]:
    """What the model writes with each of the settings after each of the seeds."""
    from bardtui.model.context import Context
    from bardtui.model.decoder import Decoder
    from bardtui.writing.company import Company
    from bardtui.writing.passage import write_passage
    from bardtui.writing.rules import Rules

    rules = Rules(exact_length=True)
    decoder = Decoder(bundle.spec, bundle.vocabulary, bundle.weights())
    context = Context(decoder, bundle.memory_length)
    company = Company(bundle.casts)
    done, total = 0, length * len(settings) * len(seeds)
    for sampling, seed in product(settings, seeds):
        context.seek(seed)
        pieces = []
        for piece in write_passage(
            context, seed, length, sampling, rules, words=bundle.words, company=company
        ):
            pieces.append(piece)
            done += len(piece)
            on_progress(done, total)
        yield "".join(pieces)


def _print_table(
    bundle: "ModelBundle",
    corpus: "Corpus",
    settings: Sequence["Sampling"],
    metrics: Sequence["TextMetrics"],
    of_corpus: "TextMetrics",
) -> None:
    from bardtui.cli.display import add_rows, table
    from bardtui.escaping import visible
    from bardtui.evaluation.text_metrics import COPY, LOOP

    figures = (
        "words\nknown",
        "cues\nwell-formed",
        "speakers\nknown",
        "longest\ncopy",
        f"in copies\nover {COPY}",
        f"repeated\n{LOOP}-grams",
    )
    rows = [(f"{s.temperature:g}", m) for s, m in zip(settings, metrics, strict=True)]
    rows.append(("the text itself", of_corpus))
    made = table("temperature", *figures, right=figures)
    for name, row in rows:
        shares = (row.words_known, row.cues_well_formed, row.speakers_known)
        copies = (f"{len(row.longest_copy)}", _percent(row.copied))
        add_rows(made, (name, *map(_percent, shares), *copies, _percent(row.repeated)))
    out = console()
    out.print(made)
    out.print(
        f"\n{bundle.name} wrote {metrics[0].characters:,} characters at each temperature, with "
        f"random seed {settings[0].random_seed}, compared with {visible(corpus.title)}; the text "
        f"itself: its last {of_corpus.characters:,} characters, compared with the rest."
    )
    for name, row in rows[:-1]:
        passage = " / ".join(line for line in row.longest_copy.split("\n") if line)
        shown = f"{passage[:_MAX_COPY]}…" if len(passage) > _MAX_COPY else passage
        out.print(f"longest copy at {name}: {visible(shown)}", soft_wrap=True)


def _print_copies(
    index: "CorpusIndex | None", settings: Sequence["Sampling"], texts: Sequence[str]
) -> None:
    from bardtui.escaping import visible
    from bardtui.model.corpus_index import described

    for sampling, text in zip(settings, texts, strict=True):
        found = "no index of its texts" if index is None else described(index.find(text))
        console().print(f"by the model's index, at {sampling.temperature:g}: {visible(found)}")


def _print_speakers(
    settings: Sequence["Sampling"],
    metrics: Sequence["SpeakerMetrics"],
    in_plays: "SpeakerMetrics",
) -> None:
    from bardtui.cli.display import add_rows, table
    from bardtui.evaluation.speaker_metrics import SPEECHES

    figures = (
        "neighbours\nshare a play",
        f"speakers in\n{SPEECHES} speeches",
        "distance\nof the gaps",
        "invented\nspeakers kept",
    )
    made = table("temperature", *figures, right=figures)
    names = (*(f"{sampling.temperature:g}" for sampling in settings), "the plays")
    for name, row in zip(names, (*metrics, in_plays), strict=True):
        add_rows(
            made,
            (
                name,
                _percent(row.share_a_play),
                "none" if row.different is None else f"{row.different:.1f}",
                "none" if row.gap_distance is None else f"{row.gap_distance:.2f}",
                _percent(row.invented_kept),
            ),
        )
    out = console()
    out.print()
    out.print(made)
    out.print(
        "\ngaps: how many speeches later a speaker speaks again, compared with the plays, from 0 "
        "to 1; invented: after four speeches by four people who are in no play."
    )


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
