"""bardtui evaluate: a model judged by how well it knows a text, or by what it writes"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import checked_model, console, plain, warn
from bardtui.tf_startup import start_tensorflow

if TYPE_CHECKING:
    from bardtui.evaluation.text_metrics import Judgement
    from bardtui.model.sampling import Sampling
    from bardtui.model.store import ModelBundle
    from bardtui.text.corpus import Corpus

_SHOWN = 200  # characters of a copy
_OF_SCORES = ("start", "stop", "document")
_OF_TEXTS = ("length", "temperature", "top_k", "top_p", "random_seed")


def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model's name.")],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS",
            help="The text to score; with --text, to judge beside: if none, the model's own.",
        ),
    ] = None,
    start: Annotated[float, typer.Option("--from", help="The share to begin at.")] = 0.9,
    stop: Annotated[float, typer.Option("--to", help="The share to end at.")] = 1.0,
    document: Annotated[
        list[str] | None, typer.Option(help="Score this whole document instead; repeatable.")
    ] = None,
    as_text: Annotated[
        bool, typer.Option("--text", help="Let the model write, and judge what it writes.")
    ] = False,
    length: Annotated[int, typer.Option(min=1, help="With --text: characters to write.")] = 20_000,
    temperature: Annotated[
        list[float] | None, typer.Option(help="With --text: repeatable.  [default: 0.8]")
    ] = None,
    top_k: Annotated[int, typer.Option(help="With --text, as in generate.")] = 0,
    top_p: Annotated[float, typer.Option(help="With --text, as in generate.")] = 1.0,
    random_seed: Annotated[int | None, typer.Option(help="With --text, as in generate.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Score a text: nats and bits per character, perplexity, in one continuous pass. With --text,
    judge what the model writes: its words and cues, what it copies, how it repeats itself."""
    from bardtui.text.corpus import load_corpus

    for option in context.command.params:
        if option.name in (_OF_SCORES if as_text else _OF_TEXTS):
            given = context.get_parameter_source(option.name)
            if given is not None and given.name != "DEFAULT":
                problem = f"it {'does not go' if as_text else 'goes only'} with --text"
                raise typer.BadParameter(problem, param_hint=option.opts[0])
    if source is None and not as_text:
        raise typer.BadParameter("name the text to score", param_hint="CORPUS")
    bundle = checked_model(model)
    corpus = _own_corpus(bundle) if source is None else load_corpus(source)
    if not as_text:
        _score(bundle, corpus, start, stop, document, as_json)
        return
    from bardtui.model.sampling import Sampling

    seed = secrets.randbelow(2**31) if random_seed is None else random_seed
    settings = [Sampling(t, top_k, top_p, seed) for t in temperature or [0.8]]
    _judge(bundle, corpus, length, settings, as_json)


def _score(
    bundle: "ModelBundle",
    corpus: "Corpus",
    start: float,
    stop: float,
    documents: Sequence[str] | None,
    as_json: bool,
) -> None:
    from bardtui.cli.display import add_rows, progress_bar, table
    from bardtui.evaluation.loss import evaluate as score

    if documents:
        corpus, start, stop = corpus.split(documents)[1], 0.0, 1.0
    start_tensorflow()
    with progress_bar(console(stderr=True), "scoring") as told:
        result = score(bundle, corpus, start, stop, told)
    unknown = "".join(result.unknown)
    answer = {"model": bundle.name, "corpus": corpus.name} | result.scores
    if as_json:
        typer.echo(json.dumps(answer | {"left_out": unknown}))
        return
    if unknown:
        answer["left out"] = unknown
    console().print(add_rows(table("", ""), *[(k, plain(v)) for k, v in answer.items()]))


def _own_corpus(bundle: "ModelBundle") -> "Corpus":
    """The text that the model was trained on, if the catalogue has it. Raises CorpusError."""
    from bardtui.text.catalogue import CorpusError, find_entry
    from bardtui.text.corpus import load_corpus

    name = bundle.corpus.get("name")
    if not isinstance(name, str) or find_entry(name) is None:
        raise CorpusError(
            f"the text that {bundle.name} was trained on is not in the catalogue: "
            f"name it: bardtui evaluate {bundle.name} CORPUS --text"
        )
    corpus = load_corpus(name)
    if corpus.sha256 != bundle.corpus.get("sha256"):
        warn(f"{corpus.name} is not what it was at the model's training")
    return corpus


def _judge(
    bundle: "ModelBundle",
    corpus: "Corpus",
    length: int,
    settings: Sequence["Sampling"],
    as_json: bool,
) -> None:
    from bardtui.cli.display import progress_bar
    from bardtui.evaluation.text_metrics import judge, yardstick

    end, before = yardstick(corpus.text, length)
    start_tensorflow()
    with progress_bar(console(stderr=True), "writing") as told:
        judged = [judge(text, corpus.text) for text in _texts(bundle, length, settings, told)]
    itself = judge(end, before)
    if not as_json:
        _show(bundle, corpus, settings, judged, itself)
        return
    answer = {
        "model": bundle.name,
        "fingerprint": bundle.sha256,
        "corpus": corpus.name,
        "corpus_sha256": corpus.sha256,
        "top_k": settings[0].top_k,
        "top_p": settings[0].top_p,
        "random_seed": settings[0].random_seed,
        "texts": [
            {"temperature": sampling.temperature} | asdict(judgement)
            for sampling, judgement in zip(settings, judged, strict=True)
        ],
        "corpus_itself": asdict(itself),
    }
    typer.echo(json.dumps(answer))


def _texts(
    bundle: "ModelBundle",
    length: int,
    settings: Sequence["Sampling"],
    told: Callable[[int, int], None],
) -> Iterator[str]:
    """What the model writes with each of the settings, from an empty page on: as it begins a text
    as if after a line break, one more makes the blank line that a paragraph follows."""
    from bardtui.model.decoder import Decoder

    decoder = Decoder(bundle.spec, bundle.vocabulary, bundle.weights())
    done = 0
    for sampling in settings:
        decoder.reset()
        decoder.read(bundle.vocabulary.encode("\n").indices)
        pieces = []
        for piece in decoder.write(length, sampling):
            pieces.append(piece)
            done += len(piece)
            told(done, length * len(settings))
        yield "".join(pieces)


def _show(
    bundle: "ModelBundle",
    corpus: "Corpus",
    settings: Sequence["Sampling"],
    judged: Sequence["Judgement"],
    itself: "Judgement",
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
    named = [(f"{s.temperature:g}", j) for s, j in zip(settings, judged, strict=True)]
    named.append(("the text itself", itself))
    made = table("temperature", *figures, right=figures)
    for name, judgement in named:
        shares = (judgement.words_known, judgement.cues_well_formed, judgement.speakers_known)
        copies = (f"{len(judgement.longest_copy)}", _percent(judgement.copied))
        add_rows(made, (name, *map(_percent, shares), *copies, _percent(judgement.repeated)))
    out = console()
    out.print(made)
    out.print(
        f"\n{bundle.name} wrote {judged[0].characters:,} characters at each temperature, with "
        f"random seed {settings[0].random_seed}, judged beside {visible(corpus.title)}; the text "
        f"itself: its last {itself.characters:,} characters, judged beside the rest."
    )
    for name, judgement in named[:-1]:
        passage = " / ".join(line for line in judgement.longest_copy.split("\n") if line)
        shown = f"{passage[:_SHOWN]}…" if len(passage) > _SHOWN else passage
        out.print(f"longest copy at {name}: {visible(shown)}", soft_wrap=True)


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
