"""Money that goes back to customers."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlmodel import Field

from services.payments.tables import Table


class Refund(Table, table=True):
    """A refund that billing asked for. `state` is due, approved, paid, or cancelled.

    `asked_by` is the person whose doing brought it about, `voucher` its number in `voucher_file`.
    """

    __tablename__ = "refund"

    refund_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: UUID = Field(index=True)
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    reason: str
    bill_id: UUID | None = None
    due_on: date
    asked_by: str
    state: str
    approved_by: str | None = None
    voucher: str | None = None
    voucher_file: str | None = None
    method: str | None = None
    reference: str | None = None
    paid_on: date | None = None
    closed_on: date | None = None


class VoucherFile(Table, table=True):
    """A file of vouchers for the finance office, made once and kept as it was made."""

    __tablename__ = "voucher_file"

    name: str = Field(primary_key=True)
    made_by: str
    made_on: date
    vouchers: int
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
