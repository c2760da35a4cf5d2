"""Sending a model to the Hugging Face hub, with the library of the extra `hub`."""

from collections.abc import Collection, Mapping

from bardtui import __version__
from bardtui.errors import UserError
from bardtui.escaping import one_line
from bardtui.model.store import ModelBundle
from bardtui.sharing import hub
from bardtui.sharing.fetch import host_of
from bardtui.sharing.pack import files
from bardtui.sharing.unpack import LIMITS

_WIDTH = 300  # terminal cells


class PushError(UserError):
    """A model that could not be sent; the message is one line for the user."""


def check_library() -> None:
    """Raise PushError if the library is not installed."""
    try:
        import huggingface_hub  # noqa: F401 (it is looked for)
    except ModuleNotFoundError as error:
        if error.name != "huggingface_hub":
            raise
        raise PushError("this needs one more package: pip install 'bardtui[hub]'") from error


def files_for_hub(bundle: ModelBundle, target: str, parts: Collection[str]) -> dict[str, bytes]:
    """The files of a model as a repository `hf:OWNER/NAME` has them. Raises UserError."""
    hub.repository(target)
    return files(bundle, parts, f"bardtui models get {target}")


def push(target: str, content: Mapping[str, bytes], *, public: bool) -> None:
    """Send files to a repository `hf:OWNER/NAME`, as one commit; it is made if there is none.

    Files of a model that are there, but not among these, are deleted; the repository's history
    keeps them. The library knows who the user is. Raises PushError, also if the model is not to be
    public but the repository is, and FetchError for a bad address.
    """
    check_library()
    from httpx2 import HTTPError
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HFValidationError

    repository, endpoint = hub.repository(target), hub.endpoint()
    host_of(endpoint)
    api = HfApi(endpoint=endpoint, library_name="bardtui", library_version=__version__)
    try:
        api.create_repo(repository, private=not public, exist_ok=True)
        if not public and not api.repo_info(repository).private:
            raise PushError(f"{repository} is public on the hub: --public sends the model there")
        old = LIMITS.keys() & set(api.list_repo_files(repository)) - content.keys()
        api.create_commit(
            repository,
            [
                *(CommitOperationAdd(name, data) for name, data in content.items()),
                *(CommitOperationDelete(name) for name in sorted(old)),
            ],
            commit_message="Send the model with bardtui",
        )
    except (HTTPError, HFValidationError, OSError) as error:  # OSError: nobody is logged in
        raise PushError(one_line(f"the model was not sent: {error}", _WIDTH)) from error
