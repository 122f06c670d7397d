"""Correcting a move: other days for both parties in one transaction, or taking all of it back."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.database import Transaction
from chassis.days import today
from chassis.refusal import Refused
from services.accounts import announce
from services.accounts import store as accounts
from services.accounts.moves import asking, rules, store
from services.accounts.moves.moving import end_spans
from services.accounts.moves.people import set_mailing
from services.accounts.moves.rules import CANCELLED, DAY
from services.accounts.moves.shapes import Cancelling, Reads, Redated
from services.accounts.moves.tables import Move, MoveRead
from services.accounts.policy import TOWN
from services.accounts.tables import Account


async def cancel(tx: Transaction, move_id: UUID, cancelling: Cancelling, *, coordinator: bool) -> Move:
    """Take a move back that did not happen, unless it may be billed: then only a coordinator, saying so."""
    move = await _held(tx, move_id)
    rows = asking.in_force(await _reads(tx, move))
    first_day = min(one for one in (move.ends, move.starts) if one)
    wrong = rules.why_not_cancelled(move.state, first_day, [one.state for one in rows], await today(tx))
    if wrong and not (coordinator and cancelling.billed_why and move.state != CANCELLED):
        raise Refused(wrong)
    await asking.withdraw(tx, move, "The move is cancelled.")
    told = await _reopen(tx, move) | await _forget(tx, move)
    move.state = CANCELLED
    await tx.session.flush()
    await announce.announce(tx, told)
    return move


async def _held(tx: Transaction, move_id: UUID) -> Move:
    """A move with both its accounts locked, the accounts first as everywhere."""
    seen = await store.made(tx, move_id)
    await store.lock_accounts(tx, {one for one in (seen and seen.out_account, seen and seen.in_account) if one})
    return await store.find(tx, move_id)


async def _reopen(tx: Transaction, move: Move) -> set[UUID]:
    if move.out_account is None:
        return set()
    account = await store.account(tx, move.out_account)
    ended = move.before["ended"]
    for one in await store.agreements(tx, [UUID(one) for one in ended]):
        one.end_date = _day(ended[str(one.id)])
    account.closed = _day(move.before["closed"])
    if not move.before["mailing"] or not account.responsible_id:
        return {account.id}
    set_mailing(await store.person(tx, account.responsible_id), move.before["mailing"])
    return {account.id} | await accounts.accounts_of(tx, people=[account.responsible_id])


async def _forget(tx: Transaction, move: Move) -> set[UUID]:
    """Who came was told of already, so the account stays, closed on the day it opened, and has nothing."""
    if move.in_account is None:
        return set()
    account = await store.account(tx, move.in_account)
    for one in await store.agreements(tx, [UUID(one) for one in move.before["begun"]]):
        await tx.session.delete(one)
    account.closed = account.opened
    return {account.id}


async def redate(tx: Transaction, move_id: UUID, right: Redated, *, coordinator: bool) -> Move:
    """Give a move the days it really had: the spans of both parties are corrected together."""
    move, day, town = await _held(tx, move_id), await today(tx), await TOWN.in_force(tx)
    if move.state == CANCELLED:
        raise Refused("The move is cancelled. Enter it anew with the right days.")
    ends = right.last_day + DAY if right.last_day and move.out_account else move.ends
    starts = right.first_day if right.first_day and move.in_account else move.starts
    for one in (ends, starts):
        wrong = rules.misdated(town.policy.moves, one, day, coordinator=coordinator) if one else ""
        if wrong:
            raise Refused(wrong)
    if move.out_account and ends:
        await _check_out(tx, move, ends)
    if move.in_account and starts:
        await _check_in(tx, move, ends, starts)
    await _shift(tx, move, ends, starts)
    if right.reads.how != "none":
        rows = [one for one in await _reads(tx, move) if (one.kind, one.state) != ("restore", rules.READ)]
        await _read_again(tx, move, right.reads, rows)
    await tx.session.flush()
    await announce.announce(tx, {one for one in (move.out_account, move.in_account) if one})
    return move


async def _check_out(tx: Transaction, move: Move, ends: date) -> None:
    """Who left can't have left before they came, nor after the next customer but this move's came."""
    account = await store.account(tx, move.out_account or UUID(int=0))
    ended = move.before["ended"]
    late = [one for one in await store.spans(tx, [account.id]) if str(one.agreement_id) in ended and one.start >= ends]
    if late:
        raise Refused(f"The {late[0].service} of account {late[0].number} began on {late[0].start}, after that day.")
    for one in await _others(tx, account, (move.out_account, move.in_account)):
        if move.ends and move.ends <= one.start < ends:
            raise Refused(
                f"Account {one.number} has the {one.service} there from {one.start}. Redate its move in first."
            )


async def _check_in(tx: Transaction, move: Move, ends: date | None, starts: date) -> None:
    """Who came can't have come after they left again, nor while someone else was there."""
    account = await store.account(tx, move.in_account or UUID(int=0))
    left = max([one.end or date.max for one in await store.spans(tx, [account.id])], default=date.max)
    if starts >= left:
        raise Refused(f"Account {account.number} left again before {left}, so it began earlier than {starts}.")
    ended = move.before.get("ended", {})
    there = [
        replace(one, end=ends) if str(one.agreement_id) in ended else one
        for one in await _others(tx, account, (move.in_account,))
    ]
    wrong = rules.why_not_in(there, starts, None, None, left)
    if wrong:
        raise Refused(wrong)


async def _others(tx: Transaction, account: Account, but: Collection[UUID | None]) -> list[rules.Span]:
    """What others have or had at an account's premise."""
    there = await store.accounts_at(tx, account.premise_id or UUID(int=0))
    return await store.spans(tx, [one for one in there if one not in but])


async def _shift(tx: Transaction, move: Move, ends: date | None, starts: date | None) -> None:
    if move.out_account and ends:
        await end_spans(tx, move.before["ended"].keys(), ends)
        (await store.account(tx, move.out_account)).closed = ends
    if move.in_account and starts:
        for one in await store.agreements(tx, [UUID(one) for one in move.before["begun"]]):
            one.start_date = starts
        (await store.account(tx, move.in_account)).opened = starts
    move.ends, move.starts = ends, starts


async def read_again(tx: Transaction, move_id: UUID, reads: Reads) -> Move:
    """Ask anew for the reads that a move misses: an order was cancelled, or someone has read the meter meanwhile."""
    move = await _held(tx, move_id)
    if move.state != rules.OPEN:
        raise Refused(f"The move is {move.state}; no read of it is missing.")
    missing = [one for one in asking.in_force(await _reads(tx, move)) if one.state != rules.READ]
    await _read_again(tx, move, reads, missing)
    return move


async def _reads(tx: Transaction, move: Move) -> list[MoveRead]:
    return (await store.reads_of(tx, [move.id])).get(move.id, [])


async def _read_again(tx: Transaction, move: Move, reads: Reads, anew: Sequence[MoveRead]) -> None:
    """Ask anew at the meters of these reads, for the days the move has now."""
    await asking.withdraw(tx, move, "Asked for anew.")
    rows = await _reads(tx, move)
    move.attempt += 1
    days = {"final_read": move.ends, "start_read": move.starts, "restore": move.starts}
    wanted = [
        rules.Wanted(one.account_id, one.service_point_id, one.service, one.kind, days[one.kind] or one.wanted_on)
        for one in asking.in_force(anew)
    ]
    asking.settle(move, [*rows, *await asking.ask(tx, await TOWN.in_force(tx), move, wanted, reads)])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
