"""The printed bill: what a customer reads on it, and that a screen reader can read it too."""

import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from contracts.billing import BillIssued, BillKind
from contracts.metering import ReadKind
from services.notifications.documents import BillDoesNotAddUpError, LocalText, render_bill
from services.notifications.documents.bill_view import bill_view
from services.notifications.documents.templates import standard_templates
from tests.notifications.builders import (
    a_bill,
    a_final_bill,
    a_history,
    a_letterhead,
    a_line,
    a_read,
    a_recipient,
    an_address,
    the_usual_lines,
)


def pages_of(bill: BillIssued, **recipient: object) -> list[str]:
    pdf = render_bill(bill, a_recipient(**recipient), a_letterhead())
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def text_of(bill: BillIssued, **recipient: object) -> str:
    return " ".join(pages_of(bill, **recipient))


def test_page_one_says_what_is_owed_by_when_and_to_whom() -> None:
    first = pages_of(a_bill())[0]
    for told in ("Amount due", "$194.07", "Please pay by", "August 29, 2023", "10004217", "Town of Fairview", "PO Box"):
        assert told in first


def test_page_one_goes_from_the_last_bill_to_this_one() -> None:
    first = pages_of(a_bill(previous_balance="131.40", payments="100.00", adjustments="-12.50"))[0]
    for told in (
        "Balance on your last bill $131.40",
        "−$100.00",
        "Adjustments −$12.50",
        "Left over from before $18.90",
    ):
        assert told in first


def test_every_line_says_how_it_was_calculated() -> None:
    details = pages_of(a_bill())[1]
    for told in (
        "16 kgal × $6.07 per kgal",
        "$97.12",
        "1 ERU × $4.89 per ERU",
        "Total water $135.88",
        "1 kgal is 1,000",
    ):
        assert told in details


def test_the_printed_lines_add_up_to_the_new_charges() -> None:
    bill = a_bill()
    view = bill_view(bill, a_recipient(), a_letterhead(), standard_templates().wording("en"))
    printed = [line["amount"] for section in view["sections"] for line in section["lines"]]
    assert all(amount in pages_of(bill)[1] for amount in printed)
    assert sum(Decimal(amount.strip("$")) for amount in printed) == bill.current_charges


def test_the_reads_stand_with_their_dates() -> None:
    details = pages_of(a_bill())[1]
    for told in ("48211907", "Jul 5, 2023: 1,462", "Aug 4, 2023: 1,480", "18 kgal", "Actual"):
        assert told in details


def test_an_estimated_read_is_said_at_the_top_and_beside_the_read() -> None:
    first, details = pages_of(a_bill(reads=(a_read(ReadKind.ESTIMATED),)))
    assert "Estimated reading We could not read your water meter" in first
    assert "ESTIMATED" in details


def test_a_second_estimate_in_six_bills_gives_the_reason() -> None:
    bill = a_bill(reads=(a_read(ReadKind.ESTIMATED),), usage_history=tuple(a_history(estimated=(9,))))
    first = pages_of(bill)[0]
    assert "Estimated reading, 2 times in 6 bills" in first
    assert "most often because it can't be reached" in first


def test_past_due_money_is_called_for_now() -> None:
    first = pages_of(a_bill(payments=0, past_due=Decimal("131.40")))[0]
    assert "Past due: $131.40" in first
    assert "$131.40 now, the rest by August 29, 2023" in first


def test_on_autopay_the_customer_is_told_not_to_pay() -> None:
    first = pages_of(a_bill(autopay=True))[0]
    assert "Do not pay. We will draft it on August 29, 2023" in first
    assert "Please do not send a payment" in first
    assert "Make check payable to" not in first


def test_a_credit_asks_for_nothing() -> None:
    first = pages_of(a_bill(payments="500.00"))[0]
    assert "Your credit $174.53" in first
    assert "Do not pay" in first
    assert "Amount enclosed" not in first


def test_a_credit_on_a_final_bill_is_refunded() -> None:
    first = pages_of(a_final_bill())[0]
    assert "Final bill" in first
    assert "Your deposit, applied to this bill −$250.00" in first
    assert "We will refund it" in first


def test_a_credit_on_a_final_bill_that_is_not_refunded_is_not_said_to_be() -> None:
    first = pages_of(a_final_bill(refund=Decimal(0)))[0]
    assert "refund" not in first
    assert "call 970-555-0142 about the credit" in first
    assert "call us about it" in first


def test_a_credit_that_pays_other_accounts_first_is_told_with_its_rest() -> None:
    first = pages_of(a_final_bill(refund=Decimal("4.53"), moved_to="10009999"))[0]
    assert "It goes toward your account 10009999; we will refund $4.53." in first
    assert "will refund the other $4.53" in first


def test_a_final_bill_that_another_account_takes_over_asks_for_nothing() -> None:
    moved = a_final_bill(deposits_applied=Decimal(0), refund=Decimal(0), moved_to="10009999")
    first, details = pages_of(moved)
    assert "We moved $205.47 to your account 10009999" in first
    assert "No payment is needed" in first
    assert "How to pay" not in first + details


def test_a_register_that_went_over_zero_is_said_by_its_read() -> None:
    read = a_read().model_copy(update={"previous_value": Decimal("9990"), "current_value": Decimal("8")})
    assert "Meter 48211907 ran past its highest figure and began again at zero" in pages_of(a_bill(reads=(read,)))[1]
    exchanged = read.model_copy(update={"kind": ReadKind.EXCHANGE})
    assert "ran past" not in pages_of(a_bill(reads=(exchanged,)))[1]


def test_the_bounds_of_a_block_are_told_in_spanish() -> None:
    lines = [
        a_line("water", "usage", "Water usage, first 16 kgal", "97.12", "16", "kgal", "6.07"),
        a_line("water", "usage", "Water usage, 16 to 22.5 kgal", "18.14", "2", "kgal", "9.07"),
        a_line("water", "usage", "Water usage, over 22.5 kgal", "12.00", "1", "kgal", "12.00"),
    ]
    details = pages_of(a_bill(lines), language="es")[1]
    for told in ("los primeros 16 kgal", "de 16 a 22.5 kgal", "más de 22.5 kgal"):
        assert told in details


def test_a_bill_of_zero_needs_no_payment() -> None:
    bill = a_bill([a_line("water", "base", "Base charge", "20.62")], previous_balance=0, payments="20.62")
    assert "Nothing to pay $0.00 No payment is needed" in pages_of(bill)[0]


def test_a_corrected_bill_says_that_it_takes_the_place_of_another() -> None:
    assert "It takes the place of the bill we sent you before" in text_of(a_bill(kind=BillKind.CORRECTED))


def test_a_kind_of_bill_this_release_does_not_know_is_still_a_bill() -> None:
    assert "Utility bill" in text_of(a_bill(kind=BillKind("interim")))


def test_a_percentage_is_told_of_its_base() -> None:
    bill = a_bill([a_line("water", "tax", "Utility tax", "0.84", "16.84", "usd", "0.05")])
    assert "5% of $16.84" in text_of(bill)


def test_a_spanish_bill_is_spanish_throughout() -> None:
    first, details = pages_of(a_bill(), language="es", name="José Ñáñez")
    for told in (
        "Factura de servicios",
        "Total a pagar",
        "29 de agosto de 2023",
        "Cargos de agua $135.88",
        "José Ñáñez",
    ):
        assert told in first
    assert "16 kgal × $6.07 por kgal" in details
    assert "Amount" not in first + details


def test_a_service_without_reads_or_history_has_no_chart() -> None:
    bill = a_bill([a_line("stormwater", "base", "Stormwater fee", "4.89")], reads=(), usage_history=())
    assert "usage" not in pages_of(bill)[0]


def test_many_lines_run_on_to_more_pages_that_are_counted() -> None:
    lines = [a_line("water", f"b{n}", f"Meter {n} base charge", "10.00") for n in range(60)]
    pages = pages_of(a_bill(lines))
    assert len(pages) == 3
    assert [f"Page {number} of 3" in page for number, page in enumerate(pages, 1)] == [True, True, True]
    assert "Payment slip" in pages[0]


def test_many_callouts_keep_the_slip_at_the_foot_of_page_one() -> None:
    bill = a_bill(kind=BillKind.CORRECTED, payments=0, past_due=Decimal("131.40"), reads=(a_read(ReadKind.ESTIMATED),))
    message = LocalText(en="Hydrants are flushed in May. " * 6, es="Lavado de hidrantes en mayo. " * 6)
    pdf = render_bill(bill, a_recipient(), a_letterhead(bill_message=message))
    assert "Payment slip" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def lowest_line(page: PageObject) -> tuple[float, str]:
    """How far above the bottom of the page its lowest text stands, in points, and what it says."""
    lines: dict[float, str] = {}

    def look(text: str, moved: list[float], placed: list[float], *_: object) -> None:
        if text.strip():
            height = round(placed[4] * moved[1] + placed[5] * moved[3] + moved[5])
            lines[height] = lines.get(height, "") + text

    page.extract_text(visitor_text=look)
    height = min(lines)
    return height, " ".join(lines[height].split())


@pytest.mark.parametrize("bill", [a_bill(), a_bill(payments=500), a_bill([a_line("water", "b", "Base", "1.00")] * 60)])
def test_the_foot_stands_at_the_foot_of_every_page(bill: BillIssued) -> None:
    pages = PdfReader(io.BytesIO(render_bill(bill, a_recipient(), a_letterhead()))).pages
    for number, page in enumerate(pages, 1):
        height, said = lowest_line(page)
        assert 15 < height < 45
        assert f"Page {number} of {len(pages)}" in said


def test_names_that_look_like_markup_stay_names() -> None:
    name = '#set page(fill: red) $x$ [*b*] _i_ \\ `c` <l> @r // "q" {j}'
    assert name in pages_of(a_bill(), name=name)[0]


def test_a_letter_that_no_font_has_does_not_stop_a_bill() -> None:
    assert "□□□ Wong" in pages_of(a_bill(), name="王小明 Wong \u202e")[0]


@settings(max_examples=10, deadline=None)
@given(st.from_regex(r"[^\x00-\x1f\x7f]{0,99}[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,99}", fullmatch=True))
def test_any_name_can_be_printed(name: str) -> None:
    assert render_bill(a_bill(), a_recipient(name=name, mailing=an_address(name)), a_letterhead())


def test_a_bill_is_tagged_for_screen_readers() -> None:
    reader = PdfReader(io.BytesIO(render_bill(a_bill(), a_recipient(language="es"), a_letterhead())))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "es"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Factura de servicios 2308-04217, Town of Fairview"


def test_the_usage_chart_is_told_in_words() -> None:
    view = bill_view(a_bill(), a_recipient(), a_letterhead(), standard_templates().wording("en"))
    assert view["usage"][0]["alt"].startswith("Bar chart of water usage in kgal by bill: August 2022 17; September")
    assert view["usage"][0]["alt"].endswith("July 2023 16; August 2023 18.")


def test_the_same_bill_gives_the_same_bytes() -> None:
    first, again = (render_bill(a_bill(), a_recipient(), a_letterhead()) for _ in range(2))
    assert first == again


def test_a_bill_is_dated_by_itself_and_not_by_the_clock() -> None:
    metadata = PdfReader(io.BytesIO(render_bill(a_bill(), a_recipient(), a_letterhead()))).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == a_bill().bill_date


def test_a_bill_whose_lines_do_not_make_its_charges_is_refused() -> None:
    bill = a_bill(the_usual_lines(), current_charges="190.00")
    with pytest.raises(BillDoesNotAddUpError, match=r"lines add up to 194\.07 but its current charges are 190"):
        render_bill(bill, a_recipient(), a_letterhead())


def test_a_bill_whose_parts_do_not_make_its_total_is_refused() -> None:
    bill = a_bill(amount_due=Decimal("1.00"))
    with pytest.raises(BillDoesNotAddUpError, match=r"make 194\.07 but its amount due is 1\.00"):
        render_bill(bill, a_recipient(), a_letterhead())
