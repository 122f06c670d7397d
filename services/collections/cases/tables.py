"""Cases, their orders, and the history of what happened to an account."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Numeric, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collections.tables import Table


def _money() -> Any:
    return Field(default=Decimal(0), sa_column=Column(Numeric(14, 2), nullable=False))


class CaseRow(Table, table=True):
    """A case; `step` is worked out from the rest, so that lists by step are one query."""

    __tablename__ = "delinquency"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    step: str | None
    opened: date
    opened_through: int
    letter: str | None
    taken_on: date | None
    deadline: date | None
    amount: Decimal = _money()
    proposed: str | None
    proposed_on: date | None
    shutoff_notice: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    listed_on: date | None
    off_since: date | None
    off_amount: Decimal = _money()
    free: bool
    charged: bool
    restore_charged: bool
    after_hours: bool
    returned: bool
    closed: date | None
    ended: str


class OrderRow(Table, table=True):
    """An order to metering, and how far it is."""

    __tablename__ = "service_order"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    account_id: UUID
    kind: str
    service_point_id: UUID
    service: str
    asked_on: date
    payments_through: int
    state: str
    undoes: UUID | None
    completed_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class History(Table, table=True):
    """Something that happened to an account, in words; rows are only added."""

    __tablename__ = "history"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    account_id: UUID = Field(index=True)
    case_id: UUID
    day: date
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    what: str
    why: str
    actor: str
