"""Letters on paper: what each says, in both languages, and that a screen reader can read them."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from contracts.delinquency import Step
from contracts.notices import NoticeKind
from contracts.payments import ReturnKind
from services.notifications.documents import KINDS, Letter, render_cards, render_letter
from services.notifications.documents.letterhead import Language
from tests.notifications.builders import (
    a_case,
    a_final_bill,
    a_letter,
    a_letterhead,
    a_new_account,
    a_restore,
    a_return,
    an_address,
)

LETTERS = [kind for kind in KINDS if kind != NoticeKind.DOOR_HANGER]
HOSTILE = '#set page(fill: red) $x$ [*b*] _i_ \\ `c` <l> @r // "q" {j}'


def pages_of(letter: Letter) -> list[str]:
    card = letter.kind == NoticeKind.DOOR_HANGER
    pdf = render_cards([letter], a_letterhead()) if card else render_letter(letter, a_letterhead())
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(letter: Letter) -> str:
    return " ".join(pages_of(letter))


def test_a_reminder_letter_says_what_to_pay_by_when_and_how() -> None:
    text = text_of(a_letter(NoticeKind.REMINDER))
    for told in ("Maria Delgado", "10004217", "$131.40", "August 21, 2023", "July 28, 2023", "PO Box 1180", "970-555"):
        assert told in text


def test_what_is_past_due_is_one_line_for_each_day_it_was_due() -> None:
    text = text_of(a_letter(NoticeKind.STATUS_LETTER))
    for line in (
        "Bill June 28, 2023 $120.02",
        "Late charge July 11, 2023 $6.00",
        "Bill and fee July 28, 2023 $101.38",
        "Amount to pay $227.40",
    ):
        assert line in text


def test_a_status_letter_says_what_comes_next() -> None:
    text = text_of(a_letter(NoticeKind.STATUS_LETTER))
    assert "still past due" in text
    assert "steps that lead to shutting off your water service" in text


SHUTOFF_SAYS = {
    "en": (
        "Your utility account for 412 Cottonwood Ln is past due. For that reason we will shut off your water service "
        "on or after September 6, 2023",
        "pay $227.40 by August 21, 2023",
        "970-555-0142 (Monday to Friday",
        "A certificate from a doctor or a public health official",
        "While we look into your complaint, we will not shut off your service for the amount in dispute.",
        "ask for a payment arrangement",
        "A part payment is put toward your utility charges in the order that the town has set.",
        "If you live here and the account is not yours",
        "a restore fee of $55.00",
    ),
    "es": (
        "Su cuenta de servicios de 412 Cottonwood Ln está vencida. Por esa razón cortaremos su servicio (agua) "
        "el 6 de septiembre de 2023 o después",
        "pague $227.40 a más tardar el 21 de agosto de 2023",
        "970-555-0142 (De lunes a viernes",
        "Un certificado de un médico o de un funcionario de salud pública",
        "Mientras la estudiamos, no cortaremos su servicio por el importe en disputa.",
        "pida un acuerdo de pago",
        "Un pago parcial se aplica a sus cargos de servicios en el orden que el municipio ha fijado.",
        "Si vive aquí y la cuenta no es suya",
        "un cargo por reconexión de $55.00",
    ),
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_shutoff_notice_has_what_law_asks_for(language: Language) -> None:
    """Reason and day, how to avoid it, whom to call, medical certificate, complaint, arrangement, part payment,
    occupants, the fee to restore (IDAPA 31.21.01.305 and .312)."""
    text = text_of(a_letter(NoticeKind.SHUTOFF_NOTICE, language=language))
    for told in SHUTOFF_SAYS[language]:
        assert told in text


def test_the_arrangement_is_set_in_bold() -> None:
    pdf = render_letter(a_letter(NoticeKind.SHUTOFF_NOTICE), a_letterhead())
    bold: list[str] = []

    def look(text: str, _cm: object, _tm: object, font: Any, _size: float) -> None:
        if font and "Bold" in font["/BaseFont"]:
            bold.append(text)

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=look)
    assert "ask for a payment arrangement" in " ".join("".join(bold).split())


def test_a_notice_in_both_languages_has_a_part_for_each() -> None:
    pages = pages_of(a_letter(NoticeKind.SHUTOFF_NOTICE, bilingual=True, language="es"))
    half = len(pages) // 2
    assert "Aviso de corte" in pages[0]
    assert "Shutoff notice" in pages[half]


def test_a_shutoff_notice_without_a_day_and_a_fee_makes_none_up() -> None:
    case = a_case(Step.SHUTOFF_NOTICE, earliest_shutoff=None, restore_fee=None)
    text = text_of(a_letter(NoticeKind.SHUTOFF_NOTICE, case))
    assert "unless you do what this notice says by August 21, 2023" in text
    assert "any restore fee they set" in text


def test_a_copy_says_that_it_is_one() -> None:
    text = text_of(a_letter(NoticeKind.SHUTOFF_NOTICE, copied=True, name="Owner LLC"))
    assert "This is a copy for you" in text


def test_a_door_hanger_names_the_place_and_no_person() -> None:
    text = text_of(a_letter(NoticeKind.DOOR_HANGER))
    assert "Maria" not in text
    for told in ("412 Cottonwood Ln", "10004217", "$227.40", "August 21, 2023", "September 6, 2023", "970-555-0142"):
        assert told in text


def test_four_door_hangers_stand_on_a_sheet() -> None:
    letters = [a_letter(NoticeKind.DOOR_HANGER, service_address=an_address(f"{n} Elm St")) for n in range(1, 6)]
    sheets = [page.extract_text() for page in PdfReader(io.BytesIO(render_cards(letters, a_letterhead()))).pages]
    assert [[f"{n} Elm St" in sheet for n in range(1, 6)] for sheet in sheets] == [
        [True, True, True, True, False],
        [False, False, False, False, True],
    ]


def test_a_restore_is_confirmed_with_the_day_and_the_read() -> None:
    text = text_of(a_letter(NoticeKind.RESTORED))
    assert "On September 8, 2023 our crew turned the service at 412 Cottonwood Ln back on." in text
    assert "The meter showed 1,502." in text
    assert "The meter showed" not in text_of(a_letter(NoticeKind.RESTORED, a_restore(read=None)))


def test_a_returned_payment_says_why_in_the_readers_language() -> None:
    assert "there was not enough money in the account" in text_of(a_letter(NoticeKind.RETURNED_PAYMENT))
    assert "no había suficiente dinero" in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, language="es"))
    unknown = a_return(code="", reason="refer to maker")
    assert "The reason given: refer to maker." in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, unknown))
    assert "refer to maker" not in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, unknown, language="es"))
    chargeback = a_return(kind=ReturnKind.CHARGEBACK)
    assert "Your card company took back" in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, chargeback))


def test_a_returned_payment_names_its_fee_where_there_is_one() -> None:
    assert "Our fee for a returned payment is $25.00." in text_of(a_letter(NoticeKind.RETURNED_PAYMENT))
    assert "es de $25.00" in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, language="es"))
    assert "fee" not in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, a_return(fee=Decimal(0)))).lower()
    assert "If the town's rules set a fee" in text_of(a_letter(NoticeKind.RETURNED_PAYMENT, a_return(fee=None)))


def test_a_welcome_names_the_services_and_how_the_bill_comes() -> None:
    text = text_of(a_letter(NoticeKind.WELCOME))
    assert "You are served with water, sewer, stormwater and garbage." in text
    assert "Your bill comes by mail" in text
    assert "comes by e-mail" in text_of(a_letter(NoticeKind.WELCOME, a_new_account(ebill=True)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "$44.53 is yours"),
        ({"deposits_applied": Decimal(0), "refund": Decimal(0)}, "$205.47 is left to pay. Please pay it by August 29"),
        ({"deposits_applied": Decimal(0), "refund": Decimal(0), "autopay": True}, "We will draft it on August 29"),
        ({"deposits_applied": Decimal(0), "refund": Decimal(0), "moved_to": "10009999"}, "to your account 10009999"),
        ({"refund": Decimal(0)}, "You paid $44.53 more than you owe"),
        ({"refund": Decimal(0), "moved_to": "10009999"}, "We put it toward what you owe on your account 10009999."),
        ({"refund": Decimal("4.53"), "moved_to": "10009999"}, "will send the other $4.53 to your mailing address"),
        ({"deposits_applied": Decimal("205.47"), "refund": Decimal(0)}, "Nothing is left to pay"),
    ],
)
def test_a_final_letter_says_how_the_account_ends(changes: dict[str, Any], says: str) -> None:
    text = text_of(a_letter(NoticeKind.FINAL, a_final_bill(**changes)))
    assert says in text
    assert ("Scan to pay" in text) == ("left to pay" in says and "Nothing" not in says)


def test_a_final_letter_shows_the_deposit() -> None:
    assert "Your deposit, applied to this bill −$250.00" in text_of(a_letter(NoticeKind.FINAL))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_tagged_titled_and_the_same_each_time(kind: NoticeKind, language: Language) -> None:
    letter = a_letter(kind, language=language)
    render = render_letter if kind != NoticeKind.DOOR_HANGER else lambda one, town: render_cards([one], town)
    first, again = (render(letter, a_letterhead()) for _ in range(2))
    assert first == again
    reader = PdfReader(io.BytesIO(first))
    root: Any = reader.root_object
    assert root["/Lang"] == language
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title


@pytest.mark.parametrize("kind", LETTERS)
def test_the_longest_spanish_letter_to_a_long_hostile_name_stays_on_one_page(kind: NoticeKind) -> None:
    letter = a_letter(kind, language="es", name=HOSTILE + " Long Name" * 6, mailing=an_address("1 Long St", "Apt 4"))
    pages = pages_of(letter)
    assert len(pages) == 1
    assert HOSTILE.split(maxsplit=1)[0] in pages[0]


def test_letters_are_dated_by_what_they_tell() -> None:
    reader = PdfReader(io.BytesIO(render_letter(a_letter(NoticeKind.RESTORED), a_letterhead())))
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == date(2023, 9, 8)
