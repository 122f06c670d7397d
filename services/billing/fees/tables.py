"""Fees that were posted."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from services.billing.tables import Table


class AssessedCharge(Table, table=True):
    """A fee that was posted; its key and content are the guard against posting it twice."""

    __tablename__ = "assessed_charge"

    charge_id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    kind: str
    service: str
    amount: Decimal = Field(sa_type=Numeric(14, 2))
    about: UUID
    description: str
    business_date: date
