"""The final bills of a day: who has ended is billed, proposed, or listed with what it waits for."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.bulk import lock
from chassis.database import Transaction
from chassis.day_work import Piece, Sums
from chassis.town import Town
from services.billing.bills import moves
from services.billing.bills.correcting import correcting_accounts
from services.billing.bills.inputs import Hold
from services.billing.bills.making import Made
from services.billing.customers.tables import Account
from services.billing.finals import store
from services.billing.finals.issuing import issue
from services.billing.finals.looking import Priced, priced
from services.billing.finals.rules import Ending
from services.billing.finals.tables import FinalBill
from services.billing.policy import TOWN, BillingPolicy

CHUNK = 25
"""Accounts: a final bill takes some thirty statements, where a run shares them among five hundred."""


async def plan(tx: Transaction, day: date) -> Sequence[Any]:
    """The accounts that have ended and have no final bill yet, in chunks; none where the pack has no `finals`."""
    if (await TOWN.in_force(tx)).policy.finals is None:
        return []
    await store.forget_reopened(tx)
    correcting = await correcting_accounts(tx)
    ids = [str(one.account_id) for one in await store.ended(tx, day, correcting)]
    return [ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK)]


async def do(tx: Transaction, day: date, spec: Any) -> Sums:
    """Look at a chunk of endings again, and bill or propose those that wait for nothing."""
    town = await TOWN.in_force(tx)
    endings = await store.endings_of(tx, day, [UUID(one) for one in spec])
    others = await lock_customers(tx, [one.account_id for one in endings])
    known = await store.rows_of(tx, endings)
    counts: Counter[str] = Counter()
    billed = Decimal(0)
    for ending in endings:
        row = known.get(ending.account_id) or _new(ending, day)
        if row.state != "held":
            billed += await _go_on(tx, ending, row, town, others.get(ending.account_id, []), day)
        counts[_COUNTED[row.state]] += 1
    return Sums(counts, {"final bills": billed})


_COUNTED = {
    "waiting": "final bills waiting",
    "held": "final bills waiting",
    "proposed": "final bills proposed",
    "billed": "final bills",
}


async def lock_customers(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Lock accounts and the other open ones of their customers, all at once; answers those others."""
    others = await store.siblings(tx, accounts)
    await lock(tx, Account, {*accounts, *(other for found in others.values() for other, _ in found)})
    return others


async def _go_on(
    tx: Transaction,
    ending: Ending,
    row: FinalBill,
    town: Town[BillingPolicy],
    others: Sequence[tuple[UUID, str]],
    day: date,
) -> Decimal:
    one = await priced(tx, ending, town, day)
    if isinstance(one.made, Hold):
        await wait(tx, row, one.made)
        return Decimal(0)
    assert town.policy.finals is not None
    if town.policy.finals.approve and not ending.again:
        await propose(tx, row, one.made)
        return Decimal(0)
    return await bill(tx, one, row, town, others, day)


async def wait(tx: Transaction, row: FinalBill, hold: Hold) -> None:
    """Keep what an ending waits for."""
    row.state, row.code, row.reason, row.total, row.lines_hash = "waiting", hold.code, hold.sentence, None, None
    await store.save(tx, [row])


async def propose(tx: Transaction, row: FinalBill, made: Made) -> None:
    """Let a person approve a final bill as it is now."""
    row.state, row.code, row.reason, row.total, row.lines_hash = "proposed", None, None, made.total, made.lines_hash
    await store.save(tx, [row])


async def bill(
    tx: Transaction,
    one: Priced,
    row: FinalBill,
    town: Town[BillingPolicy],
    others: Sequence[tuple[UUID, str]],
    day: date,
) -> Decimal:
    """Issue a final bill; answers its charges in dollars."""
    issued = await issue(tx, one, town, others, day)
    row.state, row.code, row.reason = "billed", None, None
    row.bill_id = issued.bill_id if issued else await store.last_bill(tx, row.account_id)
    row.total = issued.current_charges if issued else Decimal(0)
    if row.bill_id:
        await moves.settle(tx, [(row.account_id, row.bill_id)])
    await store.save(tx, [row])
    return row.total


def _new(ending: Ending, day: date) -> FinalBill:
    return FinalBill(account_id=ending.account_id, ends=ending.ends, state="waiting", since=day)


FINAL_BILLS = Piece("final bills", plan, do)
"""A piece of billing's day."""
