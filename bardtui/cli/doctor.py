"""bardtui doctor"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain, groupby
from typing import Annotated

import typer

from bardtui.cli.common import console


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation, the machine, the terminal and the folders.

    For each thing that is wrong, it says what to do. The exit status is 1 if something must be
    mended. Nothing is changed.
    """
    from bardtui.cli.checks import Check, cheap_checks, check_tensorflow

    out, done = console(), list[Check]()

    def report(checks: Iterable[Check]) -> None:
        for part, members in groupby(checks, lambda check: check.part):
            if not as_json:
                out.print(f"\n{part}" if done else part, style="bold")
            for check in members:
                done.append(check)
                if not as_json:
                    mark = {"ok": "  ", "note": "- ", "wrong": "! "}[check.state]
                    out.print(f"{mark}{check.name}: {check.value}", soft_wrap=True)
                    if check.remedy:
                        out.print(f"    {check.remedy}", soft_wrap=True)

    report(chain(cheap_checks(), check_tensorflow()))
    wrong = sum(check.state == "wrong" for check in done)
    if as_json:
        typer.echo(json.dumps({"wrong": wrong, "checks": [asdict(check) for check in done]}))
    else:
        things = "thing marked ! needs" if wrong == 1 else "things marked ! need"
        out.print(f"\n{wrong} {things} mending." if wrong else "\nNothing needs mending.")
    raise typer.Exit(1 if wrong else 0)
