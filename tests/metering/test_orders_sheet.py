"""The crew's printed sheet: what stands on it, for whom, and that a screen reader can read it."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.metering.orders.sheet import Sheet, render

DAY = date(2023, 3, 1)
SHEET = Sheet("Town of Windsor", DAY, {"North": "https://orders.example/crew/North/2023-03-01/seal"})


def an_order(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "kind": "final_read", "state": "dispatched", "crew": "North", "address": "12 Main St", "meter": "M0000001",
        "register_number": "1", "dials": 6, "last_value": Decimal(10_000), "last_on": date(2023, 2, 1),
        "route": "101", "sequence": 10, "service_point": "SP-00001", "account": "100001", "reason": "moving out",
        "instructions": "The pit is behind the shed.", "back_reason": None, "value": None,
    }  # fmt: skip
    return usual | changes


def pages(*rows: dict[str, Any], sheet: Sheet = SHEET) -> list[str]:
    found = PdfReader(io.BytesIO(render(sheet, rows))).pages
    return [" ".join(page.extract_text().split()) for page in found]


def test_an_order_says_what_to_do_where_at_which_meter_and_has_boxes_to_write_in() -> None:
    (page,) = pages(an_order())
    for told in (
        "Work orders: North", "Wednesday, March 1, 2023, 1 order", "1. Final read: 12 Main St",
        "M0000001, register 1, 6 dials", "10000 on Feb 1", "101, stop 10", "100001", "The pit is behind the shed.",
        "Meter shows (6 dials)", "Time", "Remark", "Not possible, because:",
    ):  # fmt: skip
        assert told in page


def test_each_crew_has_a_page_of_its_own() -> None:
    first, second = pages(an_order(crew="South", address="1 Elm St"), an_order())
    assert "North" in first
    assert "1 Elm St" not in first
    assert "1 Elm St" in second


def test_what_is_over_is_not_printed() -> None:
    (page,) = pages(an_order(), an_order(state="completed", address="7 Oak Ave"))
    assert "7 Oak Ave" not in page


def test_an_order_that_was_called_back_says_not_to_do_it_and_why_and_has_no_boxes() -> None:
    (page,) = pages(an_order(kind="disconnect", state="called_back", back_reason="Payment 8 came."))
    assert "DO NOT SHUT OFF Payment 8 came." in page
    assert "Meter shows" not in page


def test_a_crew_that_shuts_off_is_told_to_look_once_more() -> None:
    assert "who has paid meanwhile" in pages(an_order(kind="disconnect"))[0]
    assert "who has paid meanwhile" not in pages(an_order())[0]


def test_without_a_link_there_is_no_code() -> None:
    (page,) = pages(an_order(kind="disconnect"), sheet=Sheet("Town of Windsor", DAY, {}))
    assert "phone" not in page
    assert "who has paid meanwhile" not in page


def test_it_is_tagged_titled_and_in_english_as_pdf_ua_asks() -> None:
    pdf = render(SHEET, [an_order()])
    reader = PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Work orders of 2023-03-01"
    assert b"pdfuaid" in pdf


def test_the_same_orders_print_the_same_bytes() -> None:
    assert render(SHEET, [an_order()]) == render(SHEET, [an_order()])


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.text(max_size=300))
def test_whatever_an_old_system_holds_is_printed(address: str, instructions: str) -> None:
    assert pages(an_order(address=address, instructions=instructions))
