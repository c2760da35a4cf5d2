"""Fetching models from a server on this machine that lies, stalls, redirects and breaks off."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bardtui import paths
from bardtui.model.store import find_model
from bardtui.sharing.fetch import FetchError, fetched, host_of
from bardtui.sharing.model_index import OfferError, check_offer, read_index
from tests.cli.commands import refusal, run
from tests.sharing.archives import archive, members, packed
from tests.sharing.server import Shelf, serving

DATA = bytes(range(256)) * 200
HASH = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with serving() as made:
        made.files["/a"] = DATA
        yield made


def kept() -> list[Path]:
    return [*paths.downloads_dir().iterdir()]


def fetch(shelf: Shelf, sha256: str = HASH, limit: int = len(DATA), stalled: float = 30) -> bytes:
    with fetched(f"{shelf.url}/a", limit, sha256, stalled=stalled) as path:
        return path.read_bytes()


def test_a_file_is_fetched_and_removed_after_use(shelf: Shelf) -> None:
    assert fetch(shelf) == DATA
    assert not kept()


def test_an_interrupted_download_goes_on(shelf: Shelf) -> None:
    shelf.torn["/a"] = 10_000
    with pytest.raises(FetchError, match="10,000 bytes are kept, and the next try continues"):
        fetch(shelf)
    assert fetch(shelf) == DATA
    assert shelf.asked == [("/a", 0), ("/a", 10_000)]
    assert not kept()


def test_a_server_that_sends_no_parts_sends_everything_again(shelf: Shelf) -> None:
    shelf.torn["/a"] = 10_000
    shelf.whole.add("/a")
    with pytest.raises(FetchError):
        fetch(shelf)
    assert fetch(shelf) == DATA


@pytest.mark.parametrize("first", [b"x" * 10_000, b"x" * 99_999])
def test_a_file_that_changed_between_is_fetched_from_the_start(shelf: Shelf, first: bytes) -> None:
    shelf.files["/a"] = first + first
    shelf.torn["/a"] = len(first)
    with pytest.raises(FetchError):
        fetch(shelf, limit=10**6)
    shelf.files["/a"] = DATA
    assert fetch(shelf) == DATA
    assert shelf.asked[-1] == ("/a", 0)


def test_without_a_hash_nothing_is_kept(shelf: Shelf) -> None:
    shelf.torn["/a"] = 10_000
    with pytest.raises(FetchError, match=r"the connection broke after 10,000 of 51,200 bytes$"):
        fetch(shelf, "")
    assert not kept()
    assert fetch(shelf, "") == DATA


def test_a_wrong_file_is_never_given_out(shelf: Shelf) -> None:
    shelf.files["/a"] = DATA[:-1] + b"!"
    with pytest.raises(FetchError, match="is not the right file, by its SHA-256"):
        fetch(shelf)
    assert not kept()


def test_a_server_that_stalls_is_given_up(shelf: Shelf) -> None:
    shelf.stalled.add("/a")
    with pytest.raises(FetchError, match="the server does not answer"):
        fetch(shelf, stalled=0.2)
    shelf.stalled.clear()
    assert fetch(shelf) == DATA


def test_a_file_that_is_too_large_is_refused(shelf: Shelf) -> None:
    with pytest.raises(FetchError, match="it has 51,200 bytes, more than 1,000"):
        fetch(shelf, limit=1_000)


def test_redirects_are_followed_where_they_may_lead(shelf: Shelf) -> None:
    shelf.files["/b"] = DATA
    shelf.redirects["/a"] = f"{shelf.url}/b"
    assert fetch(shelf) == DATA
    shelf.redirects["/a"] = "file:///etc/passwd"
    with pytest.raises(FetchError, match="file is not allowed"):
        fetch(shelf)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/a", "ftp://example.org/a", "file:///etc/passwd", "https://", "a"),
        *("http://[::1", "https://a.org:99999999/", "https://a.org/\n", "https://a.org/a b"),
        *("http://localhost.example.org/", "http://127.0.0.1.example.org/", "https://é.org/"),
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchError):
        host_of(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_may_be_asked_over_http(host: str) -> None:
    assert host_of(f"http://{host}:8000/a") == host.strip("[]")


# --- commands


@pytest.fixture
def offered(shelf: Shelf, tmp_path: Path) -> Shelf:
    """A server with a model and its index, as `models index` makes it."""
    folder = tmp_path / "web"
    folder.mkdir()
    packed(folder / "my quill.bardmodel", "quill", description="Ink.", licence="MIT", language="en")
    assert "quill  Ink." in run("models", "index", folder).stdout
    for name in ("my quill.bardmodel", "index.json"):
        shelf.files[f"/{name.replace(' ', '%20')}"] = (folder / name).read_bytes()
    paths.config_file().write_text(f'model_index = "{shelf.url}/index.json"\n')
    return shelf


def test_a_model_is_fetched_by_its_name(offered: Shelf) -> None:
    done = run("models", "get", "quill")
    assert f"using the network: {offered.url}/index.json" in done.stderr
    assert f"using the network: {offered.url}/my%20quill.bardmodel (0.00 MB)" in done.stderr
    assert "quill: 0.7 K parameters" in done.stdout
    assert find_model("quill").description == "Ink."
    assert not kept()
    offered.asked.clear()
    assert "you already have a model quill" in refusal_after_network("models", "get", "quill")
    assert offered.asked == [("/index.json", 0)]
    assert run("models", "get", "quill", "--as", "other").exit_code == 0
    assert run("models", "get", "quill", "--replace").exit_code == 0


def refusal_after_network(*arguments: str) -> str:
    """The last line of a command that used the network and failed."""
    done = run(*arguments)
    assert done.exit_code == 1
    first, last = done.stderr.splitlines()[0], done.stderr.splitlines()[-1]
    assert first.startswith("using the network: ")
    return str(last.removeprefix("bardtui: "))


def test_the_index_is_listed(offered: Shelf) -> None:
    listed = run("models", "get").stdout
    assert "quill  Ink.         en        MIT" in listed
    assert "there are: quill" in refusal_after_network("models", "get", "nobody")


def test_without_an_index_it_is_said_how_to_set_one() -> None:
    said = refusal("models", "get", "quill")
    assert 'set model_index = "https://..." in ' in said
    assert "settings.toml, or use --index URL" in said


def test_a_file_with_another_hash_is_never_added(offered: Shelf) -> None:
    good = members(offered.files["/my%20quill.bardmodel"])
    offered.files["/my%20quill.bardmodel"] = archive([*good.items()][::-1])
    assert "more than" not in refusal_after_network("models", "get", "quill")
    assert not [*paths.models_dir().glob("*")]


def test_a_model_is_added_from_an_address(offered: Shelf) -> None:
    url = f"{offered.url}/my%20quill.bardmodel"
    done = run("models", "add", url, "--as", "mine")
    assert done.stderr.startswith(f"using the network: {url}\n")
    assert "mine: 0.7 K parameters" in done.stdout
    bad = refusal_after_network("models", "add", f"{offered.url}/index.json")
    assert bad.startswith(f"{offered.url}/index.json cannot be used: it is not a file of a model")
    assert "over https only" in refusal("models", "add", "http://example.org/a")


def test_a_model_is_fetched_from_the_hub(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", shelf.url)
    for name, data in members(packed(tmp_path / "a", "quill")).items():
        shelf.files[f"/jane/quill/resolve/main/{name}"] = data
    shelf.torn["/jane/quill/resolve/main/weights.safetensors"] = 500
    assert "500 bytes are kept" in refusal_after_network("models", "get", "hf:jane/quill")
    assert "quill: 0.7 K" in run("models", "get", "hf:jane/quill").stdout
    assert shelf.asked[-1] == ("/jane/quill/resolve/main/weights.safetensors", 500)
    assert not kept()
    assert "404" in refusal_after_network("models", "get", "hf:jane/nothing")
    assert "not like hf:OWNER/NAME" in refusal("models", "get", "hf:../x")


# --- the index

VALID = {"name": "a", "url": "a.bardmodel", "sha256": "0" * 64, "size": 10}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../x"},
        {"name": 5},
        {"url": "http://example.org/a"},
        {"url": "file:///etc/passwd"},
        {"url": "http://[::1"},
        {"url": None},
        {"sha256": "0"},
        {"size": 0},
        {"size": 10**12},
        {"size": True},
        {"size": 1.5},
    ],
)
def test_offers_that_are_not_valid_are_left_out(changes: dict[str, object]) -> None:
    models = [VALID, VALID | changes, 7]
    data = json.dumps({"format": 1, "models": models}).encode()
    (offer,) = read_index(data, "https://example.org/models/index.json")
    assert offer.url == "https://example.org/models/a.bardmodel"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": 2, "models": []}', b"[" * 100_000])
def test_other_files_are_no_index(data: bytes) -> None:
    with pytest.raises(OfferError, match="is not an index of models"):
        read_index(data, "https://example.org/")


def test_an_index_leads_to_no_private_host() -> None:
    data = json.dumps({"format": 1, "models": [VALID | {"url": "https://127.0.0.1/a"}]}).encode()
    (offer,) = read_index(data, "https://93.184.216.34/")
    with pytest.raises(OfferError, match="its host is on a private network"):
        check_offer(offer, "https://93.184.216.34/")


def test_an_index_of_no_models_is_refused(tmp_path: Path) -> None:
    assert "index-texts" in refusal("models", "index", "quill")
    (tmp_path / "web").mkdir()
    assert "no files that end in .bardmodel" in refusal("models", "index", tmp_path / "web")
    (tmp_path / "web" / "x.bardmodel").write_bytes(b"x" * 99)
    assert "x.bardmodel cannot be used" in refusal("models", "index", tmp_path / "web")
    packed(tmp_path / "web" / "x.bardmodel")
    packed(tmp_path / "web" / "y.bardmodel")
    assert "two files hold a model packed" in refusal("models", "index", tmp_path / "web")
