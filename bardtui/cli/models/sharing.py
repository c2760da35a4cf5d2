"""bardtui models pack, add, get and index"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bardtui.cli.common import check_free, console, megabytes, millions
from bardtui.cli.completion import model_names
from bardtui.errors import UserError
from bardtui.escaping import visible

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle
    from bardtui.progress import OnProgress
    from bardtui.sharing.model_index import Offer
    from bardtui.sharing.sources import Source


def models_pack(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
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
    check_free(path, force)
    parts = chosen(bundle, wanted)
    say_what_is_held(bundle, parts)
    packed = pack(bundle, path, parts)
    out = console()
    out.print(f"{visible(str(path))}: {megabytes(packed.size)}", soft_wrap=True)
    out.print(f"sha256 {packed.sha256}", soft_wrap=True)


def say_what_is_held(bundle: "ModelBundle", parts: list[str]) -> None:
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
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE | FOLDER | URL | hf:OWNER/NAME", help="A model; https for a URL."
        ),
    ],
    name: Annotated[str | None, typer.Option("--as", help="The name it gets here.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a model of yours, which can be restored.")
    ] = False,
) -> None:
    """Add a model from a file, as models pack makes it, from a folder, or from an address.

    Everything in it is checked first. Nothing in it is run.
    """
    _add(source, name, replace)


def models_get(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME | hf:OWNER/NAME", help="[list what the index offers]"),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="URL", help="The index. [model_index in settings.toml]"),
    ] = None,
    new: Annotated[str | None, typer.Option("--as", help="The name it gets here.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a model of yours, which can be restored.")
    ] = False,
) -> None:
    """Fetch a model that an index offers, or one of the Hugging Face hub, and add it.

    A file with another SHA-256 than the index says is never added.
    """
    from bardtui.model import library
    from bardtui.sharing import hub
    from bardtui.sharing.model_index import check_offer, fetch_index

    if name and name.startswith(hub.PREFIX):
        _add(name, new, replace)
        return
    address = index or _index_setting()
    with _network(address) as on_progress:
        offers = fetch_index(address, on_progress=on_progress)
    if name is None:
        _print_offers(offers)
        return
    offer = next((offer for offer in offers if offer.name == name), None)
    if offer is None:
        known = ", ".join(offer.name for offer in offers) or "none"
        raise UserError(f"the index has no model {name}; there are: {known}")
    check_offer(offer, address)
    with _or_another_name():  # before anything is fetched
        library.check_free(new or name, replace_own=replace)
    _add(offer, new or name, replace)


def models_index(
    folder: Annotated[Path, typer.Argument(help="A folder with files of models pack.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="[index.json in the folder]"),
    ] = None,
) -> None:
    """Make an index of packed models, to offer them on a web server: bardtui models get NAME.

    The files of the models go into the same folder there.
    """
    from bardtui.files import atomic_write
    from bardtui.sharing.model_index import index_of, to_json

    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}; for the texts of a model: index-texts")
    if not (offers := index_of(folder)):
        raise UserError(f"{folder} has no files that end in .bardmodel: bardtui models pack")
    path = output or folder / "index.json"
    atomic_write(path, to_json(offers), private=False)
    _print_offers(offers)
    console().print(visible(str(path)), soft_wrap=True)


def _index_setting() -> str:
    from bardtui import paths
    from bardtui.settings import Settings

    if address := Settings.load(paths.config_file()).model_index:
        return address
    raise UserError(
        f'no index of models is known: set model_index = "https://..." in {paths.config_file()}, '
        "or use --index URL"
    )


@contextmanager
def _network(url: str, size: int = 0) -> Iterator["OnProgress"]:
    """Say that the network is used, and show progress. Raises FetchError for a bad address."""
    from bardtui.cli.display import progress_bar
    from bardtui.sharing.fetch import host_of

    host_of(url)
    err = console(stderr=True)
    amount = f" ({megabytes(size)})" if size else ""
    err.print(f"using the network: {visible(url)}{amount}", soft_wrap=True)
    with progress_bar(err, "fetching") as on_progress:
        yield on_progress


def _print_offers(offers: "Sequence[Offer]") -> None:
    from bardtui.cli.display import add_rows, table

    made = table("name", "description", "language", "licence", "size", right=("size",))
    for offer in offers:
        about = (offer.description, offer.language, offer.licence)
        add_rows(made, (offer.name, *about, megabytes(offer.size)))
    console().print(made)


@contextmanager
def _or_another_name() -> Iterator[None]:
    """Where a name is taken, say how to give the new model another."""
    from bardtui.model.library import NameTaken

    try:
        yield
    except NameTaken as error:
        raise UserError(f"{error}: --as NAME gives the new one another name") from error


def _add(source: "Source", name: str | None, replace: bool) -> None:
    """Add a model, fetching it if need be, and say which it is, with its hash."""
    from bardtui.sharing.sources import at_hand, name_of, network_address
    from bardtui.sharing.unpack import add

    with ExitStack() as stack:
        if address := network_address(source):
            size = 0 if isinstance(source, str) else source.size
            with _network(address, size) as on_progress:
                path = stack.enter_context(at_hand(source, on_progress=on_progress))
        else:
            path = stack.enter_context(at_hand(source))
        with _or_another_name():
            added = add(path, name, replace_own=replace, origin=name_of(source))
    bundle = added.bundle
    out = console()
    about = f", trained on {bundle.title}" if bundle.title else ""
    out.print(f"{bundle.name}: {millions(bundle.spec.parameters)} parameters{about}")
    out.print(f"sha256 {added.sha256}", soft_wrap=True)
