"""Wording and layout: complete in both languages, and the town's own in their place."""

import io
import re

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from services.notifications.documents import (
    TemplateError,
    Templates,
    prove,
    render_bill,
    standard_templates,
    town_templates,
)
from services.notifications.documents.wording import placeholders
from tests.notifications.builders import a_bill, a_letterhead, a_recipient


def text_of(templates: Templates) -> str:
    pdf = render_bill(a_bill(), a_recipient(), a_letterhead(), templates)
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_both_languages_say_the_same_messages_with_the_same_blanks() -> None:
    english, spanish = (standard_templates().wording(language).messages for language in ("en", "es"))
    assert english.keys() == spanish.keys()
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in spanish.items()
    }


def test_a_town_changes_one_message_and_keeps_the_rest() -> None:
    templates = town_templates({"templates/messages.en.yaml": b'title.regular: "Your Fairview bill"\n'})
    assert "Your Fairview bill" in text_of(templates)
    assert "Amount due" in text_of(templates)


def test_a_town_names_a_charge_in_a_language() -> None:
    templates = town_templates({"templates/messages.es.yaml": 'line.water.base: "Cargo básico"\n'.encode()})
    pdf = render_bill(a_bill(), a_recipient(language="es"), a_letterhead(), templates)
    assert "Cargo básico" in PdfReader(io.BytesIO(pdf)).pages[1].extract_text()


def test_a_town_replaces_a_layout() -> None:
    layout = b"#set document(title: data.title)\n= Our own bill #data.bills.first().due.amount\n#pagebreak()\nBack"
    assert "Our own bill $194.07" in text_of(town_templates({"templates/bill.typ": layout}))


def test_other_files_of_a_pack_are_passed_over() -> None:
    assert town_templates({"town.yaml": b"\xff"}).texts == standard_templates().texts


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("bil.typ", b"", "no template of this name"),
        ("bill.typ", b"caf\xe9", "byte 3 is not UTF-8"),
        ("messages.en.yaml", b"title.regular: [", "not YAML"),
        ("messages.en.yaml", b"- a", "one message a line"),
        ("messages.en.yaml", b"title.regular: 5", "one message a line"),
        ("messages.en.yaml", b"title.reglar: Bill", "no message `title.reglar`"),
        ("messages.en.yaml", b"due.by: 'By {date}'", "asks for date"),
        ("messages.en.yaml", b"due.by: 'By {}'", "asks for"),
        ("messages.en.yaml", b"due.by: 'By {date'", "braces"),
        ("messages.en.yaml", b"due.by_past: '{past_due.__class__}'", "asks for past_due.__class__"),
        ("bill_email.html.j2", b"{% if %}", "line 1"),
    ],
)
def test_a_mistake_in_a_towns_template_is_told_when_it_is_given(file: str, content: bytes, says: str) -> None:
    with pytest.raises(TemplateError, match=says) as refused:
        town_templates({f"templates/{file}": content})
    assert refused.value.file == f"templates/{file}"


def test_the_standard_templates_prove_themselves() -> None:
    prove(standard_templates(), a_letterhead())


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("bill.typ", b"#let", "templates/bill.typ: typst says: expected"),
        ("letter.typ", b"#data.lettre", "templates/letter.typ: typst says: dictionary does not contain key"),
        ("hanger.typ", b"#data.crads", "templates/hanger.typ: typst says: dictionary does not contain key"),
        ("bill_email.html.j2", b"{{ amuont }}", "templates/bill_email: jinja says: 'amuont' is undefined"),
        ("notice_email.txt.j2", b"{{ title.__class__.mro() }}", "templates/notice_email: jinja says: access to"),
    ],
)
def test_a_template_that_makes_no_document_is_found_by_the_proof(file: str, content: bytes, says: str) -> None:
    templates = town_templates({f"templates/{file}": content})
    with pytest.raises(TemplateError, match=re.escape(says)):
        prove(templates, a_letterhead())


def test_a_color_too_light_for_white_text_is_refused() -> None:
    with pytest.raises(ValidationError, match="Choose a darker color"):
        a_letterhead(accent="#8fb8de")


def test_an_account_number_is_quoted_in_the_payment_link() -> None:
    link = a_letterhead(pay_online_url="https://pay.example/?a={account}").pay_link("A/1 &b")
    assert link == "https://pay.example/?a=A%2F1%20%26b"
