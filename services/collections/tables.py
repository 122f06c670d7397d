"""The tables of collections, on a registry of its own."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """What every table here is."""


class Account(Table, table=True):
    """An account: the row that its writers lock. `status_version` counts what others were told of its cases."""

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    version: int = 0
    number: str | None = Field(default=None, index=True)
    status_version: int = 0


class Balance(Table, table=True):
    """What billing last said is past due, and through which payment; never computed here."""

    __tablename__ = "balance"

    account_id: UUID = Field(primary_key=True)
    version: int
    past_due: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    oldest_due: date | None
    items: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    payments_through: int
    as_of: date


class Payment(Table, table=True):
    """A payment someone received: one above the balance's `payments_through` stops every step."""

    __tablename__ = "payment"

    payment_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: UUID = Field(index=True)
    payment_seq: int


class Case(Table, table=True):
    """One time that an account fell behind. `step` is proposed, reminder or cured."""

    __tablename__ = "delinquency"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    step: str
    opened: date
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    deadline: date | None = None
    closed: date | None = None
    version: int = 0
    notice: str | None = None


class Hold(Table, table=True):
    """A reason not to pursue an account, who set it, why, and its last day."""

    __tablename__ = "hold"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    kind: str
    set_by: str
    why: str
    since: date
    until: date | None
    lifted: date | None = None


metadata = Table.metadata
