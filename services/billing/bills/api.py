"""Bills as an office asks for them, the proof of one, and revenue by service."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis.auth import allow
from chassis.web import Tx
from contracts.billing import BillIssued
from services.billing.bills import store
from services.billing.bills.rederiving import Rederived, rederive

router = APIRouter(tags=["bills"])
READERS = ("clerk", "specialist", "coordinator", "auditor", "service")


class BillShown(BaseModel):
    """A bill in a list; dollars."""

    number: str
    kind: str
    bill_date: date
    due_date: date
    period_start: date
    period_end: date
    current_charges: Decimal
    amount_due: Decimal
    cancelled_on: date | None


class WholeBill(BaseModel):
    """A bill as it was issued, and whether it was taken back since."""

    bill: BillIssued
    cancelled_on: date | None
    cancel_reason: str | None


class Revenue(BaseModel):
    """Dollars billed for one service, on so many bills."""

    service: str
    bills: int
    amount: Decimal


@router.get("/bills", dependencies=[allow(*READERS)])
async def bills_of(tx: Tx, account: str, limit: Annotated[int, Query(ge=1, le=1000)] = 24) -> list[BillShown]:
    """The bills of an account, the newest first."""
    return [BillShown(**row) for row in await store.of_account(tx, account, limit)]


@router.get("/bills/{number}", dependencies=[allow(*READERS)])
async def bill(tx: Tx, number: str) -> WholeBill:
    """One bill, with every line's rule and tariff version."""
    found = await store.find(tx, number)
    return WholeBill(
        bill=BillIssued.model_validate_json(found.document),
        cancelled_on=found.cancelled_on,
        cancel_reason=found.cancel_reason,
    )


@router.get("/bills/{number}/rederive", dependencies=[allow(*READERS)])
async def rederived(tx: Tx, number: str) -> Rederived:
    """Make a bill again from what was stored with it, and compare it byte for byte with what was issued."""
    return await rederive(tx, await store.find(tx, number))


@router.get("/reports/revenue", dependencies=[allow(*READERS)])
async def revenue(tx: Tx, first: date, last: date) -> list[Revenue]:
    """Dollars billed by service, of bills dated in these days, both included."""
    return [Revenue(**row) for row in await store.revenue(tx, first, last)]


ROUTERS = (router,)
