"""The printed bill, alone or many in one document."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pypdf import PdfReader

from contracts.billing import BillIssued
from services.notifications.documents.bill_view import bill_view, document_title
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.press import press_for
from services.notifications.documents.printable import typeset
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import Templates, standard_templates

_LAYOUT = "bill.typ"
_PAGES_OF_MOST_BILLS = 2


@dataclass(frozen=True)
class AddressedBill:
    """A bill and the person it goes to."""

    bill: BillIssued
    recipient: Recipient


def render_bill(
    bill: BillIssued, recipient: Recipient, letterhead: Letterhead, templates: Templates | None = None
) -> bytes:
    """The bill as an accessible PDF (PDF/UA-1) in the recipient's language; the same input gives the same bytes.

    Raises BillDoesNotAddUpError when the bill's parts don't make its total.
    """
    templates = templates or standard_templates()
    title = document_title(bill, letterhead, templates.wording(recipient.language))
    data = _document([AddressedBill(bill, recipient)], title, letterhead, templates)
    press = press_for(templates)
    pdf = press.accessible_pdf(_LAYOUT, data, bill.bill_date)
    if len(PdfReader(io.BytesIO(pdf)).pages) == _PAGES_OF_MOST_BILLS:
        return pdf
    return press.accessible_pdf(_LAYOUT, data | {"counted": True}, bill.bill_date)


def render_bills(
    addressed: Sequence[AddressedBill], letterhead: Letterhead, templates: Templates
) -> tuple[bytes, list[int]]:
    """Several bills in one document for a printing machine, and how many pages each has."""
    title = templates.wording("en").say("title.mailing", town=letterhead.town_name)
    data = _document(addressed, title, letterhead, templates)
    dated = max(each.bill.bill_date for each in addressed)
    press = press_for(templates)
    pdf = press.print_pdf(_LAYOUT, data, dated)
    if len(PdfReader(io.BytesIO(pdf)).pages) == _PAGES_OF_MOST_BILLS * len(addressed):
        return pdf, [_PAGES_OF_MOST_BILLS] * len(addressed)
    pdf = press.print_pdf(_LAYOUT, data | {"counted": True}, dated)
    return pdf, _pages_of_each(pdf)


def _document(
    addressed: Sequence[AddressedBill], title: str, letterhead: Letterhead, templates: Templates
) -> dict[str, Any]:
    return {
        "title": typeset(title),
        "author": typeset(letterhead.town_name),
        "lang": addressed[0].recipient.language,
        "labels": templates.labels(),
        "counted": False,
        "bills": [
            bill_view(each.bill, each.recipient, letterhead, templates.wording(each.recipient.language))
            for each in addressed
        ],
    }


def _pages_of_each(pdf: bytes) -> list[int]:
    """Page labels start again at 1 with each bill."""
    labels = PdfReader(io.BytesIO(pdf)).page_labels
    starts = [place for place, label in enumerate(labels) if label == "1"]
    return [end - start for start, end in pairwise([*starts, len(labels)])]
