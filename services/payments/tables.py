"""The tables of payments, on a registry of its own."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, DateTime, LargeBinary, Numeric
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


def _money() -> Column[Decimal]:
    return Column(Numeric(14, 2), nullable=False)


class Table(SQLModel, registry=registry()):
    """What every table here is."""


class Account(Table, table=True):
    """What payments knows of an account. `last_seq` is the number of its newest payment: they have no gap.

    `cash_only`: it may not pay by check, through `cash_only_until` or, without it, until a person lifts that.
    """

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    version: int = 0
    number: str | None = Field(default=None, index=True)
    status: str | None = None
    last_seq: int = 0
    cash_only: bool = False
    cash_only_until: date | None = None


class Tender(Table, table=True):
    """Money taken. `state` is posted (told to billing under `payment_seq`), suspense (no such account yet) or returned.

    Returned is only what came back before it was posted; a posted payment that came back has `returned_on`.
    """

    __tablename__ = "tender"

    payment_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source: str
    source_key: str
    batch_id: UUID | None = Field(default=None, index=True)
    account_number: str = Field(index=True)
    account_id: UUID | None = Field(default=None, index=True)
    payment_seq: int | None = None
    state: str
    amount: Decimal = Field(sa_column=_money())
    channel: str
    tender: str
    purpose: str
    payer: str
    effective_date: date
    posting_date: date = Field(index=True)
    taken_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    pending_id: UUID | None = None
    returned_on: date | None = None


class IntakeOutcome(Table, table=True):
    """What a vendor was told about one of its messages; one row per message, however often it is delivered."""

    __tablename__ = "intake_outcome"

    outcome_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    vendor: str = Field(index=True)
    vendor_payment_id: str | None
    message: str
    outcome: str
    reason: str
    payment_id: UUID | None
    amount: Decimal | None = Field(default=None, sa_column=Column(Numeric(20, 8), nullable=True))
    business_date: date


class Batch(Table, table=True):
    """Counter money entered together and balanced against what was counted."""

    __tablename__ = "batch"

    id: UUID = Field(primary_key=True)
    name: str
    cashier: str
    posting_date: date
    file_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    tenders: int
    amount: Decimal = Field(sa_column=_money())


class Balance(Table, table=True):
    """What billing last said an account owes, and through which payment; never computed here."""

    __tablename__ = "balance"

    account_id: UUID = Field(primary_key=True)
    version: int
    owed: Decimal = Field(sa_column=_money())
    due_now: Decimal = Field(sa_column=_money())
    past_due: Decimal = Field(sa_column=_money())
    credit: Decimal = Field(sa_column=_money())
    next_due_date: date | None
    payments_through: int
    as_of: date


metadata = Table.metadata
