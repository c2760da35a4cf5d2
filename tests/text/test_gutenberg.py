"""Project Gutenberg's additions are cut off, wherever they are; the books are not."""

import pytest

from bardtui.text.cleaning import clean
from bardtui.text.errors import CorpusError

STORY = "The rain came down on the yard.\nNobody moved.\n\n" * 60
LICENCE = "Section 1. General Terms of Use of Project Gutenberg-tm electronic works\n"
BOOK = f"""The Project Gutenberg eBook of A Play

Title: A Play
Author: Somebody

*** START OF THE PROJECT GUTENBERG EBOOK A PLAY IN
VERSE ***


ANN:
Hello.

*** END OF THE PROJECT GUTENBERG EBOOK A PLAY IN VERSE ***

{LICENCE}"""


def cleaned(text: str) -> str:
    return clean(text.encode(), "a")[0]


def test_header_and_licence_are_cut_off_and_counted() -> None:
    text, notes = clean(BOOK.encode(), "a")
    assert text == "ANN:\nHello."
    cut = len(BOOK) - len("\n\n\nANN:\nHello.\n\n")
    assert notes == (f"cut off {cut} characters of Project Gutenberg's header and licence",)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("***START OF THIS PROJECT GUTENBERG EBOOK X***", "End of Project Gutenberg's X, by Y"),
        ("*** START OF THIS PROJECT GUTENBERG EBOOK X ***", "End of the Project Gutenberg EBook"),
        ("*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
         "End of Project Gutenberg Etext of X"),
        ("  *** START OF THE PROJECT GUTENBERG EBOOK X ***",
         "\t*** END OF THE PROJECT GUTENBERG EBOOK X ***"),
        ("START OF THE PROJECT GUTENBERG EBOOK X", "END OF THE PROJECT GUTENBERG EBOOK X"),
        ("*** START OF THE PROJECT GUTENBERG EBOOK M*A*S*H, THE ** PLAY ***",
         "*** END OF THE PROJECT GUTENBERG EBOOK M*A*S*H, THE ** PLAY ***"),
        ("*** START OF THE PROJECT GUTENBERG E-TEXT A STAR * IN\nTHE * SKY ***",
         "End of The Project Gutenberg Etext of A Star"),
    ],
)  # fmt: skip
def test_marks_of_all_forms_are_known(start: str, end: str) -> None:
    book = f"The Project Gutenberg EBook of X\n\n{start}\n\nANN:\nHello.\n\n\n{end}\n\n{LICENCE}"
    assert cleaned(book) == "ANN:\nHello."


@pytest.mark.parametrize("between", ["", "\n", "Shakespeare, by William Shakespeare\n\n"])
def test_two_end_marks_are_one_end(between: str) -> None:
    first = f"End of the Project Gutenberg EBook of A Play\n{between}*** END"
    assert cleaned(BOOK.replace("*** END", first)) == "ANN:\nHello."


def test_every_book_of_a_file_is_kept() -> None:
    again = BOOK.replace("Hello", "Again")
    assert cleaned(BOOK + again) == "ANN:\nHello.\n\nANN:\nAgain."
    without_ends = (BOOK + again).replace("ANN:", f"{STORY}ANN:").replace("*** END OF", "")
    assert cleaned(without_ends).count("ANN:") == 2


def test_two_headers_of_one_book_are_both_cut_off() -> None:
    small_print = "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n"
    assert cleaned(f"Title: A\n{small_print}Credits: B\n{BOOK.partition('Somebody')[2]}") == (
        "ANN:\nHello."
    )


def test_a_book_without_an_end_mark_keeps_its_text() -> None:
    assert cleaned(BOOK.partition("*** END")[0]) == "ANN:\nHello."


def test_nothing_but_a_licence_is_empty() -> None:
    with pytest.raises(CorpusError, match="a is empty"):
        cleaned(BOOK.replace("ANN:\nHello.", ""))


# --- credits and notes

CREDITS = [
    "Produced by Someone and the Online Distributed\nProofreading Team",
    "E-text prepared by Ann, Ben, and Project Gutenberg volunteers",
    "This eBook was produced by Ann.",
    "[This etext was prepared by Ann from the 1895 edition.]",
    "Transcribed from the 1895 edition by Ann, email ann@example.org",
    "(This file was produced from images generously made available by the library.)",
    "[Transcriber's Note: spelling kept.]",
    "[Transcriber's Note: spelling kept.\n\nSo are [brackets].]",
    "Transcriber\u2019s Note:\n\nSpelling has been kept.",
    "Transcribers' Notes: spelling kept.",
]


@pytest.mark.parametrize("credit", CREDITS)
def test_credits_and_notes_at_the_beginning_are_cut_off_and_counted(credit: str) -> None:
    book = BOOK.replace("ANN:", f"Produced by Ann\n\n{credit}\n\n\nANN:")
    text, notes = clean(book.encode(), "a")
    assert text == "ANN:\nHello."
    assert "of transcriber's credits and notes" in notes[1]


@pytest.mark.parametrize(
    "note",
    [
        "[Transcriber's Notes: spelling kept.\n\nNothing else.]",
        "TRANSCRIBER'S NOTES\n\nSpelling kept.\n\nNothing else.",
    ],
)
def test_notes_at_the_end_are_cut_off(note: str) -> None:
    book = BOOK.replace("ANN:\nHello.", f"{STORY}\n\n\n{note}")
    assert cleaned(book) == STORY.strip()


@pytest.mark.parametrize(
    "opening",
    [
        "Produced bywords are the worst.",
        "The transcriber's note was short.",
        "Ann was produced by her mother.",
        "[Enter ANN]",
    ],
)
def test_a_book_may_begin_almost_like_a_credit(opening: str) -> None:
    assert cleaned(BOOK.replace("ANN:", f"{opening}\n\nANN:")).startswith(opening)


def test_a_short_book_is_not_taken_for_the_note_in_it() -> None:
    story = "Ann wrote.\n\nTranscriber's Note\n\nI copied this.\n\n" + STORY[:1_000].strip()
    assert cleaned(BOOK.replace("ANN:\nHello.", story)) == story


def test_credits_without_a_mark_are_text() -> None:
    assert cleaned("Produced by Ann\n\nHello.") == "Produced by Ann\n\nHello."


# --- what is no mark


@pytest.mark.parametrize(
    "line",
    [
        "I read it at Project Gutenberg.",
        "End of the Project.",
        "End of Project Gutenberg's first meeting, he said.",
        "*** END OF THE PROJECT GUTENBERG EBOOK A LIFE ***, he read.",
        "End of the Project Gutenberg ebook of my life, he said.",
        "Start of the Project Gutenberg ebook of my life, he said.",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 50])
def test_prose_that_speaks_of_project_gutenberg_is_not_cut(line: str, place: int) -> None:
    paragraphs = STORY.split("\n\n")
    paragraphs.insert(place, line)
    text = "\n\n".join(paragraphs)
    assert clean(text.encode(), "a") == (text, ())
    book = BOOK.replace("ANN:\nHello.", text)
    assert cleaned(book) == text.rstrip("\n")


def test_an_end_mark_far_from_the_end_is_not_one() -> None:
    book = BOOK.replace(LICENCE, STORY * 20)
    assert cleaned(book).endswith(STORY.rstrip("\n"))


def test_a_start_mark_far_from_the_beginning_is_not_one() -> None:
    book = STORY * 20 + BOOK
    assert cleaned(book).startswith(STORY * 20)
