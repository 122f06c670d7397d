"""What the office asks of collections: the list to approve, an account's cases, holds."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import uuid_utils.compat as time_ordered
from fastapi import APIRouter
from pydantic import BaseModel, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.days import today
from chassis.web import Tx
from services.collections import cases, store
from services.collections.tables import Case, Hold

router = APIRouter(tags=["collections"])
READERS = ("clerk", "specialist", "coordinator", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Why = Annotated[str, StringConstraints(min_length=3)]


class CaseShown(BaseModel):
    """A case: its step, what was past due, until when payment is asked, and what became of its notice."""

    case_id: UUID
    account_number: str
    step: str
    opened: date
    amount: Amount
    deadline: date | None
    closed: date | None
    notice: str | None


class Approval(BaseModel):
    """Which proposed reminders to send (all, unless `cases` names some), and why."""

    cases: list[UUID] | None = None
    why: Why


class Approved(BaseModel):
    """How many were reminded, and why others were not, by account number."""

    reminded: int
    left_out: dict[str, str]


class HoldGiven(BaseModel):
    """A reason not to pursue an account, up to and including a day."""

    kind: Annotated[str, StringConstraints(pattern="^(medical|dispute|bankruptcy|other)$")]
    until: date | None = None
    why: Why


@router.get("/reminders/proposed", dependencies=[allow(*READERS)])
async def proposed(tx: Tx) -> list[CaseShown]:
    """The reminders to look through, the largest first."""
    return [_shown(case, number) for case, number in await store.cases_at(tx, cases.PROPOSED)]


@router.post("/reminders/approve", dependencies=[allow("coordinator", "specialist")])
async def approve(tx: Tx, approval: Approval) -> Approved:
    """Send reminders; each account is looked at once more, and one that has paid is left out."""
    numbers = {case.account_id: number for case, number in await store.cases_at(tx, cases.PROPOSED)}
    listed = {case.id for case, _ in await store.cases_at(tx, cases.PROPOSED)}
    chosen = listed if approval.cases is None else listed & set(approval.cases)
    left_out = await cases.approve(tx, chosen, await today(tx))
    tx.audit("approve", "reminders", approval.why, after={"chosen": len(chosen), "left_out": len(left_out)})
    return Approved(
        reminded=len(chosen) - len(left_out), left_out={numbers[account]: why for account, why in left_out.items()}
    )


@router.get("/accounts/{number}/cases", dependencies=[allow(*READERS)])
async def list_cases(tx: Tx, number: str) -> list[CaseShown]:
    """An account's cases, the newest first."""
    account = await store.find_account(tx, number)
    return [_shown(case, number) for case in await store.cases_of(tx, account.id)]


@router.post("/accounts/{number}/holds", dependencies=[allow("specialist", "coordinator")])
async def set_hold(tx: Tx, number: str, given: HoldGiven) -> UUID:
    """Set a hold: no step is taken while it stands."""
    account, day = await store.find_account(tx, number), await today(tx)
    await store.lock_accounts(tx, {account.id})
    hold = Hold(
        id=UUID(str(time_ordered.uuid7())),
        account_id=account.id,
        kind=given.kind,
        set_by=tx.actor,
        why=given.why,
        since=day,
        until=given.until,
    )
    tx.session.add(hold)
    await tx.session.flush()
    tx.audit("hold", f"account {number}", given.why, after={"kind": given.kind, "until": str(given.until)})
    await _tell(tx, account.id, day)
    return hold.id


@router.post("/holds/{hold_id}/lift", dependencies=[allow("specialist", "coordinator")])
async def lift_hold(tx: Tx, hold_id: UUID, why: Why) -> UUID:
    """End a hold today."""
    hold, day = await store.find_hold(tx, hold_id), await today(tx)
    await store.lock_accounts(tx, {hold.account_id})
    hold.lifted = day
    tx.audit("lift hold", f"hold {hold_id}", why)
    await tx.session.flush()
    await _tell(tx, hold.account_id, day)
    return hold.id


async def _tell(tx: Tx, account_id: UUID, day: date) -> None:
    case = (await store.open_cases(tx, [account_id])).get(account_id)
    if case and case.step != cases.PROPOSED:
        await cases.tell(tx, case, day)


def _shown(case: Case, number: str) -> CaseShown:
    return CaseShown(
        case_id=case.id,
        account_number=number,
        **case.model_dump(include={"step", "opened", "amount", "deadline", "closed", "notice"}),
    )


ROUTERS = (router,)
