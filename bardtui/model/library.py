"""The user's models as folders: add, rename, duplicate, delete and bring back.

Deleting moves a model, with the checkpoint of its run, into the hidden folder `.trash` beside the
others. Only `Deleted.remove` removes it from the disk. Bundled models are never changed.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bardtui import paths
from bardtui.files import lock_file, private_folder
from bardtui.model.corpus_index import MAX_BYTES
from bardtui.model.description import MAX_TEXT, ModelError, read_beginning
from bardtui.model.store import INDEX, ModelBundle, check_name, find_model

TRASH = ".trash"
_STAGED = ".adding-"
_MARK = "~"  # between a deleted model's name and the time; no name of a model has it
_RUN = ".run"  # after them, the folder of its run
_ABANDONED = 24 * 3600  # seconds after which a model that is being added counts as abandoned


class NameTaken(ModelError):
    """A name that a model cannot have, because something else has it."""


def conflict(name: str) -> str:
    """Why a new model cannot have this name, in words; empty if it can. Raises ModelError."""
    check_name(name)
    for folder, problem in (
        (paths.bundled_models(), f"{name} is a model that comes with bardtui"),
        (paths.models_dir(), f"you already have a model {name}"),
        (paths.runs_dir(), f"there is a run {name}"),
    ):
        if folder.is_dir() and any(_alike(path, name) for path in folder.iterdir()):
            return problem
    return ""


def check_free(name: str, *, replace_own: bool = False) -> None:
    """Raise NameTaken if a new model cannot have this name, but for a model that it may replace."""
    problem = conflict(name)
    if problem and not (replace_own and (paths.models_dir() / name).exists()):
        raise NameTaken(problem)


def _alike(path: Path, name: str) -> bool:
    return path.name.casefold() == name.casefold()  # as file systems that ignore case compare them


@contextmanager
def staging() -> Iterator[Path]:
    """Make a hidden folder beside the models, in which a new one is put together.

    It is removed at the end.
    """
    parent = private_folder(paths.models_dir())
    folder = Path(tempfile.mkdtemp(prefix=_STAGED, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_staged(folder: Path, name: str) -> ModelBundle:
    """Check a model that is put together in `folder`, its weights and index too, and name it.

    Unknown entries of its model.json are dropped. Raises ModelError.
    """
    bundle = replace(ModelBundle.load(folder), name=check_name(name))
    bundle.weights()
    if bundle.index_sha256 and bundle.corpus_index is None:
        raise ModelError(f"{INDEX} is missing or damaged")
    bundle.save_description()
    return bundle


def publish(staged: ModelBundle, *, replace_own: bool = False) -> ModelBundle:
    """Move a model that `check_staged` returned among the user's.

    An older model of the name is deleted first, so it can be brought back. Raises NameTaken.
    """
    assert staged.folder is not None
    check_free(staged.name, replace_own=replace_own)
    own = paths.models_dir() / staged.name
    if own.exists():
        delete(staged.name)
    return replace(staged, folder=staged.folder.rename(own))


def rename(name: str, new: str) -> ModelBundle:
    """Give a model of the user's, and its run, another name. Raises ModelError."""
    bundle = replace(_own(name), name=new)
    check_free(new)
    with _not_in_training(name):
        bundle.save_description()
        folder = (paths.models_dir() / name).rename(paths.models_dir() / new)
        if (run := paths.runs_dir() / name).is_dir():
            run.rename(paths.runs_dir() / new)
    return replace(bundle, folder=folder)


def describe(
    name: str,
    *,
    description: str | None = None,
    licence: str | None = None,
    language: str | None = None,
) -> ModelBundle:
    """Change what a model of the user's says about itself; None keeps it. Raises ModelError."""
    bundle = _own(name)
    for text in (description, licence):
        if text is not None and (len(text) > MAX_TEXT or "\n" in text):
            raise ModelError(f"descriptions and licences have one line, {MAX_TEXT} characters")
    bundle = replace(
        bundle,
        description=bundle.description if description is None else description,
        licence=bundle.licence if licence is None else licence,
        language=bundle.language if language is None else language,
    )
    bundle.save_description()
    return bundle


def duplicate(name: str, new: str) -> ModelBundle:
    """Copy a model, which may be a bundled one, under another name. Raises ModelError."""
    bundle = find_model(name)
    check_free(new)
    with staging() as folder:
        copy_model(bundle, staged := folder / new)
        return publish(check_staged(staged, new))


def copy_model(bundle: ModelBundle, folder: Path) -> None:
    """Copy the files of a model into a new folder. Raises ModelError or OSError."""
    assert bundle.folder is not None
    bundle.save(folder, bundle.weights())
    if bundle.index_sha256:
        data = read_beginning(bundle.folder / INDEX, MAX_BYTES)
        (folder / INDEX).write_bytes(data)
        (folder / INDEX).chmod(0o600)


@dataclass(frozen=True)
class Deleted:
    """A model in the trash."""

    name: str
    time: float  # when it was deleted, in seconds since the epoch
    folder: Path

    @property
    def run(self) -> Path:
        """The folder of its run, which may not exist."""
        return self.folder.with_name(self.folder.name + _RUN)

    @property
    def size(self) -> int:
        """The bytes that it takes on the disk."""
        return size_of(self.folder) + size_of(self.run)

    def remove(self) -> None:
        """Remove it from the disk. Raises OSError."""
        for path in (self.run, self.folder):
            remove(path)


def delete(name: str) -> Deleted:
    """Move a model of the user's, whether or not it can be used, into the trash with its run.

    Raises ModelError or OSError.
    """
    folder = paths.models_dir() / name
    if not name or Path(name).name != name or name.startswith(".") or not _exists(folder):
        _own(name)  # says what is wrong
        raise ModelError(f"{name} is not among your models")
    with _not_in_training(name):
        trash = private_folder(paths.models_dir() / TRASH)
        moment = time.time_ns()
        while _exists(target := trash / f"{name}{_MARK}{moment}"):
            moment += 1
        deleted = Deleted(name, moment / 1e9, target)
        folder.rename(target)
        if (run := paths.runs_dir() / name).is_dir():
            run.replace(deleted.run)
    return deleted


def restore(name: str, new: str | None = None) -> str:
    """Bring the model back that was last deleted under this name; return its name.

    Raises ModelError if there is none, or if the name is taken and no other is given.
    """
    found = next((deleted for deleted in trash() if deleted.name == name), None)
    if found is None:
        raise ModelError(f"no deleted model is called {name}")
    name = new or name
    check_free(name)
    found.folder.rename(paths.models_dir() / name)
    if found.run.is_dir():
        found.run.rename(private_folder(paths.runs_dir()) / name)
    return name


def trash() -> list[Deleted]:
    """The deleted models, the last one first."""
    found = []
    with suppress(FileNotFoundError):
        for folder in (paths.models_dir() / TRASH).iterdir():
            name, _, moment = folder.name.rpartition(_MARK)
            if name and moment.isascii() and moment.isdigit() and len(moment) < 25:
                found.append(Deleted(name, int(moment) / 1e9, folder))
    return sorted(found, key=lambda deleted: deleted.time, reverse=True)


def abandoned() -> list[Path]:
    """Return the folders of models that killed programs did not finish adding."""
    staged = paths.models_dir().glob(f"{_STAGED}*")
    return sorted(path for path in staged if time.time() - path.lstat().st_mtime > _ABANDONED)


def size_of(path: Path) -> int:
    """The bytes of a file or of the files in a folder; 0 for nothing. Links are not followed.

    Files that vanish meanwhile, as those of a run may, do not count.
    """
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sum(map(_bytes_of, files)) if _is_folder(path) else _bytes_of(path)


def _bytes_of(path: Path) -> int:
    with suppress(FileNotFoundError, NotADirectoryError):
        return path.lstat().st_size
    return 0


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with everything in it, if it exists. Raises OSError."""
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _own(name: str) -> ModelBundle:
    """The user's model of that name. Raises ModelError."""
    bundle = find_model(name)
    if bundle.bundled:
        raise ModelError(
            f"{name} comes with bardtui and stays as it is",
            command=f"bardtui models duplicate {name} NEW makes a copy of your own",
        )
    if bundle.folder is None or bundle.folder.parent != paths.models_dir().absolute():
        raise ModelError(f"{name} is not among your models")
    return bundle


@contextmanager
def _not_in_training(name: str) -> Iterator[None]:
    """Keep training runs from starting under this name. Raises ModelError if one is under way."""
    with ExitStack() as stack:
        try:
            stack.enter_context(lock_file(private_folder(paths.runs_dir()) / f".{name}.lock"))
        except BlockingIOError as error:
            raise ModelError(f"{name} is being trained: stop that first") from error
        yield
