"""Where a model to add comes from: a file, a folder, an address, the hub, an offer of an index."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bardtui.errors import UserError
from bardtui.progress import OnProgress
from bardtui.sharing import hub
from bardtui.sharing.fetch import fetched, host_of, is_address
from bardtui.sharing.model_index import Offer
from bardtui.sharing.unpack import MAX_FILE

Source = str | Offer
"""A path, an address, `hf:OWNER/NAME`, or an offer."""


def name_of(source: Source) -> str:
    """What messages call a source."""
    return source.url if isinstance(source, Offer) else source


def network_address(source: Source) -> str:
    """The address that has to be asked for a model; empty for a file or a folder.

    Raises FetchError for an address that a model may not come from.
    """
    name = name_of(source)
    if name.startswith(hub.PREFIX):
        name = hub.address(name)
    elif not isinstance(source, Offer) and not is_address(name):
        return ""
    host_of(name)
    return name


def goes_on(source: Source) -> bool:
    """Whether a download that broke off can continue there: the file's hash must be known."""
    return isinstance(source, Offer) or source.startswith(hub.PREFIX)


@contextmanager
def at_hand(
    source: Source, *, on_progress: OnProgress = lambda done, total: None
) -> Iterator[Path]:
    """The file or the folder of a model, which is fetched if it has an address.

    What was fetched exists while the context lasts. `on_progress` may raise to stop: see
    `download`. Raises UserError or OSError.
    """
    if isinstance(source, Offer):
        with fetched(source.url, source.size, source.sha256, on_progress=on_progress) as path:
            yield path
    elif source.startswith(hub.PREFIX):
        with hub.fetched_folder(source, on_progress=on_progress) as path:
            yield path
    elif is_address(source):
        with fetched(source, MAX_FILE, on_progress=on_progress) as path:
            yield path
    elif (path := Path(source)).exists():
        yield path
    else:
        raise UserError(f"there is no file or folder {source}")
