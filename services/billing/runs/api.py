"""Billing runs over HTTP: begin, review, approve, certify, close, undo."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from chassis import runs
from chassis.auth import allow
from chassis.database import Transaction
from chassis.web import Reason, Tx
from contracts.billing import BillIssued
from services.billing.runs import registers, starting, store
from services.billing.runs.certificate import Certificate
from services.billing.runs.certifying import certify
from services.billing.runs.registers import Comparison
from services.billing.runs.starting import RunOrder
from services.billing.runs.store import BillingRun
from services.billing.runs.totals import Totals

router = APIRouter(prefix="/runs", tags=["billing runs"])
READERS = allow("clerk", "specialist", "coordinator", "auditor", "service")
OFFICE = allow("specialist", "coordinator")
COORDINATOR = allow("coordinator")
Page = Annotated[int, Query(ge=1, le=10_000)]


class HoldOrder(Reason):
    """An account to hold by hand."""

    account: str


class RunShown(BaseModel):
    """A run: calculating, review, issuing, issued, closed; or undoing, undone. `totals` are dollars."""

    id: UUID
    state: str
    cycle: str
    period_start: date
    period_end: date
    bill_date: date
    due_date: date
    pack_hash: str
    started_by: str
    approved_by: str | None
    progress: list[dict[str, Any]] = []
    accounts: dict[str, int] = {}
    totals: Totals | None = None


class RunAccountShown(BaseModel):
    """An account of a run. `bill` is its number once issued; `total` its current charges in dollars."""

    ordinal: int
    account_id: UUID
    account: str | None
    state: str
    services: list[str]
    hold_code: str | None
    hold_reason: str | None
    total: Decimal | None
    exceptions: list[str]
    bill: str | None


@router.post("", dependencies=[OFFICE])
async def begin(tx: Tx, order: RunOrder) -> RunShown:
    """Begin to bill a cycle; asking again for the same cycle and period answers the same run."""
    return _shown(await starting.begin(tx, order))


@router.get("", dependencies=[READERS])
async def listed(tx: Tx, limit: Page = 50) -> list[RunShown]:
    """The newest runs."""
    return [_shown(run) for run in await store.listed(tx, limit)]


@router.get("/{run_id}", dependencies=[READERS])
async def show(tx: Tx, run_id: UUID) -> RunShown:
    """A run with its progress and what it comes to."""
    return await _whole(tx, await store.find(tx, run_id))


@router.get("/{run_id}/register", dependencies=[READERS])
async def register(tx: Tx, run_id: UUID) -> Totals:
    """Charges by service and line code."""
    return await registers.totals(tx, await store.find(tx, run_id))


@router.get("/{run_id}/register.csv", dependencies=[READERS])
async def register_csv(tx: Tx, run_id: UUID) -> StreamingResponse:
    """The billing register: one row an account."""
    run = await store.find(tx, run_id)
    parts = [part async for part in registers.register_csv(tx, run)]
    name = f"register-{run.cycle}-{run.period_end}.csv"
    return StreamingResponse(
        iter(parts), media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/{run_id}/exceptions", dependencies=[READERS])
async def exceptions(tx: Tx, run_id: UUID, code: str = "", after: int = 0, limit: Page = 1000) -> list[RunAccountShown]:
    """Bills that a person should look at, all or those of one code; go on after the last `ordinal`."""
    return [RunAccountShown(**row) for row in await store.account_rows(tx, run_id, after, limit, exception=code)]


@router.get("/{run_id}/holds", dependencies=[READERS])
async def holds(tx: Tx, run_id: UUID, after: int = 0, limit: Page = 1000) -> list[RunAccountShown]:
    """Accounts that are not billed, each with its reason."""
    return [RunAccountShown(**row) for row in await store.account_rows(tx, run_id, after, limit, held=True)]


@router.get("/{run_id}/accounts", dependencies=[READERS])
async def accounts(tx: Tx, run_id: UUID, after: int = 0, limit: Page = 1000) -> list[RunAccountShown]:
    """Every account of a run."""
    return [RunAccountShown(**row) for row in await store.account_rows(tx, run_id, after, limit)]


@router.get("/{run_id}/accounts/{number}", dependencies=[READERS])
async def bill_ahead(tx: Tx, run_id: UUID, number: str) -> BillIssued:
    """One account's bill, whole, as the run would issue it now."""
    return await registers.bill_ahead(tx, await store.find(tx, run_id), number)


@router.get("/{run_id}/comparison", dependencies=[READERS])
async def comparison(tx: Tx, run_id: UUID) -> Comparison:
    """The run beside the last one of its cycle."""
    return await registers.comparison(tx, await store.find(tx, run_id))


@router.get("/{run_id}/certificate", dependencies=[READERS])
async def certificate(tx: Tx, run_id: UUID) -> Certificate:
    """Who was expected, billed and held, and whether bills, register and ledger agree, counted now."""
    return await certify(tx, await store.find(tx, run_id))


@router.post("/{run_id}/recalculate", dependencies=[OFFICE])
async def recalculate(tx: Tx, run_id: UUID, body: Reason) -> RunShown:
    """Count and price anew while in review, after what held accounts was put right."""
    return _shown(await starting.recalculate(tx, run_id, body.why))


@router.post("/{run_id}/approve", dependencies=[COORDINATOR])
async def approve(tx: Tx, run_id: UUID, body: Reason) -> RunShown:
    """Issue the previewed bills; takes another person than the one who began the run."""
    return _shown(await starting.approve(tx, run_id, body.why))


@router.post("/{run_id}/undo", dependencies=[COORDINATOR])
async def undo(tx: Tx, run_id: UUID, body: Reason) -> RunShown:
    """Discard the run, or take all its bills back if some were issued."""
    return _shown(await starting.undo(tx, run_id, body.why))


@router.post("/{run_id}/retry", dependencies=[OFFICE])
async def retry(tx: Tx, run_id: UUID, body: Reason) -> RunShown:
    """Try the chunks again that failed."""
    return _shown(await starting.retry(tx, run_id, body.why))


@router.post("/{run_id}/holds", dependencies=[COORDINATOR])
async def hold(tx: Tx, run_id: UUID, body: HoldOrder) -> RunShown:
    """Hold an account that became known only after the run began; its next bill charges the period."""
    return _shown(await starting.hold(tx, run_id, body.account, body.why))


@router.post("/{run_id}/close", dependencies=[COORDINATOR])
async def close(tx: Tx, run_id: UUID, body: Reason) -> RunShown:
    """Close an issued run; refused unless its certificate holds."""
    return _shown(await starting.close(tx, run_id, body.why))


def _shown(run: BillingRun) -> RunShown:
    return RunShown.model_validate(run._asdict())


async def _whole(tx: Transaction, run: BillingRun) -> RunShown:
    return _shown(run).model_copy(
        update={
            "progress": await runs.progress(tx, run.id),
            "accounts": await store.counted(tx, run.id),
            "totals": await registers.totals(tx, run),
        }
    )


ROUTERS = (router,)
