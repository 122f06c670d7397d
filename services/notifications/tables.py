"""The tables of notifications, on a registry of its own."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """What every table here is."""


class AccountContact(Table, table=True):
    """The newest ContactChanged of an account, whole: the only place with names and addresses here."""

    __tablename__ = "contact"

    account_id: UUID = Field(primary_key=True)
    version: int = 0
    number: str | None = None
    ebill: bool = False
    responsible: UUID | None = None
    contact: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


class ServicePoint(Table, table=True):
    """A service point, known once an account was heard of that is or was served there: the row that writers lock."""

    __tablename__ = "service_point"

    service_point_id: UUID = Field(primary_key=True)
    known: bool = False


class Account(Table, table=True):
    """The newest version of an account that was heard of; `newcomer` is what its welcome would say."""

    __tablename__ = "account"

    account_id: UUID = Field(primary_key=True)
    version: int
    opened: date | None = Field(default=None, index=True)
    newcomer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


class Occupant(Table, table=True):
    """Who is served at a service point from a day on, until the first day not served."""

    __tablename__ = "occupant"

    agreement_id: UUID = Field(primary_key=True)
    service_point_id: UUID = Field(index=True)
    account_id: UUID = Field(index=True)
    start: date
    until: date | None = None


class Notice(Table, table=True):
    """One thing to tell one person by one channel: a delivery. `source` is the event it comes from, as it came.

    `state`: queued, sending (claimed until `claimed_until`), sent, in_mailing, failed, cancelled. A copy (`is_copy`) is
    for information: it is not what the customer is told by, and other services don't hear of it. `instead_of` is the
    delivery that failed before. `ended_on` is the business day on which it was sent or failed.
    """

    __tablename__ = "notice"

    notice_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kind: str
    about: UUID = Field(index=True)
    account_id: UUID = Field(index=True)
    channel: str
    state: str
    source: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    trace: str
    business_date: date
    attempts: int = 0
    claimed_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    not_before: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    message_id: str | None = None
    reason: str | None = None
    sent_date: date | None = None
    mailing_id: UUID | None = Field(default=None, index=True)
    person_id: UUID | None = None
    role: str = "responsible"
    is_copy: bool = False
    instead_of: UUID | None = None
    receipt: str | None = None
    """What the mail server answered when it took the message."""
    sent_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ended_on: date | None = Field(default=None, index=True)
    file: str | None = None
    """The mailing house's file that it was printed in."""


class NoticeEvent(Table, table=True):
    """Something that happened to a delivery on its way and that its own row does not keep."""

    __tablename__ = "notice_event"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    notice_id: UUID = Field(index=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()")))
    day: date | None = None
    what: str
    detail: str


class TakenBack(Table, table=True):
    """A bill that was taken back: the news of its making may come later than the news of its end."""

    __tablename__ = "taken_back"

    about: UUID = Field(primary_key=True)


class MailingFile(Table, table=True):
    """A file for the mailing house, with its control totals; `mailed_on` is set when the house confirms."""

    __tablename__ = "mailing_file"

    id: UUID = Field(primary_key=True)
    mailing_id: UUID = Field(index=True)
    name: str
    kind: str
    notices: int
    pages: int
    amount_due: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    pdf_sha256: str
    mailed_on: date | None = None
    confirmed_by: str | None = None
    confirmed_why: str | None = None


metadata = Table.metadata
