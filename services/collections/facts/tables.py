"""What collections was told, and the account rows that writers lock."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collections.tables import Table


def _jsonb(nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=nullable))


def _money() -> Any:
    return Field(sa_column=Column(Numeric(14, 2), nullable=False))


class Account(Table, table=True):
    """An account: the row that its writers lock. `told` is the status that others were last told, as it was sent."""

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    version: int = 0
    number: str | None = Field(default=None, index=True)
    responsible: UUID | None = None
    points: list[Any] | None = _jsonb()
    status_version: int = 0
    told: dict[str, Any] | None = _jsonb()


class Balance(Table, table=True):
    """What billing last said is past due, and through which payment; never computed here.

    `next_due` is when the next item falls due: the day after, billing says anew what is past due.
    """

    __tablename__ = "balance"

    account_id: UUID = Field(primary_key=True)
    version: int
    past_due: Decimal = _money()
    oldest_due: date | None
    next_due: date | None = None
    items: list[Any] = _jsonb(nullable=False)
    payments_through: int
    as_of: date
    owed: Decimal = _money()
    set_aside: Decimal = _money()


class Payment(Table, table=True):
    """A payment someone received: one above the balance's `payments_through` stops every step.

    `counts` says that it goes towards the balance, so that it meets what a notice or an arrangement asked for.
    """

    __tablename__ = "payment"

    payment_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    account_id: UUID = Field(index=True)
    payment_seq: int
    amount: Decimal = _money()
    effective: date | None
    counts: bool


class PaymentReturn(Table, table=True):
    """A payment that was taken back: it met nothing."""

    __tablename__ = "payment_return"

    return_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    payment_id: UUID = Field(index=True)
    account_id: UUID
    payment_seq: int


class Pending(Table, table=True):
    """Money on its way through `expires`. `settled` once it came or failed, which may be heard of first."""

    __tablename__ = "pending"

    pending_id: UUID = Field(primary_key=True)
    account_id: UUID
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    expires: date | None
    settled: bool


class NoticeDelivery(Table, table=True):
    """One way a notice of a case went: when it left, and whether it was heard that it did not arrive."""

    __tablename__ = "delivery"

    notice_id: UUID = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    kind: str
    person_id: UUID
    sent_on: date | None
    failed: bool
    reason: str
