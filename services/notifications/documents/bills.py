"""The printed bill, alone or many in one document."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject, PdfReader

from chassis.press import accessible_pdf, print_pdf
from contracts.billing import BillIssued
from services.notifications.documents.bill_view import bill_view, document_title
from services.notifications.documents.letterhead import Letterhead
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
    source = templates.source(_LAYOUT)
    pdf = accessible_pdf(source, data, bill.bill_date)
    if len(PdfReader(io.BytesIO(pdf)).pages) == _PAGES_OF_MOST_BILLS:
        return pdf
    return accessible_pdf(source, data | {"counted": True}, bill.bill_date)


def bill_pages(
    addressed: Sequence[AddressedBill], letterhead: Letterhead, templates: Templates
) -> list[list[PageObject]]:
    """The pages of each bill, for a printing machine. One document of many bills is made faster, and is smaller."""
    pages = _printed(addressed, letterhead, templates, counted=False)
    if len(pages) == _PAGES_OF_MOST_BILLS * len(addressed):
        starts = range(0, len(pages), _PAGES_OF_MOST_BILLS)
        return [pages[start : start + _PAGES_OF_MOST_BILLS] for start in starts]
    return [_printed([each], letterhead, templates, counted=True) for each in addressed]


def _printed(
    addressed: Sequence[AddressedBill], letterhead: Letterhead, templates: Templates, *, counted: bool
) -> list[PageObject]:
    title = templates.wording("en").say("title.mailing", town=letterhead.town_name)
    data = _document(addressed, title, letterhead, templates) | {"counted": counted}
    dated = max(each.bill.bill_date for each in addressed)
    return list(PdfReader(io.BytesIO(print_pdf(templates.source(_LAYOUT), data, dated))).pages)


def _document(
    addressed: Sequence[AddressedBill], title: str, letterhead: Letterhead, templates: Templates
) -> dict[str, Any]:
    return {
        "title": title,
        "author": letterhead.town_name,
        "lang": addressed[0].recipient.language,
        "labels": templates.labels(),
        "counted": False,
        "bills": [
            bill_view(each.bill, each.recipient, letterhead, templates.wording(each.recipient.language))
            for each in addressed
        ],
    }
