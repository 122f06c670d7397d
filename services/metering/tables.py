"""Metering's tables. Quantities are `numeric` without a scale: a reading keeps the decimals it was read with."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Stands on a registry of metering's own, so that other services may have tables of the same names."""


class ServicePoint(Table, table=True):
    """A place where a service is measured; `key` is what the town's files call it."""

    __tablename__ = "service_point"

    id: UUID = Field(primary_key=True)
    key: str = Field(unique=True)
    premise_id: UUID
    premise: str
    service: str
    cycle: str
    route: str
    sequence: int
    address: str
    retired_on: date | None = None
    content_hash: bytes
    """Of the import row it came from: the same row again changes nothing, whatever happened to the point since."""


class Meter(Table, table=True):
    """A meter's register and its time at a service point. One is in place at a time: `removed` is empty."""

    __tablename__ = "meter"

    id: UUID = Field(primary_key=True)
    service_point_id: UUID
    number: str
    register_number: str
    size: str
    dials: int
    decimals: int
    unit: str
    multiplier: Decimal = Field(sa_type=Numeric)
    installed: date
    removed: date | None = None


class Route(Table, table=True):
    """A walk of one cycle; its stops are the service points that name it, in their sequence."""

    __tablename__ = "route"

    name: str = Field(primary_key=True)
    cycle: str


class LastRead(Table, table=True):
    """Where the next usage of a service point counts from.

    `carried` is what an exchanged meter counted since the last cycle's read: posted already, compared with the rest.
    """

    __tablename__ = "last_read"

    service_point_id: UUID = Field(primary_key=True)
    read_id: UUID | None = None
    read_on: date
    value: Decimal = Field(sa_type=Numeric)
    kind: str
    carried: Decimal = Field(default=Decimal(0), sa_type=Numeric)
    content_hash: bytes = b""


class UsageHistory(Table, table=True):
    """Usage of a service point in a period, imported or posted."""

    __tablename__ = "usage_history"

    service_point_id: UUID = Field(primary_key=True)
    period_end: date = Field(primary_key=True)
    service: str
    quantity: Decimal = Field(sa_type=Numeric)
    unit: str
    estimated: bool = False
    read_id: UUID | None = None


class Occupant(Table, table=True):
    """An account's agreement at a service point, as accounts tells it."""

    __tablename__ = "occupant"

    agreement_id: UUID = Field(primary_key=True)
    service_point_id: UUID
    account_id: UUID
    number: str
    start: date
    until: date | None = None
    status: str


class Account(Table, table=True):
    """The newest version of an account that was heard of."""

    __tablename__ = "account"

    account_id: UUID = Field(primary_key=True)
    version: int


class ReadingState(StrEnum):
    """How far a cycle's reading is."""

    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


class Reading(Table, table=True):
    """One reading of a cycle."""

    __tablename__ = "reading"

    id: UUID = Field(primary_key=True)
    cycle: str
    read_on: date
    window_from: date
    window_to: date
    state: str
    pack_hash: str
    started_by: str
    closed_by: str | None = None
    business_date: date


class ReadState(StrEnum):
    """How far one service point's read is."""

    AWAITED = "awaited"
    CLEAN = "clean"
    QUESTIONED = "questioned"
    REREAD = "reread"
    ACCEPTED = "accepted"
    POSTED = "posted"
    EXCUSED = "excused"
    REPLACED = "replaced"


class Read(Table, table=True):
    """What is expected of a service point in a reading, what came, what was noticed and decided."""

    __tablename__ = "read"

    id: UUID = Field(primary_key=True)
    reading_id: UUID | None = None
    service_point_id: UUID
    meter_id: UUID
    route: str
    sequence: int
    state: str
    previous_read_id: UUID | None = None
    previous_on: date | None = None
    previous_value: Decimal | None = Field(default=None, sa_type=Numeric)
    previous_kind: str | None = None
    carried: Decimal = Field(default=Decimal(0), sa_type=Numeric)
    usual: Decimal | None = Field(default=None, sa_type=Numeric)
    high: Decimal = Field(sa_type=Numeric)
    low: Decimal | None = Field(default=None, sa_type=Numeric)
    estimated_before: int = 0
    value: Decimal | None = Field(default=None, sa_type=Numeric)
    read_on: date | None = None
    kind: str | None = None
    code: str = ""
    leak: bool = False
    findings: list[str] = Field(default_factory=list, sa_type=JSONB)
    quantity: Decimal | None = Field(default=None, sa_type=Numeric)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    why: str | None = None
    replaces: UUID | None = None
    posted_on: date | None = None


class RouteFile(Table, table=True):
    """A file that was loaded back, by the hash of its bytes: loading it again answers what it did the first time."""

    __tablename__ = "route_file"

    reading_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    format: str
    loaded_by: str
    report: dict[str, Any] = Field(sa_type=JSONB)
