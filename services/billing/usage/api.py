"""What an office asks of usage: whose reads nobody claims, what corrects a bill, how much was used."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis import days
from chassis.auth import allow
from chassis.imports import import_routes
from chassis.web import Tx
from services.billing.usage import store
from services.billing.usage.imports import FILES

router = APIRouter(prefix="/usage", tags=["usage"])
READERS = ("clerk", "specialist", "coordinator", "auditor", "service")
Limit = Annotated[int, Query(ge=1, le=10_000)]


class AwaitingRead(BaseModel):
    """A read that awaits billing. `days_waiting` counts from the read to the business day."""

    read_id: UUID
    service_point_id: UUID
    meter_number: str
    cycle: str
    previous_on: date
    read_on: date
    quantity: Decimal
    unit: str
    kind: str
    replaces: UUID | None
    days_waiting: int | None


class MonthShown(BaseModel):
    """Usage to the day of the closing read."""

    service: str
    period_end: date
    quantity: Decimal
    unit: str
    estimated: bool


@router.get("/unattributed", dependencies=[allow(*READERS)])
async def unattributed(tx: Tx, limit: Limit = 1000) -> list[AwaitingRead]:
    """Reads that no agreement claims, the longest waiting first."""
    return [AwaitingRead.model_validate(row) for row in await store.unattributed(tx, limit)]


@router.get("/corrections", dependencies=[allow(*READERS)])
async def corrections(tx: Tx, limit: Limit = 1000) -> list[AwaitingRead]:
    """Corrected reads of billed usage; the account's next bill carries the difference."""
    return [AwaitingRead.model_validate(row) for row in await store.correcting(tx, limit)]


@router.get("/points/{service_point_id}", dependencies=[allow(*READERS)])
async def usage_of(tx: Tx, service_point_id: UUID, months: Annotated[int, Query(ge=1, le=60)] = 24) -> list[MonthShown]:
    """Billed usage of a service point, month by month, oldest first."""
    before = await days.today(tx)
    since = before.replace(year=before.year - (months + 11) // 12, day=1)
    found = await store.history(tx, [service_point_id], since, date.max)
    return [MonthShown(**month._asdict()) for month in found.get(service_point_id, [])][-months:]


ROUTERS = (router, import_routes(FILES, "coordinator", "it", "service"))
