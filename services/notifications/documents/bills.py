"""The printed bill."""

from datetime import date
from typing import Any

from contracts.billing import BillIssued
from services.notifications.documents.bill_view import bill_view
from services.notifications.documents.letterhead import Language, Letterhead
from services.notifications.documents.press import press_for
from services.notifications.documents.printable import typeset
from services.notifications.documents.recipient import Recipient
from services.notifications.documents.templates import Templates, standard_templates

LAYOUT = "bill.typ"


def render_bill(
    bill: BillIssued, recipient: Recipient, letterhead: Letterhead, templates: Templates | None = None
) -> bytes:
    """The bill as an accessible PDF (PDF/UA-1) in the recipient's language; the same input gives the same bytes.

    Raises BillDoesNotAddUpError when the bill's parts don't make its total.
    """
    templates = templates or standard_templates()
    view = bill_view(bill, recipient, letterhead, templates.wording(recipient.language))
    data = bill_document([view], view["document_title"], letterhead, recipient.language, templates)
    return press_for(templates).accessible_pdf(LAYOUT, data, bill.bill_date)


def bill_document(
    views: list[dict[str, Any]], title: str, letterhead: Letterhead, language: Language, templates: Templates
) -> dict[str, Any]:
    """What the bill layout asks for: one bill or many, and the labels of each language."""
    return {
        "title": title,
        "author": typeset(letterhead.town_name),
        "lang": language,
        "labels": templates.labels(),
        "bills": views,
    }


def newest(bills: list[BillIssued]) -> date:
    """The date a document of several bills bears."""
    return max(bill.bill_date for bill in bills)
