"""bardtui models: list, show, share and keep trained models"""

import typer

from bardtui.cli.models.cells import models_cells
from bardtui.cli.models.compare import models_compare
from bardtui.cli.models.files import models_export, models_index_texts
from bardtui.cli.models.house import (
    models_clean,
    models_delete,
    models_describe,
    models_disk,
    models_duplicate,
    models_rename,
    models_restore,
)
from bardtui.cli.models.listing import models_list, models_path, models_show
from bardtui.cli.models.push import models_push
from bardtui.cli.models.sharing import models_add, models_get, models_index, models_pack

app = typer.Typer(help="Trained models.", rich_markup_mode=None)
for name, command in (
    ("list", models_list),
    ("show", models_show),
    ("compare", models_compare),
    ("cells", models_cells),
    ("path", models_path),
    ("rename", models_rename),
    ("describe", models_describe),
    ("duplicate", models_duplicate),
    ("delete", models_delete),
    ("restore", models_restore),
    ("disk", models_disk),
    ("clean", models_clean),
    ("pack", models_pack),
    ("add", models_add),
    ("get", models_get),
    ("push", models_push),
    ("index", models_index),
    ("index-texts", models_index_texts),
    ("export", models_export),
):
    app.command(name)(command)


@app.callback(invoke_without_command=True)
def _models(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        models_list()
