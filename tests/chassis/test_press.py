"""Documents in type: any text can be set in them, and a layout's mistake is told in words."""

import io
import re
from datetime import date
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from chassis.press import LayoutError, accessible_pdf, print_pdf
from chassis.printable import _DRAWN, typeset

DAY = date(2023, 3, 1)
SOURCE = """#let data = json(bytes(sys.inputs.data))
#set document(title: "Letters")
#set text(lang: "en", font: "Libertinus Serif")
#data.text"""


def printed(text: str) -> str:
    (page,) = PdfReader(io.BytesIO(accessible_pdf(SOURCE, {"text": text}, DAY))).pages
    return page.extract_text()


def test_every_letter_called_printable_is_in_the_fonts() -> None:
    letters = "".join(map(chr, chain.from_iterable(range(first, last + 1) for first, last in _DRAWN)))
    assert accessible_pdf(SOURCE, {"text": letters}, DAY)


@pytest.mark.parametrize(("text", "found"), [("Ñandú", "Ñandú"), ("漢 St", "□ St"), ("two\nlines", "two lines")])
def test_a_letter_that_the_fonts_do_not_have_is_printed_as_a_white_square(text: str, found: str) -> None:
    assert printed(text) == found


def test_texts_are_made_printable_wherever_they_stand_in_the_data() -> None:
    source = SOURCE.replace("#data.text", "#data.people.first().name")
    assert print_pdf(source, {"people": [{"name": "漢"}]}, DAY)
    assert b"pdfuaid" in accessible_pdf(source, {"people": [{"name": "漢"}]}, DAY)


def test_text_that_looks_like_markup_stays_text() -> None:
    assert printed("#set page(fill: red) *b*") == "#set page(fill: red) *b*"


def test_the_same_data_gives_the_same_bytes() -> None:
    assert accessible_pdf(SOURCE, {"text": "A"}, DAY) == accessible_pdf(SOURCE, {"text": "A"}, DAY)


def test_a_layout_that_makes_no_document_is_told_in_the_words_of_typst() -> None:
    with pytest.raises(LayoutError, match="does not contain key"):
        accessible_pdf(SOURCE, {"txet": "A"}, DAY)


@given(st.text(max_size=80))
def test_making_text_printable_twice_changes_nothing_more(text: str) -> None:
    once = typeset(text)
    assert typeset(once) == once
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", once)
