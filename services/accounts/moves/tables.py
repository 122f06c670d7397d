"""Moves and the reads they wait for."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.accounts.tables import Table


class Move(Table, table=True):
    """A step in which a customer leaves, comes, or both. `ends` is the first day not served, `starts` the first served.

    `state` is open while a read is waited for, then done, or cancelled. `before` is what stood before, to take it back.
    `attempt` counts how often its reads were asked for anew.
    """

    __tablename__ = "move"

    id: UUID = Field(primary_key=True)
    request: str
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kind: str
    state: str
    out_account: UUID | None = Field(default=None, index=True)
    ends: date | None = None
    in_account: UUID | None = Field(default=None, index=True)
    starts: date | None = None
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    attempt: int = 0
    made_by: str
    made_on: date
    why: str


class MoveRead(Table, table=True):
    """A read that a move waits for, by one order. `state` is awaited, read, or not_read.

    `shared`: an earlier move asked for it, and who leaves and who comes go by the same read. `attempt` is the move's
    when it asked: what it asked for later takes the place of what it asked for before.
    """

    __tablename__ = "move_read"

    move_id: UUID = Field(primary_key=True)
    order_id: UUID = Field(primary_key=True)
    service_point_id: UUID
    kind: str
    account_id: UUID
    service: str
    wanted_on: date
    state: str
    read_on: date | None = None
    value: Decimal | None = Field(default=None, sa_column=Column(Numeric(20, 6)))
    remark: str = ""
    shared: bool = False
    attempt: int = 0


class OrderOutcome(Table, table=True):
    """An order whose completion took effect here, once."""

    __tablename__ = "order_outcome"

    order_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kind: str
    completed_on: date | None = None
