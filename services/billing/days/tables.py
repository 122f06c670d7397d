"""What is kept of the town's days."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table


class DayDone(Table, table=True):
    """That a service did its work of a day, and what it came to. The first word about it stands."""

    __tablename__ = "day_done"

    day: date = Field(primary_key=True)
    service: str = Field(primary_key=True)
    counts: dict[str, Any] = Field(sa_type=JSONB)
    money: dict[str, Any] = Field(sa_type=JSONB)
    done_at: datetime = Field(sa_type=DateTime(timezone=True))
