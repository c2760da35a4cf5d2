"""bardtui models rename, describe, duplicate, delete, restore, disk and clean"""

from datetime import datetime
from typing import Annotated

import typer

from bardtui.cli.common import console, megabytes
from bardtui.cli.completion import model_names
from bardtui.errors import UserError
from bardtui.escaping import visible

Name = Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)]
New = Annotated[str, typer.Argument(metavar="NEW", help="The new name.")]


def models_rename(name: Name, new: New) -> None:
    """Give a model of yours another name. Its training run follows."""
    from bardtui import paths
    from bardtui.model.library import rename
    from bardtui.settings import Remembered

    rename(name, new)
    remembered = Remembered.load(paths.remembered_file())
    if remembered.model == name:  # the next start finds it
        remembered._replace(model=new).save(paths.remembered_file())
    console().print(f"{visible(name)} is now called {new}")
    console().print("Scenes whose roles name a model keep the old name: choose it there again.")


def models_describe(
    name: Name,
    text: Annotated[str | None, typer.Argument(help="The description, one line.")] = None,
    licence: Annotated[str | None, typer.Option(help="A licence, such as CC0-1.0.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the text, such as en.")] = None,
) -> None:
    """Change what a model of yours says about itself."""
    from bardtui.model.library import describe

    if text is None and licence is None and language is None:
        raise UserError("say what to change: a description, --licence or --language")
    bundle = describe(name, description=text, licence=licence, language=language)
    said = (bundle.description, bundle.licence, bundle.language)
    console().print(f"{bundle.name}: {visible(' · '.join(filter(None, said)))}")


def models_duplicate(name: Name, new: New) -> None:
    """Copy a model, which may have come with bardtui, under another name."""
    from bardtui.model.library import duplicate

    duplicate(name, new)
    console().print(f"{new} is a copy of {visible(name)}")


def models_delete(name: Name) -> None:
    """Move a model of yours and its training run into the trash."""
    from bardtui.model.library import delete

    delete(name)
    shown = visible(name)
    console().print(f"{shown} is deleted; bardtui models restore {shown} brings it back")


def models_restore(
    name: Annotated[str | None, typer.Argument(help="[list the deleted models]")] = None,
    new: Annotated[str | None, typer.Option("--as", help="The name it gets.")] = None,
) -> None:
    """Bring back the model that was last deleted under this name."""
    from bardtui.cli.display import add_rows, table
    from bardtui.model.library import NameTaken, restore, trash
    from bardtui.scene.library import ago

    if name is None:
        made, now = table("deleted", "when", "size", right=("size",)), datetime.now()
        for deleted in trash():
            when = ago(deleted.time, now)
            add_rows(made, (deleted.name, when, megabytes(deleted.size)))
        console().print(made)
        return
    try:
        restored = restore(name, new)
    except NameTaken as error:
        raise UserError(f"{error}: --as NEW brings it back under another name") from error
    console().print(f"{visible(restored)} is back")


def models_disk() -> None:
    """Print the disk space that your models, their training runs and the trash take."""
    from bardtui.cli.display import add_rows, table
    from bardtui.training.disk import trash_size, usage
    from bardtui.workshop.disk import texts_size

    made = table("name", "model", "training run", right=("model", "training run"))
    rows, in_trash, in_texts = usage(), trash_size(), texts_size()
    for row in rows:
        add_rows(made, (row.name, megabytes(row.model), megabytes(row.run)))
    out = console()
    out.print(made)
    total = sum(row.model + row.run for row in rows) + in_trash + in_texts
    sizes = (megabytes(size) or "none" for size in (in_trash, in_texts, total))
    deleted, texts, everything = sizes
    out.print(f"deleted models: {deleted}; copies of scenes: {texts}; in all: {everything}")
    out.print("bardtui models clean removes what is not needed any more.")


def models_clean(
    days: Annotated[
        float, typer.Option(min=0, help="Keep models that were deleted later than this.")
    ] = 30,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove for good: checkpoints of finished runs, old deleted models, interrupted downloads, and
    copies of scenes that no run reads any more.

    Models that are not deleted stay, and so do stopped runs, which can go on.
    """
    from bardtui.cli.display import add_rows, table
    from bardtui.workshop.disk import freeable

    out, found = console(), freeable(days)
    if not found:
        out.print("nothing to remove")
        return
    made = table("", "size", right=("size",))
    for each in found:
        add_rows(made, (each.what, megabytes(each.size)))
    out.print(made)
    size = megabytes(sum(each.size for each in found)) or "0 MB"
    if not yes and not typer.confirm(f"remove these {size} for good?"):
        out.print("nothing is removed")
        return
    for each in found:
        each.remove()
    out.print(f"removed {size}")
