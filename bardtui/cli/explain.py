"""bardtui explain"""

from pathlib import Path
from typing import Annotated

import typer

from bardtui import paths
from bardtui.cli.common import checked_model, console
from bardtui.cli.completion import model_names, scene_names
from bardtui.cli.export import STDOUT, check_output, scene_in, write_output
from bardtui.scene.formats.shared import title_of
from bardtui.scene.library import find_scene
from bardtui.scene.scene import SceneError
from bardtui.tf_startup import start_tensorflow


def explain(
    file: Annotated[
        str,
        typer.Argument(
            help="A saved scene: its title, file name or path; or a text file.",
            autocompletion=scene_names,
        ),
    ],
    model: Annotated[
        str, typer.Option(help="The model that reads the text.", autocompletion=model_names)
    ] = "shakespeare",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The page to write; - is standard output.")
    ] = STDOUT,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a page that shows what a model thought of every character of a text.

    Its shade says how likely the character was, a tooltip what the model expected instead, and what
    stands in the model's corpus is marked. The page has no scripts and loads nothing.
    """
    check_output(output, force)
    scene = scene_in(find_scene(paths.scenes_dir(), file))
    if not scene.text:
        raise SceneError("the scene is empty")
    bundle = checked_model(model)

    from bardtui.cli.display import progress_bar
    from bardtui.evaluation.explanation import check_length
    from bardtui.evaluation.explanation import explain as explained
    from bardtui.evaluation.explanation_page import page

    check_length(scene.text)
    start_tensorflow()
    with progress_bar(console(stderr=True), "reading") as on_progress:
        found = explained(bundle, scene.text, on_progress)
    text = page(found, title_of(scene), model, len(bundle.vocabulary))
    write_output(output, text)
