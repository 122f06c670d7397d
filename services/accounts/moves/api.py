"""Moves over HTTP."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from chassis.auth import CurrentCaller, allow
from chassis.days import today
from chassis.web import Tx
from services.accounts import announce
from services.accounts import store as accounts
from services.accounts.moves import moving, showing, store, undoing
from services.accounts.moves.shapes import (
    AskedAgain,
    Cancelling,
    Confirmation,
    FinalAccount,
    MoveGiven,
    MoveShown,
    Redated,
)
from services.accounts.moves.tables import Move
from services.accounts.policy import TOWN

router = APIRouter(tags=["moves"])
READERS = ("clerk", "specialist", "coordinator", "cashier", "auditor")
CLERKS = ("clerk", "specialist", "coordinator")


@router.post("/moves", dependencies=[allow(*CLERKS)])
async def make_move(tx: Tx, caller: CurrentCaller, given: MoveGiven) -> MoveShown:
    """Move a customer out, in, both at one premise, or from one premise to another; all of it or nothing."""
    made = await moving.make(tx, given, coordinator="coordinator" in caller.roles)
    return await _answer(tx, made.move, "repeat" if made.repeated else "move", given.why)


@router.get("/moves/waiting", dependencies=[allow(*READERS)])
async def waiting_moves(tx: Tx) -> list[dict[str, Any]]:
    """Moves whose reads are missing, oldest first, with the days since the oldest missing read was wanted."""
    day = await today(tx)
    found = await showing.shown(tx, await store.waiting(tx))
    return [one.model_dump(mode="json") | {"days": _days_late(one, day)} for one in found]


@router.get("/moves/finals", dependencies=[allow(*READERS)])
async def final_accounts(tx: Tx, day: date | None = None) -> list[FinalAccount]:
    """Accounts that are final on a day (today, unless said): the day before was their last."""
    return await showing.finals(tx, day or await today(tx))


@router.get("/moves/{move_id}", dependencies=[allow(*READERS)])
async def show_move(tx: Tx, move_id: UUID) -> MoveShown:
    """One move."""
    return (await showing.shown(tx, [await store.find(tx, move_id)]))[0]


@router.get("/accounts/{number}/moves", dependencies=[allow(*READERS)])
async def moves_of(tx: Tx, number: str) -> list[MoveShown]:
    """The moves of an account, newest first."""
    return await showing.shown(tx, await store.of_account(tx, (await accounts.find(tx, number)).id))


@router.post("/moves/{move_id}/redate", dependencies=[allow("specialist", "coordinator")])
async def redate_move(tx: Tx, caller: CurrentCaller, move_id: UUID, right: Redated) -> MoveShown:
    """Give a move the days it really had; both parties are corrected together."""
    move = await undoing.redate(tx, move_id, right, coordinator="coordinator" in caller.roles)
    return await _answer(tx, move, "redate", right.why)


@router.post("/moves/{move_id}/reads", dependencies=[allow(*CLERKS)])
async def read_again(tx: Tx, move_id: UUID, asked: AskedAgain) -> MoveShown:
    """Ask anew for the reads that a move misses, or give them."""
    return await _answer(tx, await undoing.read_again(tx, move_id, asked.reads), "read again", asked.why)


@router.post("/moves/{move_id}/cancel", dependencies=[allow("specialist", "coordinator")])
async def cancel_move(tx: Tx, caller: CurrentCaller, move_id: UUID, cancelling: Cancelling) -> MoveShown:
    """Take back a move that did not happen and is not billed."""
    move = await undoing.cancel(tx, move_id, cancelling, coordinator="coordinator" in caller.roles)
    return await _answer(tx, move, "cancel", cancelling.why)


@router.post("/accounts/{number}/confirm", dependencies=[allow("specialist", "coordinator")])
async def confirm_account(tx: Tx, number: str, confirmation: Confirmation) -> dict[str, Any]:
    """Note that a new customer's services and rates are right, correcting the attributes that were not."""
    account = await accounts.find(tx, number)
    await store.lock_accounts(tx, {account.id})
    agreements = (await accounts.agreements_of(tx, {account.id})).get(account.id, [])
    before = {one.service: one.attributes for one in agreements}
    for one in agreements:
        one.attributes = {**one.attributes, **confirmation.attributes.get(one.service, {})}
    account.confirmed_on, account.confirmed_by = await today(tx), tx.actor
    after = {one.service: one.attributes for one in agreements}
    tx.audit("confirm", f"account {number}", confirmation.why, before, after)
    await tx.session.flush()
    await announce.announce(tx, {account.id})
    return {"account_number": number, "confirmed_on": account.confirmed_on, "services": after}


@router.get("/premises", dependencies=[allow(*READERS)])
async def find_premises(tx: Tx, address: str) -> list[dict[str, Any]]:
    """Premises by a part of their address, with who is or was last there."""
    return await store.premises_like(tx, address)


@router.get("/premises/vacant", dependencies=[allow(*READERS, "field")])
async def vacant_premises(tx: Tx) -> list[dict[str, Any]]:
    """Premises between two customers, the longest vacancy first, with its days."""
    day = await today(tx)
    return [one | {"days": (day - one["since"]).days} for one in await store.vacant_premises(tx, day)]


@router.get("/people", dependencies=[allow(*READERS)])
async def find_people(tx: Tx, name: str) -> list[dict[str, Any]]:
    """People by a part of their name, with the accounts they answer for; the search is noted."""
    tx.audit("look", f"people {name}", "searched by name")
    return await store.people_like(tx, name)


async def _answer(tx: Tx, move: Move, action: str, why: str) -> MoveShown:
    (answer,) = await showing.shown(tx, [move])
    tx.audit(action, f"move {move.request}", why, after=answer)
    answer.warnings = await _warnings(tx, move)
    return answer


async def _warnings(tx: Tx, move: Move) -> list[str]:
    days = (await TOWN.in_force(tx)).policy.moves.back_days
    first_day = min(one for one in (move.ends, move.starts) if one)
    late = [f"The move is dated more than {days} days back: bills of both parties may be corrected."]
    return [*(late if first_day < await today(tx) - timedelta(days) else []), *await showing.warnings(tx, move)]


def _days_late(move: MoveShown, day: date) -> int:
    return max([(day - one.wanted_on).days for one in move.reads if one.state != "read"], default=0)
