"""Finding the billed periods whose reads were corrected since, or whose services began or ended otherwise."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction
from services.billing.bills import moves
from services.billing.bills.corrections import Replacement, replaced
from services.billing.bills.inputs import Correction, Item
from services.billing.bills.respanning import Left, Stay, changed, respanned
from services.billing.bills.written import Written, read

# From each awaiting read that replaces another, down to the one that a bill charged. Reads in between, replaced
# before they were billed, count for nothing.
_PENDING = """
with recursive chain as (
    select u.read_id as newest, u.replaces from usage u
    where u.replaces is not null and u.billed_on is null and not u.void
        and not exists (select 1 from usage n where n.replaces = u.read_id)
    union all
    select c.newest, o.replaces from chain c join usage o on o.read_id = c.replaces and o.billed_on is null
    where o.replaces is not null
)
select b.account_id, o.billed_on, o.read_id, o.previous_on, o.read_on, o.quantity, o.unit,
    u.read_id, u.previous_on, u.read_on, u.quantity, u.unit
from chain c
join usage o on o.read_id = c.replaces and o.billed_on is not null
join bill b on b.id = o.billed_on
join usage u on u.read_id = c.newest
order by o.read_on, o.read_id
"""
_BILLS = "select id, number, bill_date, pack_hash, inputs from bill where id = any(%s)"


class Pending(NamedTuple):
    """A corrected read that awaits billing, and whose bill it corrects."""

    account_id: UUID
    bill_id: UUID
    replacement: Replacement


class _Billed(NamedTuple):
    number: str
    bill_date: date
    pack_hash: str
    inputs: Written


async def pending_corrections(tx: Transaction) -> list[Pending]:
    """Every read that replaces a billed one and is not billed itself. There are few, town-wide."""
    cursor = await (await tx.driver()).execute(_PENDING)
    return [Pending(row[0], row[1], _replacement(row[2:])) for row in await cursor.fetchall()]


def _replacement(row: Sequence[object]) -> Replacement:
    return Replacement(*row)  # type: ignore[arg-type]


async def corrections_of(
    tx: Transaction, accounts: Collection[UUID], pending: Sequence[Pending]
) -> dict[UUID, list[Correction]]:
    """What the next bills of these accounts correct, one for each period."""
    wanted = set(accounts)
    corrections: dict[UUID, list[Correction]] = defaultdict(list)
    moved = {one: begun for one, begun in (await moves.respanned_accounts(tx)).items() if one in wanted}
    if moved:
        corrections |= await _of_moved(tx, moved, pending)
    own = [one for one in pending if one.account_id in wanted - moved.keys()]
    bills = await _bills(tx, {one.bill_id for one in own}) if own else {}
    by_bill: dict[tuple[UUID, UUID], list[Replacement]] = defaultdict(list)
    for one in own:
        by_bill[one.account_id, one.bill_id].append(one.replacement)
    for (account, bill), replacements in by_bill.items():
        corrections[account] += _of_bill(bills[bill], replacements)
    return corrections


async def correcting_accounts(tx: Transaction) -> set[UUID]:
    """Everyone whose next bill corrects an earlier one."""
    return {one.account_id for one in await pending_corrections(tx)} | (await moves.respanned_accounts(tx)).keys()


async def _of_moved(
    tx: Transaction, accounts: Mapping[UUID, Collection[UUID]], pending: Sequence[Pending]
) -> dict[UUID, list[Correction]]:
    """Of accounts whose services began or ended otherwise: other reads and other days, period by period."""
    left, stays = await moves.left_of(tx, accounts), await moves.stays_of(tx, accounts)
    corrections: dict[UUID, list[Correction]] = {}
    for account, begun in accounts.items():
        replacements = [one.replacement for one in pending if one.account_id == account]
        found = [_of_period(one, stays[account], begun, replacements) for one in left[account]]
        corrections[account] = [one for one in found if one is not None]
    return corrections


def _of_period(
    left: Left, stays: Mapping[UUID, Stay], begun: Collection[UUID], replacements: Sequence[Replacement]
) -> Correction | None:
    mine = [one for one in replacements if any(one.old_id in item.reads for item in left.items)]
    now = respanned(left, replaced(left.items, mine), stays, begun)
    return changed(left, now, tuple(one.new_id for one in mine))


async def _bills(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, _Billed]:
    cursor = await (await tx.driver()).execute(_BILLS, [list(ids)])
    return {bill_id: _Billed(*rest) for bill_id, *rest in await cursor.fetchall()}


def _of_bill(bill: _Billed, replacements: Sequence[Replacement]) -> list[Correction]:
    """A bill may itself have corrected an earlier one; what is corrected again is that period, as it was left."""
    items, earlier = read(bill.inputs, bill.bill_date)
    periods: list[tuple[str, str, tuple[Item, ...]]] = [
        (bill.number, bill.pack_hash, tuple(item for item in items if item.span == span))
        for span in sorted({item.span for item in items})
    ]
    periods += [(one.bill_number, one.pack_hash, one.now) for one in earlier]
    found = []
    for number, pack_hash, then in periods:
        mine = [one for one in replacements if any(one.old_id in item.reads for item in then)]
        if mine:
            now = replaced(then, mine)
            found.append(Correction(number, pack_hash, then, now, tuple(one.new_id for one in mine)))
    return found
