"""A billing run, the accounts it expects, and the periods it left unbilled."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table


class BillingRun(Table, table=True):
    """What a run bills. Its state stands in the chassis's `run`. `attempt` counts the runs undone before it."""

    __tablename__ = "billing_run"

    id: UUID = Field(primary_key=True)
    cycle: str
    period_start: date
    period_end: date
    attempt: int
    bill_date: date
    due_date: date
    pack_hash: str
    business_date: date
    approved_by: str | None = None
    certificate: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


class RunAccount(Table, table=True):
    """An account that a run expects to bill: `expected`, then `billed` or `held`, and `cancelled` when undone.

    `total` and `lines_hash` are those of the preview: another hash at issue means that something changed since.
    """

    __tablename__ = "run_account"

    run_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    ordinal: int
    services: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    state: str
    hold_code: str | None = None
    hold_reason: str | None = None
    total: Decimal | None = Field(default=None, sa_column=Column(Numeric(14, 2)))
    lines_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    exceptions: list[str] | None = Field(default=None, sa_column=Column(JSONB))


class UnbilledPeriod(Table, table=True):
    """A period that a hold left unbilled; the account's next bill charges it. `billed_on` is that bill."""

    __tablename__ = "unbilled_period"

    account_id: UUID = Field(primary_key=True)
    run_id: UUID = Field(primary_key=True)
    period_start: date
    period_end: date
    reason: str
    billed_on: UUID | None = None
