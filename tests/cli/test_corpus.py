"""bardtui corpus: texts are listed and described, and are never more than data."""

from pathlib import Path

from tests.cli.commands import refusal, run


def test_the_catalogue_is_listed() -> None:
    listed = run("corpus", "list").stdout
    for name in ("shakespeare-plays", "tinyshakespeare", "the-lower-stair"):
        assert name in listed
    assert "\x1b" not in listed


def test_a_text_is_described(home: Path) -> None:
    path = home / "[odd].txt"
    path.write_bytes("[/] café\r\n\x1b[31mred\x07 [bold]".encode())
    described = run("corpus", "info", path).stdout
    assert "[odd]" in described
    assert "removed 2 control" in described
    assert "é" in described
    assert "\x1b" not in described
    assert "\x07" not in described


def test_a_text_in_another_encoding_is_converted_as_the_refusal_says(home: Path) -> None:
    path = home / "chinese.txt"
    path.write_bytes(("他说，今天的天气很好，我们一起去公园散步吧。\n" * 20).encode("gb18030"))
    refused = refusal("corpus", "info", path)
    assert "it is almost certainly GB18030; convert it with `bardtui corpus convert`" in refused
    assert "converted from almost certainly GB18030" in run("corpus", "convert", path).stdout
    assert "今" in run("corpus", "info", path).stdout
    assert "is UTF-8 already" in refusal("corpus", "convert", path)


def test_a_text_that_cannot_be_used_is_refused(home: Path) -> None:
    (home / "latin.txt").write_bytes(b"caf\xe9 noir")
    assert "is not UTF-8" in refusal("corpus", "info", home / "latin.txt")
    (home / "empty.txt").write_bytes(b"")
    assert "is empty" in refusal("corpus", "info", home / "empty.txt")
    assert "there is no text or file" in refusal("corpus", "info", "[/red]")
    assert "goes after the colon" in refusal("corpus", "get", "gutenberg:x")
