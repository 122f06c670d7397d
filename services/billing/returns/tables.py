"""Payments that were taken back."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from services.billing.tables import Table


class PaymentReturn(Table, table=True):
    """A payment that was taken back whole. A payment comes back once."""

    __tablename__ = "payment_return"

    return_id: UUID = Field(primary_key=True)
    content_hash: bytes
    payment_id: UUID
    account_id: UUID
    amount: Decimal = Field(sa_type=Numeric(14, 2))
    kind: str
    returned_on: date
    business_date: date
