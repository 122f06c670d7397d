"""Reminders and usage notes on paper."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from services.notifications.documents import render_high_usage, render_reminder
from services.notifications.documents.letterhead import Language
from tests.notifications.builders import a_flagged_read, a_letterhead, a_recipient, an_overdue_account


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_reminder_letter_says_what_to_pay_by_when_and_how() -> None:
    text = text_of(render_reminder(an_overdue_account(), a_recipient(), a_letterhead()))
    for told in ("Maria Delgado", "10004217", "$131.40", "August 21, 2023", "July 28, 2023", "PO Box 1180", "970-555"):
        assert told in text


def test_a_usage_letter_says_what_to_check() -> None:
    text = text_of(render_high_usage(a_flagged_read(), a_recipient(language="es"), a_letterhead()))
    for told in ("Usted usó más agua", "41 kgal", "4 de agosto de 2023", "Escuche los inodoros"):
        assert told in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_letters_are_one_page_tagged_and_the_same_each_time(language: Language) -> None:
    recipient = a_recipient(language=language, name="#emph[王] " + "Long Name " * 10)
    first, again = (render_reminder(an_overdue_account(), recipient, a_letterhead()) for _ in range(2))
    assert first == again
    reader = PdfReader(io.BytesIO(first))
    assert len(reader.pages) == 1
    root: Any = reader.root_object
    assert root["/Lang"] == language
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
