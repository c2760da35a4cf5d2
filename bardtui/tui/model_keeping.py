"""What the models pane does with the writer's models: cards, names, copies, files, deleting."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
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

    def show_card(self, name: str, news: str = "") -> None:
        """Show a model's card, after any news, and do with the model what the writer wants."""
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
            ("duplicate", "pack")
            if bundle.bundled
            else ("rename", "describe", "duplicate", "pack", "delete")
        )
        screen = ModelCardScreen(name, [*filter(None, [news]), *sentences], changes)
        self._side.app.push_screen(screen, partial(self._change, bundle))

    def delete(self, name: str) -> None:
        """Delete a model that is not in use; `restore` brings it back."""
        from bardtui.model.library import delete

        if name in {self._session.model, *self._in_roles()}:
            self._session.notify("model_in_use", "warning", model=name)
        elif any(entry.bundled for entry in self._side.models.entries if entry.name == name):
            self._session.notify("model_bundled", "warning", model=name)
        else:
            self._do(partial(delete, name), partial(self._deleted.append, name))

    def restore(self) -> None:
        """Bring the model back that was deleted last."""
        from bardtui.model.library import restore

        if self._deleted:
            self._do(partial(restore, self._deleted[-1]), self._deleted.pop)

    async def add(self) -> None:
        """Add a model from a file, a folder or an address that the writer chooses."""
        from bardtui.tui.flows import working_folder
        from bardtui.tui.screens.add_model import AddModelScreen

        screen = AddModelScreen(working_folder(), self._session.settings.model_index)
        if (added := await self._side.app.push_screen_wait(screen)) is not None:
            self._show()
            self.show_card(added.bundle.name, f"It is added now; its SHA-256 is {added.sha256}.")

    async def clean(self) -> None:
        """Say what models take on the disk, and remove what is not needed if the writer agrees."""
        from bardtui.tui.screens.confirm import ConfirmScreen
        from bardtui.tui.screens.model_card import ModelCardScreen
        from bardtui.workshop.disk import look

        try:
            disk = await asyncio.to_thread(look)
            if not disk.freeable:
                told = [disk.taken, "All of it is needed."]
                self._side.app.push_screen(ModelCardScreen("Disk used by models", told, ()))
                return
            question = f"{disk.taken} Remove {disk.size} of it for good?\n\n{disk.listed()}"
            screen = ConfirmScreen(question, "Remove", "Keep")
            if await self._side.app.push_screen_wait(screen):
                await asyncio.to_thread(disk.clean)
        except OSError as error:
            self._session.notify("failed", "error", reason=user_message(error))

    async def pack(self, bundle: "ModelBundle") -> None:
        """Pack a model into a file, once the writer has seen what the file tells of its text.

        In a browser, the browser downloads the file.
        """
        from bardtui.sharing.pack import Packed, pack
        from bardtui.tui.browser import download
        from bardtui.tui.flows import working_folder
        from bardtui.tui.screens.model_card import ModelCardScreen
        from bardtui.tui.screens.packing import PackScreen

        app, made = self._side.app, list[Packed]()
        screen = PackScreen(bundle, working_folder(), browser=app.is_web)
        while path := await app.push_screen_wait(screen):
            parts = screen.parts

            def save(target: Path, parts: Sequence[str] = parts) -> None:
                made.append(pack(bundle, target, parts))

            try:
                if app.is_web:
                    download(app, path.name, save)
                else:
                    await asyncio.to_thread(save, path)
            except (UserError, OSError) as error:
                problem = f"Not packed: {user_message(error)}"
                screen = PackScreen(bundle, path.parent, error=problem, browser=app.is_web)
            else:
                size, sha256 = made[-1].size / 1e6, made[-1].sha256
                told = [
                    f"It has {size:.2f} MB. Others add it with “Add a model” in the palette, or "
                    f"with: bardtui models add {path.name}",
                    f"SHA-256, to check it: {sha256}",
                ]
                where = path.name if app.is_web else str(path)
                app.push_screen(ModelCardScreen(f"Packed as {where}", told, ()))
                return

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
            case "pack":
                self._side.run_worker(self.pack(bundle))
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
