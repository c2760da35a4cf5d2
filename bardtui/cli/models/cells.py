"""bardtui models cells: find cells that follow a property of a text"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import console
from bardtui.cli.completion import model_names, text_names
from bardtui.escaping import visible

if TYPE_CHECKING:
    from bardtui.evaluation.cells import Findings
    from bardtui.model.store import ModelBundle


def models_cells(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="CORPUS",
            help="The text to read; of the model's own text, the held-out part. [the model's own]",
            autocompletion=text_names,
        ),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Keep their names, for F12 in the program.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find cells that follow something in a text: stage directions, cues, verse, a speaker.

    A cell is shown if what it holds correlates with the property on one part of the text and on
    another, on both more than any cell does by chance.
    """
    from bardtui.cli.display import progress_bar
    from bardtui.cli.own_text import held_out_documents, held_out_text, own_corpus
    from bardtui.evaluation.cells import MIN_TEXT, find_cells
    from bardtui.model.store import find_model
    from bardtui.text.corpus import load_corpus

    bundle = find_model(name)
    if source is None:
        corpus = own_corpus(bundle, f"bardtui models cells {bundle.name} CORPUS")
    else:
        corpus = load_corpus(source)
    if source is None or held_out_documents(corpus, bundle):
        text = held_out_text(corpus, bundle, MIN_TEXT)
    else:
        text = corpus.text
    with progress_bar(console(stderr=True), "reading") as on_progress:
        findings = find_cells(bundle, text, on_progress)
    if as_json:
        facts = {"model": bundle.name, "fingerprint": bundle.sha256, "corpus": corpus.name}
        typer.echo(json.dumps(facts | asdict(findings)))
    else:
        _print(findings)
    if save:
        _save(bundle, findings)


def _print(findings: "Findings") -> None:
    from bardtui.cli.display import add_rows, table

    figures = ("layer", "cell", "found", "unseen")
    made = table("property", *figures, "example", right=figures)
    before = ""
    for cell in findings.cells:
        name, before = "" if cell.follows == before else cell.follows, cell.follows
        correlations = (f"{cell.correlation:+.2f}", f"{cell.unseen:+.2f}")
        row = (name, f"{cell.layer}", f"{cell.cell}", *correlations, cell.example)
        add_rows(made, row, ("", "", "", "", "", cell.signs))
    out = console()
    if findings.cells:
        out.print(made)
    for name, reason in findings.missing.items():
        out.print(visible(f"{name}: {reason}"))
    out.print(
        f"\n{findings.characters:,} characters were read. found, unseen: the correlation of the "
        "cell with the property on one half of them, and on the other. Below an example: + where "
        "the cell is high, - where it is low."
    )


def _save(bundle: "ModelBundle", findings: "Findings") -> None:
    from bardtui.model.cell_names import NamedCell, save_names

    names = [NamedCell(c.layer, c.cell, c.follows, c.unseen > 0) for c in findings.cells]
    path = save_names(bundle.sha256, names)
    console(stderr=True).print(
        f"{len(names)} names are kept in {visible(str(path))}", soft_wrap=True
    )
