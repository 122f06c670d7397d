"""The routes of late charges."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis.auth import allow
from chassis.refusal import not_found
from chassis.web import Reason, Tx
from contracts.base import Money
from services.billing.customers import store as customers
from services.billing.late import deciding, store

router = APIRouter(prefix="/late-charges", tags=["late charges"])
READERS = allow("clerk", "specialist", "coordinator", "auditor", "service")
COORDINATOR = allow("coordinator")
State = Literal["proposed", "posted", "reversed", "dropped", "waived"]
Page = Annotated[int, Query(ge=1, le=10_000)]


class Approval(Reason):
    """Late charges to approve; all that are proposed when none is named."""

    charges: list[UUID] | None = None


class Approved(BaseModel):
    """The run that posts what was approved, and how many charges it looks at once more."""

    run: UUID
    charges: int


class LateChargeShown(BaseModel):
    """A late charge: the `number`th of its bill, on what was unpaid (`base`) when `free_through` had passed."""

    charge_id: UUID
    account: str | None
    number: int
    free_through: date
    base: Money
    amount: Money
    state: str
    proposed_on: date
    decided_on: date | None
    decided_by: str | None
    why: str
    held: str


@router.get("/proposed", dependencies=[READERS])
async def show_proposed(tx: Tx, limit: Page = 1000) -> list[LateChargeShown]:
    """What waits for a person; `held` says why one could not be approved."""
    return await _shown(tx, "proposed", None, limit)


@router.get("", dependencies=[READERS])
async def show_charges(
    tx: Tx, account: str | None = None, state: State | None = None, limit: Page = 1000
) -> list[LateChargeShown]:
    """Late charges of an account, or in a state, the newest first."""
    account_id = await customers.id_of(tx, account) if account else None
    if account and account_id is None:
        raise not_found("account", account)
    return await _shown(tx, state, account_id, limit)


@router.post("/approve", dependencies=[COORDINATOR])
async def approve_charges(tx: Tx, approval: Approval) -> Approved:
    """Approve what was proposed; each is looked at once more before it is posted."""
    run, charges = await deciding.approve(tx, approval.charges, approval.why)
    return Approved(run=run, charges=charges)


@router.post("/{charge_id}/waive", dependencies=[COORDINATOR])
async def waive_charge(tx: Tx, charge_id: UUID, reason: Reason) -> LateChargeShown:
    """Give a late charge up; if it was posted, it is taken back."""
    row = await deciding.waive(tx, charge_id, reason.why)
    await tx.session.flush()
    (shown,) = [one for one in await _shown(tx, row.state, row.account_id, 10_000) if one.charge_id == charge_id]
    return shown


async def _shown(tx: Tx, state: str | None, account: UUID | None, limit: int) -> list[LateChargeShown]:
    fields = list(LateChargeShown.model_fields)
    rows = await store.shown(tx, state, account, limit)
    return [LateChargeShown(**dict(zip(fields, row, strict=True))) for row in rows]


ROUTERS = (router,)
