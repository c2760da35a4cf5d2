"""What the models pane does with the writer's models: cards, names, copies, deleting."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bardtui.errors import UserError, user_message
from bardtui.session.session import WritingSession

if TYPE_CHECKING:
    from bardtui.model.store import ModelBundle
    from bardtui.tui.screens.model_card import Change
    from bardtui.tui.widgets.sidepane import SidePane


class ModelKeeping:
    """Changes models in threads, says what is wrong, and lists them again."""

    def __init__(self, side: "SidePane", session: WritingSession) -> None:
        self._side, self._session = side, session
        self._deleted: list[str] = []  # models that can be brought back, the last one last

    def show_card(self, name: str) -> None:
        """Show a model's card, and do with the model what the writer wants."""
        from bardtui.model.store import ModelError, find_model
        from bardtui.sharing.card import in_words
        from bardtui.tui.screens.model_card import ModelCardScreen

        try:
            bundle = find_model(name)
            sentences = in_words(bundle)
        except ModelError as error:
            self._session.notify("failed", "error", reason=str(error))
            return
        changes: tuple[Change, ...] = (
            ("duplicate",) if bundle.bundled else ("rename", "describe", "duplicate", "delete")
        )
        screen = ModelCardScreen(name, sentences, changes)
        self._side.app.push_screen(screen, partial(self._change, bundle))

    def delete(self, name: str) -> None:
        """Delete a model that is not in use; `restore` brings it back."""
        from bardtui.model.library import delete

        if name in {self._session.model, *self._in_roles()}:
            self._session.notify("model_in_use", "warning", model=name)
        else:
            self._do(partial(delete, name), partial(self._deleted.append, name))

    def restore(self) -> None:
        """Bring the model back that was deleted last."""
        from bardtui.model.library import restore

        if self._deleted:
            self._do(partial(restore, self._deleted[-1]), self._deleted.pop)

    def _change(self, bundle: "ModelBundle", change: "Change | None") -> None:
        from bardtui.tui.screens.model_card import ModelDescriptionScreen, ModelNameScreen

        name, app = bundle.name, self._side.app
        match change:
            case "rename" if name in self._in_roles():
                self._session.notify("model_in_use", "warning", model=name)
            case "rename":
                app.push_screen(ModelNameScreen(name, "Rename"), partial(self._rename, name))
            case "describe":
                described = ModelDescriptionScreen(bundle.description)
                app.push_screen(described, partial(self._describe, name))
            case "duplicate":
                app.push_screen(ModelNameScreen(name, "Duplicate"), partial(self._duplicate, name))
            case "delete":
                self.delete(name)

    def _rename(self, name: str, new: str | None) -> None:
        from bardtui.model.library import rename

        if new is not None:
            self._do(partial(rename, name, new), partial(self._follow, name, new))

    def _follow(self, name: str, new: str) -> None:
        """Go on writing with a model that has another name now."""
        if self._session.model == name:
            self._session.set_model(new)

    def _describe(self, name: str, description: str | None) -> None:
        from bardtui.model.library import describe

        if description is not None:
            self._do(partial(describe, name, description=description))

    def _duplicate(self, name: str, new: str | None) -> None:
        from bardtui.model.library import duplicate

        if new is not None:
            self._do(partial(duplicate, name, new))

    def _in_roles(self) -> set[str | None]:
        return {role.model for role in self._session.cast.roles}

    def _do(self, work: Callable[[], object], done: Callable[[], object] = lambda: None) -> None:
        """Run `work` in a thread, then `done`, or say why it is not possible."""
        call = self._side.app.call_from_thread

        def run() -> None:
            try:
                work()
            except (UserError, OSError) as error:
                call(self._session.notify, "failed", "error", reason=user_message(error))
            else:
                call(done)
            call(self._show)

        self._side.run_worker(run, thread=True, exclusive=True, group="keeping")

    def _show(self) -> None:
        self._side.models.set_deleted(self._deleted[-1] if self._deleted else None)
        self._side.list_models()
