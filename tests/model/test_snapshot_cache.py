"""The cache of snapshots."""

import numpy as np

from bardtui.model.context import Snapshots, TextHash
from bardtui.model.decoder import Snapshot

SIZE = 400  # bytes of a snapshot


def snapshot(position: int) -> Snapshot:
    return Snapshot(position, (np.full((1, SIZE // 4), position, np.float32),))


def kept(*texts: str, max_bytes: int = 10 * SIZE) -> Snapshots:
    snapshots = Snapshots(max_bytes)
    for text in texts:
        snapshots.keep(TextHash(text), snapshot(len(text)))
    return snapshots


def nearest(snapshots: Snapshots, text: str, start: int = 0) -> int | None:
    found = snapshots.nearest(text, start)
    if found is None:
        return None
    beginning, state = found
    assert beginning.key == TextHash(text[: state.position]).key
    return state.position


def test_the_longest_known_beginning_is_found() -> None:
    snapshots = kept("a", "ab", "abcd", "axcde", "abcdefg")
    assert nearest(snapshots, "abcde") == 4
    assert nearest(snapshots, "abc") == 2
    assert nearest(snapshots, "abcdefg") == 7
    assert nearest(snapshots, "bcd") is None
    assert nearest(snapshots, "") is None


def test_a_beginning_before_the_start_is_of_no_use() -> None:
    snapshots = kept("a", "ab")
    assert nearest(snapshots, "abc", start=1) == 2
    assert nearest(snapshots, "abc", start=2) is None


def test_a_text_of_any_characters_has_a_key() -> None:
    text = "é中😀\ud800\n"
    assert nearest(kept(text), text + "x") == len(text)


def test_a_hash_that_grows_is_that_of_the_whole_text() -> None:
    growing = TextHash("ab")
    copy = growing.copy()
    growing.update("cd")
    assert growing.key == TextHash("abcd").key
    assert copy.key == TextHash("ab").key != growing.key


def test_the_least_recently_used_go_when_there_is_no_room() -> None:
    snapshots = kept("a", "b", "c", max_bytes=3 * SIZE)
    assert nearest(snapshots, "a") == 1
    snapshots.keep(TextHash("d"), snapshot(1))
    assert [nearest(snapshots, text) for text in "abcd"] == [1, None, 1, 1]
    assert len(snapshots) == 3


def test_a_text_kept_again_counts_once() -> None:
    assert len(kept(*"aaaaaaaab", max_bytes=2 * SIZE)) == 2


def test_one_snapshot_is_kept_however_large_it_is() -> None:
    snapshots = kept("a", "b", max_bytes=1)
    assert [nearest(snapshots, text) for text in "ab"] == [None, 1]
