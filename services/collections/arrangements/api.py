"""Arrangements: made, listed and ended by a person; whether one is kept follows from what is paid."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import uuid_utils.compat as time_ordered
from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.auth import allow
from chassis.days import today
from chassis.refusal import Refused
from chassis.web import Reason, Tx, Why
from services.collections.arrangements import store
from services.collections.arrangements.rules import Installment, State, refused
from services.collections.arrangements.tables import ArrangementRow
from services.collections.cases import work
from services.collections.cases.known import Known, known, terms
from services.collections.facts import store as facts
from services.collections.shapes import DECIDERS, READERS, Amount
from services.collections.timeline.standing import ZERO, Item

router = APIRouter(tags=["arrangements"])


class Part(BaseModel):
    """So much by a day."""

    due: date
    amount: Annotated[Amount, Field(gt=Decimal(0), decimal_places=2)]


class ArrangementGiven(BaseModel):
    """Installments in order (a down payment is the first, due today), and which items they cover: all past due, unless
    `covers` names some."""

    installments: Annotated[list[Part], Field(min_length=1)]
    covers: Annotated[list[UUID], Field(min_length=1)] | None = None
    why: Why


class ArrangementShown(BaseModel):
    """An arrangement, who made it and why, and how it stands since when."""

    arrangement_id: UUID
    account_number: str
    made_on: date
    made_by: str
    why: str
    installments: list[Part]
    covers: list[UUID]
    state: str
    since: date


@router.get("/arrangements", dependencies=[allow(*READERS)])
async def list_arrangements(tx: Tx, state: State = State.KEPT) -> list[ArrangementShown]:
    """Arrangements that are kept, or paid, broken, cancelled; the oldest first."""
    return [_shown(row, number) for row, number in await store.at(tx, state)]


@router.post("/accounts/{number}/arrangements", dependencies=[allow(*DECIDERS)])
async def make(tx: Tx, number: str, given: ArrangementGiven) -> ArrangementShown:
    """Agree to payment in parts: what it covers is not pursued while it is kept."""
    account, day = await facts.find_account(tx, number), await today(tx)
    await facts.lock_accounts(tx, {account.id})
    under = await terms(tx, day)
    one = (await known(tx, [account.id], under))[account.id]
    covered = _covered(one, given.covers)
    parts = [Installment(part.due, part.amount) for part in given.installments]
    amount = sum((item.amount for item in covered), ZERO)
    against = _not_now(one) or refused(under.policy.arrangements, amount, parts, day)
    if against:
        raise Refused(against)
    row = _row(one, given, covered, day, tx.actor)
    tx.session.add(row)
    await tx.session.flush()
    tx.audit("arrangement", f"account {number}", given.why, after=given)
    await work.look_again(tx, {account.id})
    return _shown(row, number)


def _covered(one: Known, named: list[UUID] | None) -> list[Item]:
    items = {item.id: item for item in one.standing.items}
    missing = [str(item) for item in named or () if item not in items]
    if missing or not items:
        raise Refused(f"Not past due on this account: {', '.join(missing) or 'nothing is'}.")
    return [items[item] for item in named or items]


def _not_now(one: Known) -> str:
    if one.agreed_state == State.KEPT:
        return "An arrangement is being kept already. End it first."
    if one.standing.posting:
        return "A payment was received that is not in the balance yet. Wait until it is."
    return ""


def _row(one: Known, given: ArrangementGiven, covered: list[Item], day: date, actor: str) -> ArrangementRow:
    return ArrangementRow(
        id=UUID(str(time_ordered.uuid7())),
        account_id=one.account_id,
        made_on=day,
        made_by=actor,
        why=given.why,
        installments=[part.model_dump(mode="json") for part in given.installments],
        covers=[str(item.id) for item in covered],
        from_seq=one.standing.payments_known,
        state=State.KEPT,
        since=day,
    )


@router.post("/arrangements/{arrangement_id}/cancel", dependencies=[allow(*DECIDERS)])
async def cancel(tx: Tx, arrangement_id: UUID, reason: Reason) -> UUID:
    """End an arrangement: the case goes on where it stood."""
    row, day = await store.find(tx, arrangement_id), await today(tx)
    await facts.lock_accounts(tx, {row.account_id})
    await tx.session.refresh(row)
    if row.state != State.KEPT:
        raise Refused(f"It is {row.state} already, since {row.since}.")
    row.state, row.since = State.CANCELLED, day
    await tx.session.flush()
    tx.audit("cancel arrangement", f"arrangement {arrangement_id}", reason.why)
    await work.look_again(tx, {row.account_id})
    return row.id


def _shown(row: ArrangementRow, number: str) -> ArrangementShown:
    return ArrangementShown(
        arrangement_id=row.id, account_number=number, **row.model_dump(exclude={"id", "account_id", "from_seq"})
    )
