"""Usage awaiting billing, and the usage of the months before Curbstop."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, LargeBinary, Numeric, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table


def _quantity() -> Any:
    return Column(Numeric(21, 6), nullable=False)


class Usage(Table, table=True):
    """A read as metering posted it. It awaits billing while `billed_on`, the bill that charges it, is null.

    A read that `replaces` another takes its place: the other is never billed, or, if it was, the next bill charges
    the difference. Who replaces whom is asked, not kept, so that the two may arrive in any order.

    A read whose days fall to several accounts is `void`: rows of their own have its parts, each of one `account_id`.
    """

    __tablename__ = "usage"

    read_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    service_point_id: UUID
    meter_number: str
    cycle: str
    previous_on: date
    previous_value: Decimal = Field(sa_column=_quantity())
    read_on: date
    read_value: Decimal = Field(sa_column=_quantity())
    quantity: Decimal = Field(sa_column=_quantity())
    unit: str
    kind: str
    flags: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    replaces: UUID | None
    business_date: date
    billed_on: UUID | None
    account_id: UUID | None = None
    part_of: UUID | None = None
    void: bool = False


class UsageHistory(Table, table=True):
    """Usage of a month that the town's old system billed."""

    __tablename__ = "usage_history"

    service_point_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True)
    period_end: date = Field(primary_key=True)
    quantity: Decimal = Field(sa_column=_quantity())
    unit: str
    estimated: bool


class SpanChange(Table, table=True):
    """An account whose days changed after they were billed; `settled_on` is the bill that set it right.

    `begun` are agreements that nobody knew of before.
    """

    __tablename__ = "span_change"

    account_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    since: date
    settled_on: UUID | None = None
    begun: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
