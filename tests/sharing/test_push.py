"""bardtui models push, with a hub that stands in for huggingface_hub's public classes."""

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.cli.commands import refusal, run
from tests.sharing.archives import SECRETS, own_model


class Hub:
    """What the hub holds, and what it was asked for."""

    def __init__(self) -> None:
        self.private: dict[str, bool] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.error: Exception | None = None

    def library(self) -> Iterator[ModuleType]:
        """The modules that speak to this hub, with the signatures of huggingface_hub 2.4."""
        hub = self

        class HTTPError(Exception): ...

        class HFValidationError(ValueError): ...

        class CommitOperationAdd(SimpleNamespace):
            def __init__(self, path_in_repo: str, path_or_fileobj: bytes) -> None:
                super().__init__(path=path_in_repo, content=path_or_fileobj)

        class CommitOperationDelete(SimpleNamespace):
            def __init__(self, path_in_repo: str) -> None:
                super().__init__(path=path_in_repo, content=None)

        class HfApi:
            def __init__(self, endpoint: str, library_name: str, library_version: str) -> None:
                assert (endpoint, library_name) == ("https://huggingface.co", "bardtui")

            def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> None:
                if hub.error:
                    raise hub.error
                assert exist_ok
                hub.private.setdefault(repo_id, private)
                hub.files.setdefault(repo_id, {})

            def repo_info(self, repo_id: str) -> SimpleNamespace:
                return SimpleNamespace(private=hub.private[repo_id])

            def list_repo_files(self, repo_id: str) -> list[str]:
                return list(hub.files[repo_id])

            def create_commit(
                self, repo_id: str, operations: list[Any], *, commit_message: str
            ) -> None:
                for operation in operations:
                    if operation.content is None:
                        del hub.files[repo_id][operation.path]
                    else:
                        hub.files[repo_id][operation.path] = operation.content

        self.http_error = HTTPError
        names = (HfApi, CommitOperationAdd, CommitOperationDelete)
        for name, kinds in (
            ("huggingface_hub", names),
            ("huggingface_hub.errors", (HFValidationError,)),
            ("httpx2", (HTTPError,)),
        ):
            module = ModuleType(name)
            vars(module).update({kind.__name__: kind for kind in kinds})
            yield module


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub()
    for module in hub.library():
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    own_model()
    return hub


def test_nothing_is_sent_before_the_owner_agrees(hub: Hub) -> None:
    said = run("models", "push", "own", "hf:ink/quill", text="n\n")
    assert "own was trained on a private text" in said.stdout
    assert "README.md, model.json, weights.safetensors: " in said.stdout
    assert "to https://huggingface.co/ink/quill, for only you to see" in said.stdout
    assert "nothing is sent" in said.stdout
    assert (hub.files, said.stderr) == ({}, "")


def test_a_private_model_is_sent_without_what_it_says_of_its_text(hub: Hub) -> None:
    said = run("models", "push", "own", "hf:ink/quill", text="y\n")
    assert said.stderr == "using the network: https://huggingface.co/ink/quill\n"
    assert "own is at https://huggingface.co/ink/quill\n" in said.stdout
    assert hub.private == {"ink/quill": True}
    sent = hub.files["ink/quill"]
    assert sent.keys() == {"README.md", "model.json", "weights.safetensors"}
    assert not [secret for secret in SECRETS if secret.encode() in b"".join(sent.values())]
    assert b"\n    bardtui models get hf:ink/quill\n" in sent["README.md"]


def test_what_is_left_out_later_is_deleted_and_other_files_stay(hub: Hub) -> None:
    run("models", "push", "own", "hf:ink/quill", "--with", "index", "--yes")
    hub.files["ink/quill"]["notes.txt"] = b"ours"
    assert "corpus-index.bin" in hub.files["ink/quill"]
    run("models", "push", "own", "hf:ink/quill", "--yes")
    assert "corpus-index.bin" not in hub.files["ink/quill"]
    assert hub.files["ink/quill"]["notes.txt"] == b"ours"


def test_a_repository_that_is_public_gets_a_model_only_if_the_owner_says_so(hub: Hub) -> None:
    hub.private["ink/quill"] = False
    push = ("models", "push", "own", "hf:ink/quill", "--yes")
    done = run(*push)
    assert done.exit_code == 1
    assert "ink/quill is public on the hub: --public sends the model there" in done.stderr
    assert hub.files["ink/quill"] == {}
    assert "for everybody to see" in run(*push, "--public").stdout
    assert hub.files["ink/quill"]


def test_what_goes_wrong_is_one_line(hub: Hub) -> None:
    for error in (OSError("no token\nlog in"), hub.http_error("401 Unauthorized\x1b[2J")):
        hub.error = error
        done = run("models", "push", "own", "hf:ink/quill", "--yes")
        assert done.exit_code == 1
        assert done.stderr.splitlines()[1].startswith("bardtui: the model was not sent: ")
        assert "\x1b" not in done.stderr


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    own_model()
    line = refusal("models", "push", "own", "hf:ink/quill")
    assert line == "this needs one more package: pip install 'bardtui[hub]'"


def test_other_addresses_are_refused(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not like hf:OWNER/NAME" in refusal("models", "push", "own", "ink/quill")
    monkeypatch.setenv("HF_ENDPOINT", "http://example.org")
    done = run("models", "push", "own", "hf:ink/quill", "--yes")
    assert "over https only" in done.stderr
    assert hub.files == {}
