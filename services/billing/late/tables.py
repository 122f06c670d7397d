"""Late charges, and what holds them back."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.billing.tables import Table

MONEY = Numeric(14, 2)


class LateChargeRow(Table, table=True):
    """The `number`th late charge of a debt. `free_through` is the last day on which paying kept it away.

    `state`: proposed; posted, after a person approved it; reversed, when what it stood on is gone; dropped, when it was
    no longer due as it was to be approved; waived by a person. A charge that was posted follows the facts: `revision`
    counts how often it was posted anew. `held` says why it can't be approved for now.
    """

    __tablename__ = "late_charge"

    charge_id: UUID = Field(primary_key=True)
    account_id: UUID
    debt_id: UUID
    number: int
    revision: int = 0
    free_through: date
    base: Decimal = Field(sa_type=MONEY)
    amount: Decimal = Field(sa_type=MONEY)
    service: str
    state: str
    proposed_on: date
    decided_on: date | None = None
    decided_by: str | None = None
    why: str = ""
    held: str = ""
    pack_hash: str


class PendingPayment(Table, table=True):
    """Money that was promised and has not come; it holds late charges through `expires`."""

    __tablename__ = "pending_payment"

    pending_id: UUID = Field(primary_key=True)
    content_hash: bytes
    account_id: UUID
    amount: Decimal = Field(sa_type=MONEY)
    expires: date


class PendingEnded(Table, table=True):
    """A promise that was kept or failed: the news of its making may come later than that of its end."""

    __tablename__ = "pending_ended"

    pending_id: UUID = Field(primary_key=True)


class CollectionStatus(Table, table=True):
    """How an account stands with collections: its step, its holds, and the items its arrangement covers."""

    __tablename__ = "collection_status"

    account_id: UUID = Field(primary_key=True)
    version: int
    step: str
    holds: list[dict[str, Any]] = Field(sa_type=JSONB)
    covers: list[str] = Field(sa_type=JSONB)
