"""What billing keeps of an account: its newest snapshot, and where its statement stands."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table


class Account(Table, table=True):
    """An account. Its row may be there before its snapshot, as what others lock: it is known when it has a number.

    The statement position is what the next bill begins with: `last_amount_due` less `payments_since` plus
    `adjustments_since` is what is owed, as the open items say it too.
    """

    __tablename__ = "account"

    id: UUID = Field(primary_key=True)
    version: int = -1
    number: str | None = None
    status: str | None = None
    cycle: str | None = None
    opened: date | None = None
    closed: date | None = None
    premise_id: UUID | None = None
    responsible_person_id: UUID | None = None
    autopay: bool = False
    level_pay: bool = False
    exemptions: list[Any] = Field(default_factory=list, sa_type=JSONB)
    balance_version: int = 0
    announced_on: date | None = None
    payments_through: int = 0
    last_amount_due: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 2))
    payments_since: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 2))
    adjustments_since: Decimal = Field(default=Decimal(0), sa_type=Numeric(14, 2))
    last_bill_id: UUID | None = None


class Agreement(Table, table=True):
    """One service of an account for a span of days; `end_date` is the first day not served."""

    __tablename__ = "agreement"

    agreement_id: UUID = Field(primary_key=True)
    account_id: UUID
    service: str
    service_point_id: UUID | None = None
    start_date: date
    end_date: date | None = None
    status: str
    attributes: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
