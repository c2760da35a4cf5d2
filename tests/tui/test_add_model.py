"""Adding models over the network: nothing is asked before a yes, and it can be stopped."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from bardtui import paths
from bardtui.model.store import find_model
from bardtui.sharing import sources
from bardtui.sharing.fetch import fetched
from bardtui.sharing.model_index import index_of, to_json
from bardtui.sharing.unpack import Added
from bardtui.tui.screens.add_model import AddModelScreen
from bardtui.tui.screens.confirm import ConfirmScreen
from bardtui.tui.screens.dialog import ErrorLine
from tests.sharing.archives import members, packed
from tests.sharing.server import Shelf, serving
from tests.tui.hosts import Host, asked, press, shown, until

FILE = "/quill.bardmodel"


@pytest.fixture
def shelf(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A server with a model and an index of it. However long it stalls, it is not given up."""
    monkeypatch.setattr(sources, "fetched", partial(fetched, stalled=3_600))
    folder = tmp_path / "web"
    folder.mkdir()
    packed(folder / FILE[1:], "quill", description="Ink.", licence="MIT", language="en")
    with serving() as made:
        made.files[FILE] = (folder / FILE[1:]).read_bytes()
        made.files["/index.json"] = to_json(index_of(folder)).encode()
        yield made


def problem(host: Host) -> str:
    """What the dialog says is wrong."""
    return str(host.screen.query_one(ErrorLine).render())


async def answer(pilot: Pilot[None], key: str, *said: str) -> None:
    """Answer the question whether the network may be used, which says this."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen) and bool(app.screen.focused))
    for text in said:
        await until(pilot, lambda text=text: text in shown(app))
    question = app.screen
    await press(pilot, key)
    # Not until the dialog shows: a small download may have closed it by then.
    await until(pilot, lambda: app.screen is not question)


async def typed(pilot: Pilot[None], source: str) -> None:
    """Type a source in place of what is there."""
    pilot.app.screen.query_one("#source", Input).value = source
    pilot.app.screen.query_one("#source").focus()
    await press(pilot, "enter")


async def list_offers(pilot: Pilot[None], shelf: Shelf, home: Path) -> AddModelScreen:
    """Open the dialog and list what the index offers."""
    assert isinstance(pilot.app, Host)
    screen = AddModelScreen(home, f"{shelf.url}/index.json")
    await asked(pilot, screen)
    screen.query_one("#offers").focus()
    await press(pilot, "enter")
    await answer(pilot, "y", f"{shelf.url}/index.json")
    await until(pilot, lambda: "quill" in shown(pilot.app))
    return screen


async def test_an_address_is_asked_after_a_yes_only(shelf: Shelf, home: Path) -> None:
    host, url = Host(), shelf.url + FILE
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, AddModelScreen(home))
        await typed(pilot, url)
        await answer(pilot, "n", url, "at most 8")
        assert shelf.asked == []
        await typed(pilot, url)
        await answer(pilot, "y")
        await until(pilot, lambda: bool(host.answers))
    (added,) = host.answers
    assert isinstance(added, Added)
    assert added.bundle.name == "quill"
    assert shelf.asked == [(FILE, 0)]


async def test_the_hub_is_asked_after_a_yes_only(
    shelf: Shelf, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", shelf.url)
    for name, data in members(shelf.files[FILE]).items():
        shelf.files[f"/jane/quill/resolve/main/{name}"] = data
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, AddModelScreen(home))
        await typed(pilot, "hf:../quill")
        await until(pilot, lambda: "is not like hf:OWNER/NAME" in problem(host))
        await typed(pilot, "hf:jane/quill")
        await answer(pilot, "y", f"{shelf.url}/jane/quill")
        await until(pilot, lambda: bool(host.answers))
    assert find_model("quill").description == "Ink."


async def test_an_offer_is_stopped_and_goes_on_where_it_was(shelf: Shelf, home: Path) -> None:
    host = Host()
    half = len(shelf.files[FILE]) // 2
    shelf.stalled.add(FILE)
    async with host.run_test(size=(80, 24)) as pilot:
        await list_offers(pilot, shelf, home)
        assert "en · MIT · 0.00 MB" in shown(host)
        assert "Ink." in shown(host)
        await press(pilot, "enter")
        await answer(pilot, "y", shelf.url + FILE)
        await until(pilot, lambda: "50%. Esc stops" in shown(host))
        await press(pilot, "enter")
        await until(pilot, lambda: "Esc stops what is being fetched" in problem(host))
        await press(pilot, "escape")
        await until(pilot, lambda: "Add the model again to continue" in problem(host))
        assert not [*paths.models_dir().glob("[a-z]*")]
        shelf.stalled.clear()
        await press(pilot, "enter")
        await answer(pilot, "y")
        await until(pilot, lambda: bool(host.answers))
    assert shelf.asked[-1] == (FILE, half)
    assert find_model("quill").description == "Ink."


async def test_a_file_with_another_hash_never_loads(shelf: Shelf, home: Path) -> None:
    shelf.files[FILE] = bytes(len(shelf.files[FILE]))
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await list_offers(pilot, shelf, home)
        await press(pilot, "enter")
        await answer(pilot, "y")
        await until(pilot, lambda: "by its SHA-256" in problem(host))
        assert host.answers == []
    assert not [*paths.models_dir().glob("[a-z]*")]


async def test_a_program_that_ends_stops_what_it_fetches(shelf: Shelf, home: Path) -> None:
    shelf.stalled.add(FILE)
    host = Host()
    async with host.run_test(size=(80, 24)) as pilot:
        await asked(pilot, AddModelScreen(home))
        await typed(pilot, shelf.url + FILE)
        await answer(pilot, "y")
        await until(pilot, lambda: "Esc stops" in shown(host))
    assert not [*paths.models_dir().glob("[a-z]*")]
