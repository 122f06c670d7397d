"""Payments that came back."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Numeric
from sqlmodel import Field

from services.payments.tables import Table


class PaymentReturn(Table, table=True):
    """A payment that was taken back whole, once. One that was never posted (suspense) has no account."""

    __tablename__ = "payment_return"

    payment_id: UUID = Field(primary_key=True)
    return_id: UUID
    account_id: UUID | None = Field(default=None, index=True)
    account_number: str
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    channel: str
    kind: str
    code: str
    reason: str
    returned_on: date
    fee: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    business_date: date = Field(index=True)
