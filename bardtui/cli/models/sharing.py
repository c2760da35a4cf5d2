"""bardtui models pack and add"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import console
from bardtui.errors import UserError
from bardtui.escaping import visible

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle


def models_pack(
    name: Annotated[str, typer.Argument(help="A model's name.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="[NAME.bardmodel in this folder]"),
    ] = None,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="PARTS",
            help="What the file says about the text, by commas: words, casts, index, samples, "
            "titles, fingerprint; or none. [all of a public text, none of a private one]",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Put a model into one file, for others: bardtui models add FILE.

    The same model gives the same file. No path and no name of yours or of your machine is in it.
    """
    from bardtui.model.store import find_model
    from bardtui.sharing.contents import chosen
    from bardtui.sharing.pack import SUFFIX, pack

    bundle = find_model(name)
    path = output or Path(f"{bundle.name}{SUFFIX}")
    if path.exists() and not force:
        raise UserError(f"{path} exists: --force replaces it")
    parts = chosen(bundle, wanted)
    _say_what_is_held(bundle, parts)
    packed = pack(bundle, path, parts)
    out = console()
    out.print(f"{visible(str(path))}: {packed.size / 1e6:.2f} MB", soft_wrap=True)
    out.print(f"sha256 {packed.sha256}", soft_wrap=True)


def _say_what_is_held(bundle: "ModelBundle", parts: list[str]) -> None:
    """Say what a file holds of the text, and what is left out."""
    from bardtui.sharing.contents import PARTS, held, shareable

    out = console()
    kind = "public" if bundle.public else "private"
    out.print(f"{bundle.name} was trained on a {kind} text.")
    out.print("  in the file: the weights, which can write parts of the text by heart")
    out.print(f"  in the file: its {len(bundle.vocabulary)} different characters")
    if description := shareable(bundle, parts).description:
        out.print(f"  in the file: the description “{visible(description)}”")
    for part in held(bundle):
        where = "in the file" if part in parts else "left out"
        out.print(f"  {where}: {PARTS[part]} ({part})")
    if not bundle.public and (left := [part for part in held(bundle) if part not in parts]):
        out.print(f"--with {','.join(left)} would put in what is left out.")


def models_add(
    source: Annotated[str, typer.Argument(metavar="FILE | FOLDER", help="A model.")],
    name: Annotated[str | None, typer.Option("--as", help="The name it gets here.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a model of yours, which can be restored.")
    ] = False,
) -> None:
    """Add a model from a file, as models pack makes it, or from a folder.

    Everything in it is checked first. Nothing in it is run.
    """
    if not (path := Path(source)).exists():
        raise UserError(f"there is no file or folder {source}")
    _add(path, name, replace)


def _add(path: Path, name: str | None, replace: bool) -> None:
    """Add a model from a file or a folder, and say which it is, with its hash."""
    from bardtui.cli.models.listing import millions
    from bardtui.model.library import NameTaken
    from bardtui.sharing.unpack import add

    try:
        added = add(path, name, replace_own=replace)
    except NameTaken as error:
        raise UserError(f"{error}: --as NAME gives the new one another name") from error
    bundle = added.bundle
    out = console()
    about = f", trained on {bundle.title}" if bundle.title else ""
    out.print(f"{bundle.name}: {millions(bundle.spec.parameters)} parameters{about}")
    out.print(f"sha256 {added.sha256}", soft_wrap=True)
