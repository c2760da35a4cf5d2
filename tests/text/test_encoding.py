"""Texts that are not UTF-8: where that shows, what they are instead, and how they become UTF-8."""

import io
from pathlib import Path

import pytest

from bardtui.text.cleaning import Cleaning, clean
from bardtui.text.encoding import ENCODINGS, convert, guess_encoding
from bardtui.text.errors import CorpusError

TEXTS = {
    "GB18030": "他说，今天的天气很好，我们一起去公园散步吧。孩子们在树下玩耍，老人们聊天。",
    "Shift-JIS": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "EUC-JP": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "EUC-KR": "나는 오늘 아침에 일찍 일어났다. 날씨가 맑고 바람이 시원했다.",
    "Windows-1251": "Все счастливые семьи похожи друг на друга, каждая несчастливая по-своему.",
    "Windows-1252": "Longtemps, je me suis couché tôt. À peine ma bougie éteinte, j’étais là.",
    "Windows-1253": "Όταν ξύπνησα το πρωί, ο ήλιος είχε ήδη ανατείλει και τα πουλιά τραγουδούσαν.",
}


def refusal(raw: bytes) -> str:
    with pytest.raises(CorpusError) as caught:
        clean(raw, "a text")
    return str(caught.value)


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("before", ["", "A line in ASCII.\n" * 10_000], ids=["early", "late"])
def test_a_refusal_names_the_encoding_and_the_remedy(encoding: str, before: str) -> None:
    raw = (before + f"{TEXTS[encoding]}\n" * 100).encode(ENCODINGS[encoding])
    message = refusal(raw)
    assert "a text is not UTF-8: byte 0x" in message
    assert encoding in message
    assert message.endswith(encoding)


def test_a_guess_says_how_sure_it_is() -> None:
    assert str(guess_encoding(TEXTS["GB18030"].encode("gb18030"))) == "almost certainly GB18030"
    assert str(guess_encoding(TEXTS["Windows-1251"].encode("cp1251"))) == "probably Windows-1251"
    assert str(guess_encoding(b"It\x92s late")) == "perhaps Windows-1252"
    assert guess_encoding(bytes(range(1, 256))) is None


def test_a_sample_may_end_in_the_middle_of_a_character() -> None:
    raw = TEXTS["Shift-JIS"].encode("cp932")
    for end in (-1, -2, -3):
        assert "Shift-JIS" in str(guess_encoding(raw[:end]))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_16_and_32_are_known_by_their_mark(encoding: str) -> None:
    assert f"it is certainly {encoding.upper()}" in refusal("Ann".encode(encoding))


def test_utf_8_with_a_wrong_byte_is_not_taken_for_another_encoding() -> None:
    message = refusal(TEXTS["Windows-1252"].encode() * 9 + b"\xe9")
    assert message.endswith("the text around it is UTF-8: correct this place")


def test_a_nul_byte_is_no_text() -> None:
    assert refusal(b"ELF\0") == "a text is not a text: it has a NUL byte at offset 3"


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_an_error_has_its_place_in_the_file(block: int) -> None:
    before = "\ufeffANN:\r\nCafé, ".encode()
    for after, place in (
        (b"\xe9t\xe9", "byte 0xe9 at offset {:,} \\(line 2\\)"),
        (b"\xc3", "byte 0xc3 at offset {:,} \\(line 2\\)"),
        (b"\0", "a NUL byte at offset {:,}"),
    ):
        with pytest.raises(CorpusError, match=place.format(len(before))):
            list(Cleaning(io.BytesIO(before + after), "a", block=block))


# --- converting


@pytest.mark.parametrize("encoding", [*TEXTS, "UTF-16"])
def test_a_file_is_converted_and_the_original_kept(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    text = TEXTS.get(encoding, TEXTS["GB18030"]) * 20
    raw = text.encode(ENCODINGS[encoding])
    path.write_bytes(raw)
    original, guess = convert(path)
    assert (path.read_text("utf-8"), original.read_bytes()) == (text, raw)
    assert (original.name, guess.encoding) == ("a.txt.original", encoding)


def test_the_encoding_can_be_named_by_any_of_its_names(tmp_path: Path) -> None:
    for number, name in enumerate(("ISO-8859-2", "latin2", "iso8859_2")):
        path = tmp_path / f"{number}.txt"
        path.write_bytes("Łódź".encode("iso8859_2"))
        assert convert(path, name)[1].encoding == "ISO-8859-2"
        assert path.read_text("utf-8") == "Łódź"


@pytest.mark.parametrize("name", ["klingon", "rot13", "zip", "a\0b"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xe9")
    with pytest.raises(CorpusError, match=r"no encoding called .*; there are UTF-8, UTF-16"):
        convert(tmp_path / "a.txt", name)


def test_a_file_that_cannot_be_converted_is_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for raw, encoding, message in (
        (b"caf\xe9", "UTF-8", "is not UTF-8: byte 0xe9 at offset 3"),
        (b"Ann", None, "is UTF-8 already"),
        (bytes(range(1, 256)), None, "encoding of .* is not known"),
        ("éèê".encode() * 9 + b"\xe9", None, "is UTF-8 but for byte 0xe9 at offset 54"),
    ):
        path.write_bytes(raw)
        with pytest.raises(CorpusError, match=message):
            convert(path, encoding)
        assert path.read_bytes() == raw
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_another_original_is_not_replaced_but_an_interrupted_conversion_goes_on(
    tmp_path: Path,
) -> None:
    path, original = tmp_path / "a.txt", tmp_path / "a.txt.original"
    path.write_bytes(b"caf\xe9")
    original.write_bytes(b"another")
    with pytest.raises(CorpusError, match=r"a\.txt\.original exists: move it away first"):
        convert(path, "Windows-1252")
    original.write_bytes(b"caf\xe9")
    convert(path, "Windows-1252")
    assert path.read_text("utf-8") == "café"
