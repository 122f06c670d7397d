"""The remittance stub: what a cashier, a lockbox or a phone needs to post the payment to the right account."""

import io
from typing import Any

import segno

from contracts.billing import BillIssued, BillKind
from services.notifications.documents import figures
from services.notifications.documents.letterhead import Letterhead
from services.notifications.documents.recipient import Recipient, postal_lines
from services.notifications.documents.scan_line import scan_line
from services.notifications.documents.wording import Wording


def asks_for_payment(bill: BillIssued) -> bool:
    """Whether the customer has to pay: not with a credit, on autopay, or when another account takes it over."""
    return bill.amount_due > 0 and not bill.autopay and not bill.moved_to


def credit_goes(bill: BillIssued) -> str:
    """Where a credit goes, as the end of a message's key: to other accounts of the customer first, then back to them.

    On a regular bill it counts toward the next one; on a last one that does neither, the office is asked.
    """
    if bill.moved_to:
        return "_moved_rest" if bill.refund > 0 else "_moved"
    if bill.refund > 0:
        return "_final"
    return "_call" if bill.kind == BillKind.FINAL else ""


def payment_slip(bill: BillIssued, recipient: Recipient, letterhead: Letterhead, wording: Wording) -> dict[str, Any]:
    """The values of the stub; `note` stands where no payment is asked for."""
    link = letterhead.pay_link(bill.account_number)
    asks = asks_for_payment(bill)
    return {
        "account": bill.account_number,
        "number": bill.number,
        "service_address": recipient.service_address.line1,
        "amount": figures.money(bill.amount_due),
        "due": wording.day(bill.due_date),
        "payer": recipient.postal_lines(),
        "payee": [letterhead.payable_to, *postal_lines(letterhead.remit_address)],
        "note": "" if asks else wording.say(_why_nothing(bill)),
        "scan_line": (scan_line(bill.account_number, bill.due_date, bill.amount_due) or "") if asks else "",
        "qr": qr_code(link) if asks else "",
        "qr_alt": wording.say("stub.qr_alt", url=link),
    }


def _why_nothing(bill: BillIssued) -> str:
    return "stub.autopay" if bill.amount_due > 0 and not bill.moved_to else "stub.nothing"


def qr_code(text: str) -> str:
    """A QR code as an SVG drawing; error correction M survives a fold and a coffee stain."""
    drawing = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, border=2)
    return drawing.getvalue().decode("ascii")
