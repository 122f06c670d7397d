"""What became of each account on a day's shutoff list, and stops that people set."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, Numeric
from sqlmodel import Field

from services.collections.tables import Table


class ListRow(Table, table=True):
    """An account on a day's list: proposed, removed (why), approved, or shut off."""

    __tablename__ = "shutoff_list"

    day: date = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    case_id: UUID
    state: str
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))
    why: str


class StopRow(Table, table=True):
    """Days without shutoffs, who set them and why."""

    __tablename__ = "shutoff_stop"

    id: UUID = Field(primary_key=True)
    name: str
    first: date
    last: date
    why: str
    set_by: str
    lifted: date | None = None
