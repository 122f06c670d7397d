"""E-bills, reminders and usage notes by e-mail."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from contracts.delinquency import Step
from contracts.metering import ReadFlag
from contracts.notices import NoticeKind
from contracts.orders import OrderKind
from contracts.payments import ReturnKind
from services.notifications.documents import (
    KINDS,
    NoEmailAddressError,
    Sending,
    bill_email,
    letter_email,
    message_id,
)
from tests.notifications.builders import (
    a_bill,
    a_case,
    a_flagged_read,
    a_letter,
    a_letterhead,
    a_recipient,
    a_restore,
    a_return,
)

NOTICE = UUID("0d4b5c6e-57a1-5b7e-9d0e-3c1f6a2b8c90")
SENDING = Sending(NOTICE, datetime(2023, 8, 8, 15, 0, tzinfo=UTC))


def part_of(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def an_e_bill(**recipient: object) -> EmailMessage:
    return bill_email(a_bill(), a_recipient(**recipient), a_letterhead(), SENDING)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


def tags_in(html: str) -> list[str]:
    parser = Tags()
    parser.feed(html)
    return parser.seen


def test_an_e_bill_says_the_same_in_text_and_html() -> None:
    message = an_e_bill()
    for kind in ("plain", "html"):
        body = part_of(message, kind)
        for told in ("Maria Delgado", "$194.07", "August 29, 2023", "https://pay.fairview.example/10004217", "$135.88"):
            assert told in body


def test_an_e_bill_carries_the_bill_as_pdf() -> None:
    attached = next(an_e_bill().iter_attachments())
    assert attached.get_filename() == "bill-2308-04217.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert "$194.07" in PdfReader(io.BytesIO(attached.get_content())).pages[0].extract_text()


def test_the_message_id_follows_from_the_notice() -> None:
    assert an_e_bill()["Message-ID"] == f"<{NOTICE}@fairview.example>"
    assert an_e_bill()["Message-ID"] == message_id(NOTICE, a_letterhead())


def test_the_same_notice_gives_the_same_bytes() -> None:
    assert bytes(an_e_bill()) == bytes(an_e_bill())


def test_a_message_survives_the_wire() -> None:
    message = an_e_bill(name="José Ñáñez Ibáñez", language="es")
    read = message_from_bytes(bytes(message), policy=SMTP)
    assert isinstance(read, EmailMessage)
    assert read["To"].addresses[0].display_name == "José Ñáñez Ibáñez"
    assert part_of(read, "html").splitlines() == part_of(message, "html").splitlines()
    assert [part.get_filename() for part in read.iter_attachments()] == ["factura-2308-04217.pdf"]


def test_the_subject_tells_what_to_do() -> None:
    def subject(**changes: Any) -> str:
        return str(bill_email(a_bill(**changes), a_recipient(), a_letterhead(), SENDING)["Subject"])

    assert subject() == "Your Town of Fairview utility bill: $194.07 due August 29, 2023"
    assert subject(autopay=True).endswith("$194.07 will be drafted August 29, 2023")
    assert subject(payments="500").endswith("no payment needed")
    assert subject(moved_to="10009999").endswith("no payment needed")
    assert subject(payments=0, past_due=Decimal("131.40")).endswith("$325.47, of which $131.40 is past due")


def test_on_autopay_there_is_no_button_to_pay() -> None:
    message = bill_email(a_bill(autopay=True), a_recipient(), a_letterhead(), SENDING)
    assert "https://pay." not in part_of(message, "html") + part_of(message, "plain")


def test_a_name_with_markup_is_text_in_html() -> None:
    html = part_of(an_e_bill(name="<script>alert(1)</script> & {{ 7*7 }}"), "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7*7 }}" in html
    assert "script" not in tags_in(html)


def test_a_name_cannot_add_a_header() -> None:
    message = an_e_bill(name="Eve\u2028\u0085Bcc: everyone@mail.example")
    assert message["Bcc"] is None
    assert message["To"].addresses[0].display_name == "Eve Bcc: everyone@mail.example"


@pytest.mark.parametrize("email", [None, "", "nobody", "a@b, c@d", "two words@mail.example", "a@b\r\nBcc: c@d"])
def test_an_address_that_cannot_be_mailed_to_is_refused(email: str | None) -> None:
    with pytest.raises(NoEmailAddressError, match="10004217"):
        an_e_bill(email=email)


def test_html_is_built_for_screen_readers() -> None:
    html = part_of(an_e_bill(language="es"), "html")
    assert '<html lang="es">' in html
    assert "<title>Su factura" in html
    tags = tags_in(html)
    assert tags.count("h1") == 1
    assert "main" in tags
    assert 'scope="col"' in html
    assert 'scope="row"' in html


def test_a_reminder_says_what_is_past_due_and_what_ends_it() -> None:
    message = letter_email(a_letter(NoticeKind.REMINDER), a_letterhead(), SENDING)
    for kind in ("plain", "html"):
        body = part_of(message, kind)
        for told in ("$131.40", "August 21, 2023", "July 28, 2023", "no further step is taken", "970-555-0142"):
            assert told in body


def test_a_reminder_in_spanish_leaves_out_the_english_sentence_of_the_case() -> None:
    message = letter_email(a_letter(NoticeKind.REMINDER, language="es"), a_letterhead(), SENDING)
    assert "Por favor, pague $131.40" in part_of(message, "plain")
    assert "no further step" not in part_of(message, "plain")


def test_a_usage_note_compares_with_the_usual_and_helps_to_look() -> None:
    text = part_of(letter_email(a_letter(NoticeKind.HIGH_USAGE), a_letterhead(), SENDING), "plain")
    for told in ("41 kgal", "16 kgal", "2.6 times", "1 kgal is 1,000 gallons", "Listen to your toilets"):
        assert told in text


def test_a_possible_leak_is_called_one() -> None:
    flagged = a_flagged_read(flag=ReadFlag.LEAK, usual_quantity=Decimal(0))
    message = letter_email(a_letter(NoticeKind.HIGH_USAGE, flagged), a_letterhead(), SENDING)
    assert "possible leak" in message["Subject"]
    assert "times as much" not in part_of(message, "plain")


@pytest.mark.parametrize(
    ("kind", "event", "says"),
    [
        (NoticeKind.REMINDER, a_case(Step.CURED), "step `cured`, which has no reminder"),
        (NoticeKind.HIGH_USAGE, a_flagged_read(flag=ReadFlag.ZERO), "flag `zero`, which has no letter"),
        (NoticeKind.RESTORED, a_restore(kind=OrderKind.DISCONNECT), "`disconnect`, which restores nothing"),
        (NoticeKind.RETURNED_PAYMENT, a_return(kind=ReturnKind.VOID), "`void`, of which no customer is told"),
        (NoticeKind.FINAL, a_bill(), "only a final one closes an account"),
    ],
)
def test_an_event_without_a_letter_is_refused_in_a_sentence(kind: NoticeKind, event: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        letter_email(a_letter(kind, event), a_letterhead(), SENDING)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != NoticeKind.DOOR_HANGER])
def test_every_letter_can_go_by_e_mail_in_both_languages(kind: NoticeKind) -> None:
    message = letter_email(a_letter(kind, bilingual=True, language="es"), a_letterhead(), SENDING)
    for part in ("plain", "html"):
        body = part_of(message, part)
        assert body.index("Estimado/a Maria Delgado:") < body.index("Dear Maria Delgado,")
        assert not any(leak in body for leak in ("built-in", "None", "{", "copy for you"))
    html = part_of(message, "html")
    assert '<div lang="es">' in html
    assert tags_in(html).count("h1") == 1


def test_a_shutoff_notice_by_e_mail_has_the_same_rights_with_the_arrangement_in_bold() -> None:
    message = letter_email(a_letter(NoticeKind.SHUTOFF_NOTICE, copied=True), a_letterhead(), SENDING)
    html, text = part_of(message, "html"), part_of(message, "plain")
    for told in (
        "certificate from a doctor",
        "in dispute",
        "payment arrangement",
        "part payment",
        "account is not yours",
    ):
        assert told in html
        assert told in text
    assert 'font-weight:bold">If you can&#39;t pay all of it now' in html
    assert "This is a copy for you." in text
