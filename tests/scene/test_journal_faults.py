"""Journals that are cut short, damaged, or whose program is killed or meets a full disk."""

import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from bardtui.scene.formats.json import scene_from_json, to_json
from bardtui.scene.journal import Journal, JournalError
from bardtui.scene.journal_reader import JournalReader, encode_header, read_scene
from bardtui.scene.scene import Scene

TAKES = ("Come in.", "Kôme “in”.\n", "\U0001f3ad")


def write_scene(path: Path) -> bytes:
    """Write a scene with takes, cuts, undo, a new title and UTF-8 text of every length."""
    scene = Scene("Scène \u2028", created="2025-06-15")
    journal = Journal.create(path, scene)
    line = scene.add("writer", "BOB:\u2028 \x1b[0m é\n")
    for number, take in enumerate(TAKES):
        scene.move_head(line.id)
        model = scene.add("model", model="small")
        for half in (take[:3], take[3:]):
            scene.extend(model.id, half)
            journal.flush()
        scene.end(model.id, "length")
        scene.move_head(model.id, number + 1)
    scene.set("title", "Later")
    scene.undo()
    scene.add("writer", "the last")
    journal.close()
    return path.read_bytes()


def texts_of(scene: Scene) -> dict[int, str]:
    return {passage.id: passage.text for passage in scene.passages.values()}


def test_a_file_cut_at_any_byte_is_read_up_to_its_last_complete_line(tmp_path: Path) -> None:
    whole = write_scene(tmp_path / "whole.scene.jsonl")
    texts = texts_of(read_scene(tmp_path / "whole.scene.jsonl")[0])
    for length in range(len(whole)):
        reader = JournalReader(tmp_path / "cut.scene.jsonl", whole[:length])
        scene, report = reader.scene, reader.report
        complete = whole[:length].splitlines(keepends=True)
        cut = bool(complete) and not complete[-1].endswith(b"\n")
        at_line_end = whole[length : length + 1] == b"\n"
        assert report.damaged == []
        assert report.cut_short == ((cut and not at_line_end) or length == 0)
        found = texts_of(scene)
        expected = sum(b'"passage"' in line[:18] for line in complete[: len(complete) - cut])
        assert len(found) == expected + (cut and at_line_end and b'"passage"' in complete[-1][:18])
        assert all(texts[number].startswith(text) for number, text in found.items())


def test_a_file_cut_anywhere_is_continued_after_its_last_complete_line(tmp_path: Path) -> None:
    whole = write_scene(tmp_path / "whole.scene.jsonl")
    path = tmp_path / "cut.scene.jsonl"
    for length in [*range(0, 120, 3), *range(120, len(whole), 11)]:
        path.write_bytes(whole[:length])
        journal, scene, report = Journal.open(path)
        assert path.read_bytes() == whole[:length]  # unchanged until there is something to write
        scene.add("writer", "after the cut")
        journal.close()
        again, report = read_scene(path)
        assert not report
        assert list(again.events()) == list(scene.events())
        if length >= whole.index(b"\n"):
            good = whole[: whole.rindex(b"\n", 0, length + 1) + 1]
            assert path.read_bytes().startswith(good)
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "whole.scene.jsonl"]


def test_a_cut_file_that_is_only_opened_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    cut = write_scene(path)[:-5]
    path.write_bytes(cut)
    journal, _, report = Journal.open(path)
    assert str(report) == "the last line was cut short and is left out"
    journal.close()
    assert path.read_bytes() == cut


def test_a_lost_line_costs_only_its_content_and_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    whole = write_scene(path).splitlines(keepends=True)
    texts = texts_of(read_scene(path)[0])
    for number, line in enumerate(whole):
        if number == 0:
            continue
        damaged = b"".join([*whole[:number], b"#" + line[1:], *whole[number + 1 :]])
        path.write_bytes(damaged)
        journal, scene, report = Journal.open(path)
        assert report.damaged[0] == number + 1
        assert not report.cut_short
        event = json.loads(line)
        got = texts_of(scene)
        for passage_id, text in texts.items():
            if passage_id != event.get("id"):
                assert got[passage_id] == text
        scene.add("writer", "after the damage")
        journal.close()
        assert report.backup is not None
        assert report.backup.read_bytes() == damaged
        again, clean = read_scene(path)
        assert not clean
        assert list(again.events()) == list(scene.events())
    assert report.backup is not None
    assert report.backup.name == f"s.scene.jsonl.damaged-{len(whole) - 1}"
    assert f"line {len(whole)};" in str(report)
    assert report.backup.stat().st_mode & 0o777 == 0o600


def test_what_followed_a_lost_passage_follows_what_came_before_it(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    scene = Scene()
    journal = Journal.create(path, scene)
    scene.add("writer", "a")
    lost = scene.add("model", "b", reason="length")
    first = scene.add("writer", "c")
    scene.move_head(lost.id)
    second = scene.add("writer", "d")
    scene.move_head(lost.id)
    journal.close()
    path.write_bytes(path.read_bytes().replace(b'{"type":"passage","id":2,', b"#"))
    scene, report = read_scene(path)
    assert report.damaged == [3, 4, 5, 6, 7]
    assert scene.text == "a"
    assert [take.id for take in scene.takes(first.id)] == [first.id, second.id]
    assert scene.redo()
    assert scene.text == "ad"


def test_an_invalid_utf8_byte_costs_one_character(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    Journal.create(path, scene := Scene())
    scene.add("writer", "before é after")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff"))
    read, report = read_scene(path)
    assert read.text == "before \ufffd after"
    assert report.damaged == [2]


def test_a_damaged_first_line_does_not_cost_the_scene(tmp_path: Path) -> None:
    path = tmp_path / "mine.scene.jsonl"
    whole = write_scene(path)
    path.write_bytes(b"#" + whole[1:])
    journal, scene, report = Journal.open(path)
    assert report.damaged == [1]
    assert texts_of(scene)[1].startswith("BOB:")
    scene.add("writer", "on")
    journal.close()
    again, report = read_scene(path)
    assert not report
    assert again.title == "Later"
    assert list(again.events()) == list(scene.events())


@pytest.mark.parametrize("depth", [101, 900, 985, 100_000])
def test_a_value_that_is_nested_too_deeply_to_be_saved_again_is_damage(
    tmp_path: Path, depth: int
) -> None:
    path = tmp_path / "deep.scene.jsonl"
    event = '{"type":"set","name":"cast","value":%s}\n'
    path.write_text(
        encode_header(Scene("Deep")).decode()
        + event % ("[" * 100 + "]" * 100)
        + event % ("[" * depth + "]" * depth)
    )
    scene, report = read_scene(path)
    assert report.damaged == [3]
    assert scene_from_json(to_json(scene)).properties == scene.properties


def test_many_damaged_lines_are_reported_in_one_short_line(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    Journal.create(path, Scene("S")).close()
    with path.open("ab") as file:
        file.write(b"?\n" * 1000)
    _, report = read_scene(path)
    assert str(report).startswith("damaged in line 2, 3, 4, 5, 6, ...; all that can be read")


WRITER = """
import sys
from pathlib import Path
from bardtui.scene.journal import Journal
from bardtui.scene.scene import Scene
scene = Scene("Killed")
journal = Journal.create(Path(sys.argv[1]), scene)
while True:
    line = scene.add("writer", f"line {len(scene.passages)}\\n")
    print("sent", line.id, flush=True)
    answer = scene.add("model", model="small")
    for number in range(20):
        scene.extend(answer.id, f"{number} ")
        if number % 5 == 4:
            journal.flush()
            print("flushed", answer.id, number, flush=True)
    if line.id % 3:
        scene.end(answer.id, "length")
    else:
        scene.undo()
"""


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_program_loses_nothing_that_was_sent(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "s.scene.jsonl"
    chance = random.Random(seed)
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(chance.randrange(1, 200))]
        writer.kill()
        said += writer.stdout.readlines()
    journal, scene, report = Journal.open(path)
    assert report.damaged == []
    for line in said:
        match line.split():
            case [b"sent", number] if line.endswith(b"\n"):
                assert scene.passages[int(number)].text == f"line {int(number) - 1}\n"
            case [b"flushed", number, last] if line.endswith(b"\n"):
                kept = "".join(f"{number} " for number in range(int(last) + 1))
                assert scene.passages[int(number)].text.startswith(kept)
    scene.add("writer", "on")
    journal.close()
    assert list(read_scene(path)[0].events()) == list(scene.events())


FULL = """
import resource, sys
from pathlib import Path
from bardtui.scene.journal import Journal, JournalError
from bardtui.scene.journal_reader import read_scene
from bardtui.scene.scene import Scene

path, limit = Path(sys.argv[1]), int(sys.argv[2])
scene, refusals = Scene("Full"), []
journal = Journal.create(path, scene)

def save(event):
    try:
        journal.write(event)
    except JournalError as error:
        refusals.append(str(error))
        assert not journal.saved

scene.on_event = save
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + limit, resource.RLIM_INFINITY))
for number in range(3):
    scene.add("writer", f"line {number} é\\n")
    answer = scene.add("model", model="small")
    for character in "an answer":
        scene.extend(answer.id, character)
    scene.end(answer.id, "length")
assert "File too large" in refusals[0], refusals
read, report = read_scene(path)
assert not report.damaged and scene.text.startswith(read.text) and read.text != scene.text
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if limit % 2:
    scene.add("writer", "space again")
else:
    journal.flush()
assert journal.saved
journal.close()
read, report = read_scene(path)
assert not report and list(read.events()) == list(scene.events())
print("whole")
"""


@pytest.mark.parametrize("limit", [0, 1, 71, 200])
def test_a_full_disk_loses_nothing_once_there_is_space_again(tmp_path: Path, limit: int) -> None:
    """A limit on the file size acts like a full disk: a write stops half-way."""
    answer = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "s.scene.jsonl", str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout, answer.stderr) == ("whole\n", "")


def test_what_a_failed_fsync_dropped_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.scene.jsonl"
    scene = Scene()
    journal = Journal.create(path, scene)
    before = path.stat().st_size

    def refuse(descriptor: int) -> None:
        os.ftruncate(descriptor, before)  # the system drops what it could not put on the disk
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(JournalError, match="Input/output error"):
            scene.add("writer", "kept")
        assert not journal.saved
        with pytest.raises(JournalError):
            journal.close()
    journal.close()
    assert journal.saved
    assert read_scene(path)[0].text == "kept"


def test_a_file_that_cannot_be_created_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="cannot be created: Not a directory"):
        Journal.create(tmp_path / "file" / "scenes" / "s.scene.jsonl", Scene())
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_opening_five_million_characters_takes_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "s.scene.jsonl"
    scene = Scene()
    answer = scene.add("model", model="small")
    journal = Journal.create(path, scene)
    with path.open("ab") as file:
        for number in range(20_000):
            text = f"{number:06} {'é' * 243}"
            line = {"type": "text", "id": answer.id, "text": text}
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    journal.abandon()
    seconds = -os.times().user
    journal, scene, report = Journal.open(path)
    seconds += os.times().user
    assert (scene.length, bool(report)) == (5_000_000, False)
    assert seconds < 1  # 0.13 when this was written; the processor's time, whatever else runs
    journal.close()
