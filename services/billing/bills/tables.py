"""Bills as they were issued."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table


def _money() -> Any:
    return Column(Numeric(14, 2), nullable=False)


class Bill(Table, table=True):
    """A bill. `document` is the BillIssued that went out, letter by letter; `inputs` is what it can be made again from.

    `charges` are dollars by service, `through` the read-through day of its period: the next one begins there.
    """

    __tablename__ = "bill"

    id: UUID = Field(primary_key=True)
    number: str
    account_id: UUID
    account_number: str
    run_id: UUID
    cycle: str
    kind: str
    bill_date: date
    due_date: date
    period_start: date
    period_end: date
    through: date
    current_charges: Decimal = Field(sa_column=_money())
    amount_due: Decimal = Field(sa_column=_money())
    charges: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    inputs: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    document: str = Field(sa_column=Column(JSON, nullable=False))
    pack_hash: str
    cancelled_on: date | None = None
    cancel_reason: str | None = None
