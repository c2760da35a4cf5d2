"""bardtui corpus: list, fetch and describe training texts"""

from pathlib import Path
from typing import Annotated

import typer

from bardtui.cli.common import console, megabytes
from bardtui.cli.completion import text_names
from bardtui.escaping import visible

app = typer.Typer(help="Training texts.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def corpus_list() -> None:
    """List the texts of the catalogue."""
    from bardtui.cli.display import add_rows, table
    from bardtui.text.catalogue import catalogue

    made = table("name", "text", "size", "", right=("size",))
    for entry in catalogue():
        here = "ready" if entry.available else entry.remedy
        title = f"{entry.title}, by {entry.author}. {entry.licence}"
        add_rows(made, (entry.name, title, megabytes(entry.size), here))
    console().print(made)


@app.command("get")
def corpus_get(
    name: Annotated[
        str,
        typer.Argument(
            help="A name from the catalogue, or gutenberg:NUMBER.", autocompletion=text_names
        ),
    ],
) -> None:
    """Fetch a text of the catalogue, or a book of Project Gutenberg by its number."""
    from bardtui.cli.display import progress_bar
    from bardtui.text.catalogue import CorpusError, known_entry, obtain

    entry = known_entry(name)
    parts = entry.members
    for number, part in enumerate(parts, 1):
        label = f"fetching {part.name}" + (f", {number} of {len(parts)}" if parts[1:] else "")
        try:
            with progress_bar(console(stderr=True), label) as on_progress:
                obtain(part, on_progress=on_progress)
        except CorpusError as error:
            if number == 1:
                raise
            kept = f"{number - 1} of the {len(parts)} texts of {entry.name} are kept"
            raise CorpusError(f"{error}; {kept}, and the same command gets the rest") from error
    typer.echo(str(entry.path))


@app.command("convert")
def corpus_convert(
    file: Annotated[Path, typer.Argument(help="A text file that is not UTF-8.")],
    encoding: Annotated[
        str | None,
        typer.Option("--from", help="Its encoding, such as GB18030; default: a guess."),
    ] = None,
) -> None:
    """Convert a text file to UTF-8, and keep the original beside it."""
    from bardtui.text.encoding import convert

    original, guess = convert(file, encoding)
    typer.echo(f"{visible(str(file))}: converted from {guess}")
    typer.echo(f"{visible(str(original))}: the original")
    if encoding is None:
        typer.echo("Read some of the text; if it is wrong, convert the original with --from.")


@app.command("info")
def corpus_info(
    source: Annotated[
        str,
        typer.Argument(
            help="A name from the catalogue, a file or a folder.", autocompletion=text_names
        ),
    ],
) -> None:
    """Describe a text, and what cleaning changed in it."""
    from bardtui.cli.display import add_rows, table
    from bardtui.text.corpus import RARE, load_corpus

    corpus = load_corpus(source)
    rare, found = corpus.rare, sorted(c for c in corpus.characters if c > " ")
    lines = [
        ("title", corpus.title),
        ("licence", corpus.licence or "not known"),
        ("documents", f"{len(corpus.documents):,}"),
        ("characters", f"{corpus.length:,}"),
        ("distinct", f"{len(corpus.characters):,}: {''.join(found)}"),
        ("sha256", corpus.sha256),
        *[("note", note) for note in corpus.notes],
    ]
    if rare:
        lines.append(("note", f"fewer than {RARE} times in the text: {' '.join(rare)}"))
    console().print(add_rows(table("", ""), *lines))
