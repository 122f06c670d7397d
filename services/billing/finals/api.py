"""Final bills and refunds over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis.auth import allow
from chassis.web import Reason, Tx
from contracts.billing import BillIssued
from services.billing.finals import deciding, refunds, store, undoing
from services.billing.finals.deciding import RefundWish

finals = APIRouter(prefix="/finals", tags=["final bills"])
given_back = APIRouter(prefix="/refunds", tags=["refunds"])
READERS = allow("clerk", "specialist", "coordinator", "auditor", "service")
OFFICE = allow("specialist", "coordinator")
COORDINATOR = allow("coordinator")
Limit = Annotated[int, Query(ge=1, le=10_000)]


class Approval(Reason):
    """Accounts whose proposed final bills go out."""

    accounts: Annotated[list[str], Field(min_length=1, max_length=500)]


class OneAccount(Reason):
    """An account whose final bill is held, let go or taken back."""

    account: str


class RefundOrder(Reason):
    """Credit of an account to be paid out, in dollars. `refund_id`, if given, makes asking twice one refund."""

    account: str
    amount: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]
    refund_id: UUID | None = None


class EndingShown(BaseModel):
    """An account that has ended. `code` and `reason` say what it waits for; `total` is what it is proposed to cost."""

    account: str
    account_id: UUID
    ends: date
    state: str
    code: str | None
    reason: str | None
    total: Decimal | None
    since: date
    days_waiting: int | None


class DecidedShown(BaseModel):
    """What became of an account's final bill; dollars of its charges."""

    account: str
    state: str
    total: Decimal | None
    reason: str | None


class CreditKept(BaseModel):
    """Credit of an account that has ended, in dollars, and since when it is unused."""

    account: str
    account_id: UUID
    closed: date
    credit: Decimal
    since: date


class RefundShown(BaseModel):
    """A refund in dollars: `due`, `paid` (with the number of its check) or `cancelled` (with the reason)."""

    refund_id: UUID
    account_id: UUID
    account: str | None = None
    amount: Decimal
    reason: str
    bill_id: UUID | None
    why: str
    asked_by: str
    state: str
    business_date: date
    settled_on: date | None
    reference: str | None


@finals.get("/waiting", dependencies=[READERS])
async def waiting(tx: Tx, limit: Limit = 1000) -> list[EndingShown]:
    """Accounts that have ended and can't be billed yet, the oldest first, each with what it waits for."""
    return [EndingShown(**row) for row in await store.listed(tx, ("waiting", "held"), limit)]


@finals.get("/proposed", dependencies=[READERS])
async def proposed(tx: Tx, limit: Limit = 1000) -> list[EndingShown]:
    """Final bills that a person is to approve."""
    return [EndingShown(**row) for row in await store.listed(tx, ("proposed",), limit)]


@finals.get("/credits", dependencies=[READERS])
async def credits_kept(tx: Tx, limit: Limit = 1000) -> list[CreditKept]:
    """Credit that stays on accounts that have ended, the oldest first: for the state's unclaimed property."""
    return [CreditKept(**row) for row in await store.small_credits(tx, limit)]


@finals.get("/accounts/{number}", dependencies=[READERS])
async def ahead(tx: Tx, number: str) -> BillIssued:
    """One account's final bill, whole, as it would be issued now."""
    return await deciding.ahead(tx, number)


@finals.post("/approve", dependencies=[COORDINATOR])
async def approve(tx: Tx, body: Approval) -> list[DecidedShown]:
    """Issue proposed final bills; one whose charges changed since is proposed again."""
    return [DecidedShown(**one._asdict()) for one in await deciding.approve(tx, body.accounts, body.why)]


@finals.post("/hold", dependencies=[OFFICE], status_code=204)
async def hold(tx: Tx, body: OneAccount) -> None:
    """Keep an account's final bill from going out."""
    await deciding.hold(tx, body.account, body.why)


@finals.post("/let-go", dependencies=[OFFICE], status_code=204)
async def let_go(tx: Tx, body: OneAccount) -> None:
    """Let a held final bill go with the next day's run."""
    await deciding.let_go(tx, body.account, body.why)


@finals.post("/undo", dependencies=[COORDINATOR], status_code=204)
async def undo(tx: Tx, body: OneAccount) -> None:
    """Take an account's newest final bill back; it is held until it is let go."""
    await undoing.undo(tx, body.account, body.why)


@given_back.post("", dependencies=[OFFICE])
async def refund(tx: Tx, body: RefundOrder) -> RefundShown:
    """Take credit off an account so that it is paid out; never more than there is."""
    made = await deciding.give_back(tx, RefundWish(body.refund_id, body.account, body.amount, body.why))
    return RefundShown(**made.model_dump(), account=body.account)


@given_back.get("", dependencies=[READERS])
async def listed(tx: Tx, state: Literal["due", "paid", "cancelled"] = "due", limit: Limit = 1000) -> list[RefundShown]:
    """Refunds in a state, the oldest first."""
    return [RefundShown(**row) for row in await refunds.listed(tx, state, limit)]


ROUTERS = (finals, given_back)
