"""Final bills under way, and refunds."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from services.billing.tables import Table

MONEY = Numeric(14, 2)


class FinalBill(Table, table=True):
    """An account's end and how far its final bill is: waiting for something, held, proposed, or billed.

    `total` and `lines_hash` are those that were proposed: other ones at approval mean that something changed since.
    """

    __tablename__ = "final_bill"

    account_id: UUID = Field(primary_key=True)
    ends: date = Field(primary_key=True)
    state: str
    code: str | None = None
    reason: str | None = None
    total: Decimal | None = Field(default=None, sa_type=MONEY)
    lines_hash: bytes | None = None
    since: date
    decided_by: str | None = None
    bill_id: UUID | None = None


class Refund(Table, table=True):
    """Credit that was taken off an account to be paid out: `due`, then `paid` or `cancelled`."""

    __tablename__ = "refund"

    refund_id: UUID = Field(primary_key=True)
    account_id: UUID
    amount: Decimal = Field(sa_type=MONEY)
    reason: str
    bill_id: UUID | None = None
    why: str
    asked_by: str
    state: str
    business_date: date
    settled_on: date | None = None
    reference: str | None = None


class RefundPart(Table, table=True):
    """What of a refund is payable by one fund, and the liability that it is."""

    __tablename__ = "refund_part"

    refund_id: UUID = Field(primary_key=True)
    fund: str = Field(primary_key=True)
    code: str
    amount: Decimal = Field(sa_type=MONEY)
