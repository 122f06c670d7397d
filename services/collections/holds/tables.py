"""Holds."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collections.tables import Table


class HoldRow(Table, table=True):
    """A reason not to pursue an account, or the `items` it names, who set it, why, and its last day."""

    __tablename__ = "hold"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    kind: str
    set_by: str
    why: str
    since: date
    until: date | None
    lifted: date | None = None
    items: list[Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
