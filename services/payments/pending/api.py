"""Promises of money over HTTP: what is on its way, and what a clerk hears by phone."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, PlainSerializer, StringConstraints

from chassis.auth import allow
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Tx, Why
from contracts.payments import Channel, Outcome, Purpose, TenderKind
from services.payments import store
from services.payments.pending import promising
from services.payments.pending import store as promises
from services.payments.pending.rules import FAILED, PENDING
from services.payments.pending.tables import Pending
from services.payments.policy import TOWN
from services.payments.taking import Money, fault

router = APIRouter(tags=["pending"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Promised(BaseModel):
    """What a card processor says on the phone: `reference` is its number, under which its payment will come.

    The vendor's own message with that number makes it good. So does money entered with its `pending_id`.
    """

    vendor: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    reference: Short
    account_number: Short
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=12)]
    channel: Channel = Channel.PHONE
    why: Why


class Broken(BaseModel):
    """Why promised money won't come."""

    reason: Why


class PendingShown(BaseModel):
    """A promise. It holds late charges and shutoff while its `state` is pending, through `expires`."""

    pending_id: UUID
    account_number: str
    amount: Amount
    channel: str
    source: str
    source_key: str
    expires: date
    state: str
    reason: str
    business_date: date


@router.post("/pending", dependencies=[allow("clerk", "cashier", "coordinator")])
async def register_promise(tx: Tx, given: Promised) -> PendingShown:
    """Register a promise of money; the same again changes nothing."""
    town, day = await TOWN.in_force(tx), await today(tx)
    account = await store.find_account(tx, given.account_number)
    money = _money(given, datetime.combine(day, time(0), town.zone))
    wrong = fault(money, town.policy, day, town.zone)
    if wrong:
        raise Refused(wrong, 422)
    await store.lock_accounts(tx, {account.id})
    ((outcome, reason),) = await promising.promise(tx, town, day, [(money, None)])
    if outcome == Outcome.CONFLICT:
        raise Refused(reason)
    await tx.session.flush()
    tx.audit("promise", f"account {given.account_number}", given.why, after=given.model_dump(mode="json"))
    return _shown(await promises.find(tx, money.pending_id))


@router.post("/pending/{pending_id}/fail", dependencies=[allow("clerk", "cashier", "coordinator")])
async def fail_promise(tx: Tx, pending_id: UUID, broken: Broken) -> PendingShown:
    """Note that promised money won't come: nothing is held for it any longer."""
    await store.lock_accounts(tx, await promises.accounts_of(tx, {pending_id}))
    one = await promises.find(tx, pending_id)
    if one.state != PENDING:
        raise Refused(f"Pending payment {one.source_key} is {one.state} already.")
    promising.release(tx, one, FAILED, broken.reason, await today(tx))
    tx.audit("fail", f"pending payment {pending_id}", broken.reason, {"state": PENDING}, {"state": FAILED})
    return _shown(one)


@router.get("/pending", dependencies=[allow(*READERS)])
async def list_pending(tx: Tx, state: str = PENDING, limit: int = 200) -> list[PendingShown]:
    """Money on its way, by its last day; `state` asks for what was received, failed or expired instead."""
    return [_shown(one) for one in await promises.listed(tx, state, min(limit, 1000))]


def _money(given: Promised, at: datetime) -> Money:
    return Money(
        source=f"vendor:{given.vendor}",
        source_key=given.reference,
        account_number=given.account_number,
        amount=given.amount,
        channel=given.channel,
        tender=TenderKind.CARD,
        purpose=Purpose.BALANCE,
        payer="",
        taken_at=at,
    )


def _shown(one: Pending) -> PendingShown:
    return PendingShown.model_validate(one.model_dump(include=set(PendingShown.model_fields)))
