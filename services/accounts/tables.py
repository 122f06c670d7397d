"""The tables of accounts, on a registry of its own."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """What every table here is."""


class Premise(Table, table=True):
    """A place that can be served."""

    __tablename__ = "premise"

    id: UUID = Field(primary_key=True)
    line1: str
    line2: str
    city: str
    state: str
    zip_code: str
    parcel: str
    inside_city: bool


class Person(Table, table=True):
    """Someone in a role on an account, and how to reach them."""

    __tablename__ = "person"

    id: UUID = Field(primary_key=True)
    name: str
    email: str | None
    phone: str | None
    line1: str
    line2: str
    city: str
    state: str
    zip_code: str
    language: str


class Account(Table, table=True):
    """An account. `number` is null while only a file that speaks of it was imported.

    `deposit_terms`: what a new customer is to deposit, in dollars by service. `confirmed_on`: when a person looked over
    a new customer's services and rates.
    `version` counts its AccountChanged and `contact_version` its ContactChanged; the hashes are of what they last said.
    """

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    number: str | None = Field(default=None, unique=True)
    premise_id: UUID | None = Field(default=None, index=True)
    responsible_id: UUID | None = Field(default=None, index=True)
    co_responsible_id: UUID | None = None
    owner_id: UUID | None = None
    cycle: str | None = None
    opened: date | None = None
    closed: date | None = None
    ebill: bool = False
    autopay: bool = False
    level_pay: bool = False
    version: int = 0
    contact_version: int = 0
    told_hash: bytes | None = None
    contact_told_hash: bytes | None = None
    deposit_terms: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    confirmed_on: date | None = None
    confirmed_by: str | None = None


class Agreement(Table, table=True):
    """One service for a span of days; `end_date` is the first day not served."""

    __tablename__ = "agreement"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    service: str
    service_point_id: UUID | None
    start_date: date
    end_date: date | None
    status: str
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class Balance(Table, table=True):
    """What billing last said the account owes, for the clerk's view; never computed here."""

    __tablename__ = "balance"

    account_id: UUID = Field(primary_key=True)
    version: int
    owed: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    past_due: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    credit: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    next_due_date: date | None
    as_of: date


class CollectionStatus(Table, table=True):
    """How far collections last said the account's case has gone."""

    __tablename__ = "collection_status"

    account_id: UUID = Field(primary_key=True)
    version: int
    step: str
    holds: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    as_of: date


metadata = Table.metadata
