"""Money that was promised."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlmodel import Field

from services.payments.tables import Table


class Pending(Table, table=True):
    """A promise of money by a source, under the source's own key; the key is never forgotten.

    `account_id` is null while the account isn't known: then nobody was told. `state` is pending, received, failed, or
    expired.
    """

    __tablename__ = "pending"

    pending_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source: str
    source_key: str
    account_number: str
    account_id: UUID | None = None
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    channel: str
    expires: date
    state: str
    reason: str = ""
    business_date: date = Field(index=True)
