"""bardtui generate"""

import json
import secrets
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from bardtui.cli.common import copies_in, warn
from bardtui.cli.completion import model_names
from bardtui.errors import UserError
from bardtui.escaping import inert, visible
from bardtui.settings import (
    FORMS,
    LONGEST_PHRASE,
    MAX_COPIES,
    NEWCOMERS,
    TEMPERATURE,
    TEMPERATURES,
    TOP_P,
    is_max_copy,
    is_phrase,
)
from bardtui.tf_startup import start_tensorflow

_LARGEST_SEED = 50_000_000  # bytes read from standard input
_COOLEST, _HOTTEST = TEMPERATURES


def generate(
    model: Annotated[
        str, typer.Option(help="The model that writes.", autocompletion=model_names)
    ] = "shakespeare",
    seed: Annotated[str, typer.Option(help="Text to continue; - reads standard input.")] = "ROMEO:",
    temperature: Annotated[
        float,
        typer.Option(min=_COOLEST, max=_HOTTEST, help="Low is predictable, high is surprising."),
    ] = TEMPERATURE,
    length: Annotated[int, typer.Option(min=0, help="About how many characters to write.")] = 400,
    top_k: Annotated[
        int, typer.Option(help="Sample from the K most likely characters; 0 is all.")
    ] = 0,
    top_p: Annotated[
        float, typer.Option(help="Sample from the most likely characters up to probability P.")
    ] = TOP_P,
    min_p: Annotated[
        float,
        typer.Option(help="Leave out characters less likely than P times the likeliest."),
    ] = 0.0,
    random_seed: Annotated[
        int | None, typer.Option(help="The same number gives the same text.")
    ] = None,
    newcomers: Annotated[
        str,
        typer.Option(
            help="Who joins those on stage in a script: never anybody, seldom somebody of their "
            "play, or free: anybody the model names."
        ),
    ] = "seldom",
    form: Annotated[
        str,
        typer.Option(help="play, screenplay, prose, verse, or scene: as the seed."),
    ] = "scene",
    spelling: Annotated[
        bool, typer.Option(help="Draw words again that neither the model nor the seed knows.")
    ] = True,
    vary_words: Annotated[
        bool,
        typer.Option(help="Draw uncommon words again that were written lately."),
    ] = True,
    ban: Annotated[
        list[str] | None, typer.Option(help="A word or phrase never to write; repeatable.")
    ] = None,
    avoid_loops: Annotated[
        bool, typer.Option(help="Draw text again that repeats what was written.")
    ] = True,
    max_copy: Annotated[
        int,
        typer.Option(
            help="The most characters that it copies from its texts, {} to {:,}; 0 is any "
            "number. Needs a model with an index.".format(*MAX_COPIES)
        ),
    ] = 0,
    exact_length: Annotated[
        bool,
        typer.Option("--exact-length", help="Do not end with a sentence or line, but exactly."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end.")
    ] = False,
) -> None:
    """Print a seed and the model's continuation, as it is written."""
    from bardtui.model.context import Context
    from bardtui.model.decoder import Decoder
    from bardtui.model.sampling import Sampling
    from bardtui.model.store import find_model
    from bardtui.writing.company import Company
    from bardtui.writing.passage import write_passage
    from bardtui.writing.rules import Rules

    if form not in FORMS:
        raise UserError(f"the form must be one of {', '.join(FORMS)}: {form!r:.60}")
    if newcomers not in NEWCOMERS:
        raise UserError(f"newcomers must be one of {', '.join(NEWCOMERS)}: {newcomers!r:.60}")
    if not is_max_copy(max_copy):
        raise UserError("max-copy must be 0, or from {} to {:,}".format(*MAX_COPIES))
    rules = Rules(
        newcomers=newcomers,
        form=form,
        spelling=spelling,
        vary_words=vary_words,
        banned=tuple(map(_phrase, ban or ())),
        avoid_loops=avoid_loops,
        max_copy=max_copy,
        exact_length=exact_length,
    )
    if seed == "-":
        seed = _standard_input()
    bundle = find_model(model)
    index = bundle.corpus_index if max_copy or as_json else None
    if max_copy and index is None:
        raise UserError(
            f"{bundle.name} has no index of its texts, so its copies cannot be found: "
            f"bardtui models index-texts {bundle.name} CORPUS adds one"
        )
    chosen = secrets.randbelow(2**31) if random_seed is None else random_seed
    sampling = Sampling(temperature, top_k, top_p, chosen, min_p)
    weights = bundle.weights()
    start_tensorflow()
    context = Context(Decoder(bundle.spec, bundle.vocabulary, weights), bundle.memory_length)
    show = (lambda text: None) if as_json else _printer()
    show(seed)
    unknown = context.seek(seed)
    written = []
    company = Company(bundle.casts)
    for piece in write_passage(
        context, seed, length, sampling, rules, words=bundle.words, company=company, index=index
    ):
        written.append(piece)
        show(piece)
    if as_json:
        text = "".join(written)
        answer = {
            "model": bundle.name,
            "fingerprint": bundle.sha256,
            "seed": seed,
            "text": text,
            **copies_in(index, text),
            "left_out": "".join(unknown),
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "min_p": min_p,
            "random_seed": chosen,
            "newcomers": newcomers,
            "form": form,
            "spelling": spelling,
            "vary_words": vary_words,
            "banned": list(rules.banned),
            "avoid_loops": avoid_loops,
            "max_copy": max_copy,
            "exact_length": exact_length,
        }
        typer.echo(json.dumps(answer))
        return
    show("\n")
    if unknown:
        warn(f"{bundle.name} does not know these characters and skipped them: {' '.join(unknown)}")


def _phrase(value: str) -> str:
    """A phrase to ban. Raises UserError."""
    if not is_phrase(value):
        raise UserError(f"a phrase to ban has 1 to {LONGEST_PHRASE} characters: {value!r:.60}")
    return value


def _standard_input() -> str:
    """The text on standard input. Raises UserError."""
    if sys.stdin is None:
        raise UserError("standard input is closed")
    data = sys.stdin.buffer.read(_LARGEST_SEED + 1)
    if len(data) > _LARGEST_SEED:
        raise UserError(f"standard input has more than {_LARGEST_SEED / 1e6:.0f} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"standard input is not UTF-8: {error.reason}") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _printer() -> Callable[[str], None]:
    """A function that prints one text piece by piece, so that no terminal obeys any of it."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    before = ""

    def show(text: str) -> None:
        nonlocal before
        whole = before + text
        shown = visible(whole, keep="\n\t") if on_terminal else inert(whole)
        typer.echo(shown[len(before) :], nl=False)
        before = whole[-2:]  # joiners and emoji styles depend on it

    return show
