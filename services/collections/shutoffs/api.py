"""The daily shutoff list, stops, accounts that are off, and water turned on by a person's word."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

import uuid_utils.compat as time_ordered
from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from chassis.auth import allow
from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Reason, Tx, Why
from services.collections.cases import store as cases
from services.collections.cases import work
from services.collections.facts import store as facts
from services.collections.shapes import DECIDERS, READERS, Amount, Chosen, Decided, Named
from services.collections.shutoffs import store
from services.collections.shutoffs.tables import StopRow
from services.collections.timeline import machine, shutoffs
from services.collections.timeline.case import Case
from services.collections.timeline.outcome import Outcome
from services.collections.timeline.standing import Standing
from services.collections.timeline.terms import Terms

router = APIRouter(tags=["shutoffs"])


class ListedShown(BaseModel):
    """An account on a day's list: proposed, removed and why, approved, or shut off."""

    account_number: str
    case_id: UUID
    state: str
    amount: Amount
    why: str


class StopGiven(BaseModel):
    """Days on which nobody is shut off, both ends included."""

    name: Annotated[str, Field(min_length=2, max_length=80)]
    first: date
    last: date
    why: Why

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("the last day comes before the first")
        return self


class StopShown(BaseModel):
    """A stop, and who set it."""

    stop_id: UUID
    name: str
    first: date
    last: date
    why: str
    set_by: str
    lifted: date | None


class OffShown(BaseModel):
    """An account whose water is off, and how far turning it on is."""

    account_number: str
    case_id: UUID
    step: str | None
    off_since: date | None
    amount: Amount
    free: bool


class RestoreAsked(BaseModel):
    """A person has the water turned on, whatever was paid: free of charge or not, after hours or not."""

    free: bool = False
    after_hours: bool = False
    why: Why


@router.get("/shutoffs/{day}", dependencies=[allow(*READERS, "field")])
async def list_of_day(tx: Tx, day: date) -> list[ListedShown]:
    """The list of a day and what became of each account on it, the largest first."""
    return [
        ListedShown(account_number=number, **row.model_dump(include={"case_id", "state", "amount", "why"}))
        for row, number in await store.list_of(tx, day)
    ]


@router.post("/shutoffs/{day}/approve", dependencies=[allow(*DECIDERS)])
async def approve(tx: Tx, day: date, chosen: Chosen) -> Decided:
    """Order today's shutoffs, each account looked at once more: whoever paid meanwhile is left out, and why."""
    await store.pass_gate(tx)
    accounts = await _on_list(tx, day, chosen.accounts)
    against = await work.decide(tx, accounts.values(), day, shutoffs.ordered)
    return _decided(tx, "approve shutoff", accounts, against, chosen.why)


@router.post("/shutoffs/{day}/remove", dependencies=[allow(*DECIDERS)])
async def remove(tx: Tx, day: date, chosen: Named) -> Decided:
    """Take accounts off today's list; tomorrow's work looks again. To stop longer, set a hold."""

    def move(case: Case, standing: Standing, under: Terms) -> tuple[Outcome, str]:
        return shutoffs.delisted(case, chosen.why), ""

    accounts = await _on_list(tx, day, chosen.accounts)
    against = await work.decide(tx, accounts.values(), day, move)
    return _decided(tx, "remove from shutoff list", accounts, against, chosen.why)


async def _on_list(tx: Transaction, day: date, named: list[str] | None) -> dict[str, UUID]:
    current = await today(tx)
    if day != current:
        raise Refused(f"The list of {day} can't be decided on {current}: only today's can.")
    listed = {number: row.account_id for row, number in await store.list_of(tx, day) if row.state == "proposed"}
    missing = sorted(set(named or ()) - set(listed))
    if missing:
        raise Refused(f"Not on today's list: {', '.join(missing)}. Read the list again.")
    return {number: listed[number] for number in named or listed}


def _decided(tx: Transaction, what: str, accounts: dict[str, UUID], against: dict[UUID, str], why: str) -> Decided:
    left_out = {number: against[account] for number, account in accounts.items() if account in against}
    for number in accounts:
        tx.audit(what, f"account {number}", why, after={"left out": left_out.get(number, "")})
    return Decided(done=len(accounts) - len(left_out), left_out=left_out)


@router.get("/off", dependencies=[allow(*READERS, "field")])
async def accounts_off(tx: Tx) -> list[OffShown]:
    """Accounts whose water is off for non-payment, the longest first."""
    return [
        OffShown(
            account_number=number,
            case_id=case.id,
            **case.model_dump(include={"step", "off_since", "amount", "free"}),
        )
        for case, number in await cases.off(tx)
    ]


@router.post("/accounts/{number}/restore", dependencies=[allow("coordinator")])
async def restore(tx: Tx, number: str, asked: RestoreAsked) -> Decided:
    """Have the water turned on although not enough was paid."""

    def move(case: Case, standing: Standing, under: Terms) -> tuple[Outcome, str]:
        if not case.off:
            return Outcome(case), "Its water is not off."
        return machine.restore_asked(case, asked.free, asked.after_hours, standing, under), ""

    account, day = await facts.find_account(tx, number), await today(tx)
    against = await work.decide(tx, [account.id], day, move)
    return _decided(tx, "restore", {number: account.id}, against, asked.why)


@router.get("/stops", dependencies=[allow(*READERS)])
async def list_stops(tx: Tx) -> list[StopShown]:
    """Days without shutoffs that people set, from today on. The pack's own are in the pack."""
    return [_stop(one) for one in await store.stops(tx, await today(tx))]


@router.post("/stops", dependencies=[allow("coordinator")])
async def set_stop(tx: Tx, given: StopGiven) -> StopShown:
    """Stop shutoffs for some days; orders that are out today are taken back."""
    await store.close_gate(tx)
    stop = StopRow(id=UUID(str(time_ordered.uuid7())), set_by=tx.actor, **given.model_dump())
    tx.session.add(stop)
    await tx.session.flush()
    tx.audit("stop shutoffs", f"stop {stop.id}", given.why, after=given)
    await _look_again_at_all(tx)
    return _stop(stop)


@router.post("/stops/{stop_id}/lift", dependencies=[allow("coordinator")])
async def lift_stop(tx: Tx, stop_id: UUID, reason: Reason) -> StopShown:
    """End a stop; the next day's list is made without it."""
    stop = await store.find_stop(tx, stop_id)
    stop.lifted = await today(tx)
    tx.audit("lift stop", f"stop {stop_id}", reason.why)
    return _stop(stop)


async def _look_again_at_all(tx: Transaction) -> None:
    ids = await store.about_to_be_shut_off(tx)
    await facts.lock_accounts(tx, ids)
    await work.look_again(tx, ids)


def _stop(stop: StopRow) -> StopShown:
    return StopShown(stop_id=stop.id, **stop.model_dump(exclude={"id"}))
