"""index.json: models that somebody offers, with addresses and hashes, like piper's voices.json."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from bardtui.download import redirect_problem
from bardtui.errors import UserError
from bardtui.escaping import one_line
from bardtui.files import read_regular
from bardtui.model.description import ModelError, as_digest, as_language, as_text
from bardtui.model.store import check_name
from bardtui.progress import OnProgress
from bardtui.sharing.fetch import FetchError, fetched, host_of
from bardtui.sharing.pack import SUFFIX
from bardtui.sharing.unpack import MAX_FILE, opened

FORMAT = 1
_MAX_INDEX = 2_000_000  # bytes
_MAX_OFFERS = 1_000
_WIDTH = 200  # terminal cells


class OfferError(UserError):
    """An index that cannot be read; the message is one line for the user."""


@dataclass(frozen=True)
class Offer:
    """A model that can be fetched; `url` is an address, or relative to that of the index."""

    name: str
    description: str
    language: str
    size: int  # bytes
    sha256: str
    licence: str
    url: str


def index_of(folder: Path) -> list[Offer]:
    """The models in a folder, as an index in that folder offers them, by name.

    Each file is checked as if it were added. Raises ArchiveError, OfferError or OSError.
    """
    offers: dict[str, Offer] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with opened(path) as found:
            bundle = found.bundle
            if bundle.name in offers:
                raise OfferError(f"two files hold a model {bundle.name}: {path.name} is one")
            offers[bundle.name] = Offer(
                name=bundle.name,
                description=bundle.description,
                language=bundle.language,
                size=path.stat().st_size,
                sha256=found.sha256,
                licence=bundle.licence,
                url=quote(path.name),
            )
    return [offers[name] for name in sorted(offers)]


def to_json(offers: list[Offer]) -> str:
    """The content of index.json."""
    return json.dumps({"format": FORMAT, "models": [*map(asdict, offers)]}, indent=1) + "\n"


def fetch_index(url: str, *, on_progress: OnProgress = lambda done, total: None) -> list[Offer]:
    """Fetch the index at an address. Raises FetchError, OfferError or OSError."""
    with fetched(url, _MAX_INDEX, on_progress=on_progress) as path:
        return read_index(read_regular(path, _MAX_INDEX), url)


def read_index(data: bytes, url: str) -> list[Offer]:
    """The valid offers of an index that is at `url`, with full addresses. Raises OfferError."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise OfferError(f"{url} is not an index of models: it is not JSON") from error
    models = values.get("models") if isinstance(values, dict) else None
    if not isinstance(models, list) or values.get("format") != FORMAT:
        raise OfferError(f"{url} is not an index of models of this bardtui")
    return [offer for value in models[:_MAX_OFFERS] if (offer := _offer(value, url))]


def _offer(value: Any, index: str) -> Offer | None:
    """One offer; None for one that is not valid, or leads where the index may not lead."""
    if not isinstance(value, dict):
        return None
    name, size, url = (value.get(key) for key in ("name", "size", "url"))
    sha256 = as_digest(value.get("sha256"))
    if not isinstance(name, str) or not isinstance(url, str):
        return None
    if not sha256 or type(size) is not int or not 0 < size <= MAX_FILE:
        return None
    try:
        check_name(name)
        url = urljoin(index, url)
        host_of(url)
    except (ModelError, FetchError, ValueError):
        return None
    texts = (one_line(as_text(value.get(key)), _WIDTH) for key in ("description", "licence"))
    description, licence = texts
    language = as_language(value.get("language"))
    return Offer(name, description, language, size, sha256, licence, url)


def check_offer(offer: Offer, index: str) -> None:
    """Raise OfferError if an index may not lead to where an offer of it is."""
    if problem := redirect_problem(index, offer.url):
        raise OfferError(f"the index leads to {offer.url}: {problem}")
