"""Arrangements."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.collections.tables import Table


class ArrangementRow(Table, table=True):
    """A promise: installments with due day and amount, the items it covers. `state` since a day, worked out anew."""

    __tablename__ = "arrangement"

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    made_on: date
    made_by: str
    why: str
    installments: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    covers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    from_seq: int
    state: str
    since: date
