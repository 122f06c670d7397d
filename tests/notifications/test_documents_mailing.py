"""The mailing house's file: one PDF, its index and control totals."""

import csv
import hashlib
import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from contracts.accounts import PostalAddress
from services.notifications.documents import AddressedBill, Mailing, mailing_files, render_mailing
from tests.notifications.builders import a_bill, a_letterhead, a_line, a_recipient


def addressed(count: int) -> list[AddressedBill]:
    return [
        AddressedBill(a_bill(account=f"{20000000 + n}", previous_balance=n), a_recipient(name=f"Resident {n}"))
        for n in range(count)
    ]


def a_long_bill() -> AddressedBill:
    lines = [a_line("water", f"b{n}", f"Meter {n}", "10.00") for n in range(60)]
    return AddressedBill(a_bill(lines, account="30000001"), a_recipient(name="Many Meters, LLC"))


def index_of(mailing: Mailing) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(mailing.index_csv.decode("utf-8"), newline="")))


def test_the_index_leads_to_each_bills_own_pages() -> None:
    mailing = render_mailing([*addressed(2), a_long_bill(), *addressed(1)], a_letterhead())
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(mailing.pdf)).pages]
    rows = index_of(mailing)
    assert [(row["first_page"], row["last_page"]) for row in rows] == [("1", "2"), ("3", "4"), ("5", "8"), ("9", "10")]
    for row in rows:
        assert row["name"] in pages[int(row["first_page"]) - 1]
        assert row["account"] in pages[int(row["first_page"])]


def test_a_bill_of_three_pages_gets_a_blank_fourth_so_that_the_next_begins_on_a_new_sheet() -> None:
    mailing = render_mailing([a_long_bill()], a_letterhead())
    pages = PdfReader(io.BytesIO(mailing.pdf)).pages
    assert [bool(page.extract_text().strip()) for page in pages] == [True, True, True, False]
    assert mailing.totals.sheets == 2


def test_the_totals_tie_with_the_bills_the_pdf_and_the_index() -> None:
    bills = addressed(23)
    mailing = render_mailing(bills, a_letterhead())
    rows = index_of(mailing)
    assert mailing.totals.bills == len(rows) == 23
    assert mailing.totals.pages == len(PdfReader(io.BytesIO(mailing.pdf)).pages) == 46
    assert mailing.totals.amount_due == sum(Decimal(row["amount_due"]) for row in rows)
    assert mailing.totals.amount_due == sum(each.bill.amount_due for each in bills)
    assert mailing.totals.pdf_sha256 == hashlib.sha256(mailing.pdf).hexdigest()
    assert mailing.totals.index_sha256 == hashlib.sha256(mailing.index_csv).hexdigest()


def test_the_digest_of_a_bills_pages_can_be_worked_out_again_from_the_pdf() -> None:
    mailing = render_mailing(addressed(2), a_letterhead())
    pages = PdfReader(io.BytesIO(mailing.pdf)).pages
    for row in index_of(mailing):
        own = pages[int(row["first_page"]) - 1 : int(row["last_page"])]
        contents = b"".join(found.get_data() for page in own if (found := page.get_contents()) is not None)
        assert hashlib.sha256(contents).hexdigest() == row["pages_sha256"]


def test_the_index_keeps_commas_quotes_and_accents_and_no_stray_spaces() -> None:
    address = PostalAddress(
        line1='Lot 4, "The Oaks"', line2="c/o  Ñun\u0303ez", city="Fairview", state="CO", zip_code="80550"
    )
    row = index_of(render_mailing([AddressedBill(a_bill(), a_recipient(mailing=address))], a_letterhead()))[0]
    assert (row["line1"], row["line2"]) == ('Lot 4, "The Oaks"', "c/o Ñuñez")


def test_each_bill_speaks_its_readers_language() -> None:
    two = [AddressedBill(a_bill(), a_recipient(language=language)) for language in ("en", "es")]
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render_mailing(two, a_letterhead()).pdf)).pages]
    assert "Amount due" in pages[0]
    assert "Total a pagar" in pages[2]


def test_the_same_bills_give_the_same_bytes() -> None:
    first, again = (render_mailing(addressed(3), a_letterhead()) for _ in range(2))
    assert first == again


def test_many_bills_become_several_files_that_lose_none() -> None:
    files = list(mailing_files(iter(addressed(5)), a_letterhead(), bills_per_file=2))
    assert [file.totals.bills for file in files] == [2, 2, 1]
    accounts = [row["account"] for file in files for row in index_of(file)]
    assert accounts == [each.bill.account_number for each in addressed(5)]


def test_a_mailing_without_bills_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least one"):
        render_mailing([], a_letterhead())
