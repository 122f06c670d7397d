"""Holds: who may set which is the pack's word."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

import uuid_utils.compat as time_ordered
from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.auth import CurrentCaller, allow
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Reason, Tx, Why
from services.collections.cases import work
from services.collections.facts import store as facts
from services.collections.holds import store
from services.collections.holds.tables import HoldRow
from services.collections.policy import TOWN, CollectionsPolicy, HoldKind
from services.collections.shapes import READERS

router = APIRouter(tags=["holds"])
PEOPLE = ("clerk", "specialist", "coordinator")


class HoldGiven(BaseModel):
    """A reason not to pursue an account, or only the items named, up to and including a day."""

    kind: HoldKind
    until: date | None = None
    items: Annotated[list[UUID], Field(min_length=1)] | None = None
    why: Why


class HoldShown(BaseModel):
    """A hold, who set it and why."""

    hold_id: UUID
    account_number: str
    kind: str
    set_by: str
    why: str
    since: date
    until: date | None
    items: list[UUID] | None


@router.get("/holds", dependencies=[allow(*READERS)])
async def list_holds(tx: Tx, ending_by: date | None = None) -> list[HoldShown]:
    """Holds that stand today; with `ending_by`, those that end by that day. The next to end comes first."""
    return [
        HoldShown(hold_id=hold.id, account_number=number, **hold.model_dump(exclude={"id", "account_id", "lifted"}))
        for hold, number in await store.standing(tx, await today(tx), ending_by)
    ]


@router.post("/accounts/{number}/holds", dependencies=[allow(*PEOPLE)])
async def set_hold(tx: Tx, caller: CurrentCaller, number: str, given: HoldGiven) -> UUID:
    """Set a hold: no step is taken while it stands, and an order that is out is taken back. Again changes nothing."""
    account, day = await facts.find_account(tx, number), await today(tx)
    against = refused((await TOWN.in_force(tx)).policy, given.kind, caller.roles, day, given.until)
    if against:
        raise Refused(against, 403)
    await facts.lock_accounts(tx, {account.id})
    hold = HoldRow(
        id=UUID(str(time_ordered.uuid7())),
        account_id=account.id,
        kind=given.kind,
        set_by=tx.actor,
        why=given.why,
        since=day,
        until=given.until,
        items=[str(one) for one in given.items] if given.items else None,
    )
    before = await store.already_set(tx, hold)
    if before:
        return before.id
    tx.session.add(hold)
    await tx.session.flush()
    tx.audit("hold", f"account {number}", given.why, after=given)
    await work.look_again(tx, {account.id})
    return hold.id


def refused(policy: CollectionsPolicy, kind: HoldKind, roles: frozenset[str], day: date, until: date | None) -> str:
    """Why a person may not set a hold, by the pack; empty when they may."""
    rule = policy.holds.get(kind)
    if rule is None:
        return f"This town has no {kind} holds; it has {', '.join(policy.holds)}."
    if not roles & set(rule.roles):
        return f"A {kind} hold takes one of these roles: {', '.join(rule.roles)}."
    if until is not None and until < day:
        return f"The hold would end on {until}, before today."
    if rule.longest_days and (until is None or until > day + timedelta(rule.longest_days)):
        return f"A {kind} hold stands for {rule.longest_days} days at most: until {day + timedelta(rule.longest_days)}."
    return ""


@router.post("/holds/{hold_id}/lift", dependencies=[allow("specialist", "coordinator")])
async def lift_hold(tx: Tx, hold_id: UUID, reason: Reason) -> UUID:
    """End a hold today."""
    hold, day = await store.find_hold(tx, hold_id), await today(tx)
    await facts.lock_accounts(tx, {hold.account_id})
    hold.lifted = day
    await tx.session.flush()
    tx.audit("lift hold", f"hold {hold_id}", reason.why)
    await work.look_again(tx, {hold.account_id})
    return hold.id
