"""Who may let a refund go, what may still be done with it, and the vouchers of a file (pure)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.payments.policy import Refunds

DUE, APPROVED, PAID, CANCELLED = "due", "approved", "paid", "cancelled"
OPEN = (DUE, APPROVED)
COLUMNS = ("voucher", "account", "amount", "reason", "due_on", "approved_by", "refund_id")


@dataclass(frozen=True)
class Voucher:
    """One line of a voucher file."""

    voucher: str
    account: str
    amount: Decimal
    reason: str
    due_on: date
    approved_by: str
    refund_id: UUID


def why_not_by(policy: Refunds, amount: Decimal, asked_by: str, approver: str) -> str:
    """Why this person may not approve a refund, in a sentence; empty when they may."""
    if amount > policy.second_person_above and asked_by == approver:
        return (
            f"This refund of {amount} is above {policy.second_person_above}, and you ({approver}) brought it about."
            " Another person must approve it."
        )
    return ""


def why_not_paid(state: str, due_on: date, paid_on: date, today: date) -> str:
    """Why a refund can't be noted as paid, in a sentence; empty when it can."""
    if state == DUE:
        return "The refund was not approved. Have it approved first: POST /refunds/{refund_id}/approve."
    if state != APPROVED:
        return f"The refund is {state} already."
    if paid_on > today:
        return f"The refund can't have been paid on {paid_on:%Y-%m-%d}, which has not come yet."
    if paid_on < due_on:
        return f"The refund can't have been paid on {paid_on:%Y-%m-%d}: it was due on {due_on:%Y-%m-%d}."
    return ""


def voucher_number(file: str, place: int) -> str:
    """The number of a voucher: the file's name and its place there."""
    return f"{file}-{place:03d}"


def written(vouchers: Sequence[Voucher]) -> bytes:
    """The file, as a finance system reads it: CSV with a header row, UTF-8, CRLF (RFC 4180)."""
    sheet = io.StringIO(newline="")
    lines = csv.writer(sheet)
    lines.writerow(COLUMNS)
    lines.writerows([[getattr(one, column) for column in COLUMNS] for one in vouchers])
    return sheet.getvalue().encode()
