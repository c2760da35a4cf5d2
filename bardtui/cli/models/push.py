"""bardtui models push"""

from typing import Annotated

import typer

from bardtui.cli.common import console, megabytes
from bardtui.cli.completion import model_names
from bardtui.escaping import visible


def models_push(
    name: Annotated[str, typer.Argument(help="A model's name.", autocompletion=model_names)],
    target: Annotated[str, typer.Argument(metavar="hf:OWNER/NAME", help="Where it goes.")],
    wanted: Annotated[
        str | None,
        typer.Option(
            "--with", metavar="PARTS", help="What it says about the text, as for models pack."
        ),
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Let everybody see it there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Send a model to a repository of yours on the Hugging Face hub.

    Says what it will send, and asks first. It needs the extra `hub`, and `hf auth login` once. A
    repository that does not exist is made; only you can see it unless you say --public.
    """
    from bardtui.cli.models.sharing import say_what_is_held
    from bardtui.model.store import find_model
    from bardtui.sharing import hub
    from bardtui.sharing.contents import chosen
    from bardtui.sharing.push import check_library, files_for_hub, push

    check_library()
    bundle = find_model(name)
    parts = chosen(bundle, wanted)
    content = files_for_hub(bundle, target, parts)
    say_what_is_held(bundle, parts)
    out, page = console(), visible(hub.page(target))
    size = megabytes(sum(map(len, content.values())))
    who = "everybody" if public else "only you"
    out.print(f"{', '.join(content)}: {size}, to {page}, for {who} to see", soft_wrap=True)
    if not yes and not typer.confirm("send it?"):
        out.print("nothing is sent")
        return
    console(stderr=True).print(f"using the network: {page}", soft_wrap=True)
    push(target, content, public=public)
    out.print(f"{bundle.name} is at {page}", soft_wrap=True)
    if not public:
        out.print(f"bardtui models get {target} takes it once you have made it public there")
