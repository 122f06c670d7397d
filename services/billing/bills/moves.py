"""What follows when an agreement begins or ends on another day than was known, after those days were billed."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.database import Transaction
from services.billing.bills.inputs import NOT_BILLED
from services.billing.bills.rates import tariffs_of
from services.billing.bills.respanning import Issued, Left, Stay, as_left, respanned
from services.billing.customers.store import Moved
from services.billing.usage.reassigning import reassign

_NEIGHBORS = """
select account_id from agreement where service_point_id = any(%(points)s)
union
select o.account_id from agreement g join agreement o on o.service_point_id = g.service_point_id
where g.account_id = any(%(accounts)s)
"""
_BILLS = """
select b.account_id, b.number, b.bill_date, b.pack_hash, b.inputs, coalesce(r.period_start, b.period_start), b.through
from bill b left join billing_run r on r.id = b.run_id
where b.account_id = any(%s) and b.cancelled_on is null order by b.bill_date, b.through, b.number
"""
_BILLED_BEYOND = """
select v.account_id from unnest(%s::uuid[], %s::date[]) as v (account_id, since)
where exists (
    select 1 from bill b where b.account_id = v.account_id and b.through > v.since and b.cancelled_on is null)
"""
# A period that its cycle's run billed to others while nobody knew that this account was there.
_MISSED = """
insert into unbilled_period (account_id, run_id, period_start, period_end, reason)
select distinct a.id, r.id, r.period_start, r.period_end, 'The service began earlier than was known.'
from account a join billing_run r on r.cycle = a.cycle join run on run.id = r.id and run.state in ('issued', 'closed')
join agreement g on g.account_id = a.id and g.start_date < r.period_end
    and (g.end_date is null or g.end_date > r.period_start) and g.status <> all(%s)
where a.id = any(%s) and not exists (select 1 from run_account x where x.run_id = r.id and x.account_id = a.id)
    and not exists (select 1 from bill b where b.account_id = a.id and b.through >= r.period_end
        and b.period_start < r.period_end and b.cancelled_on is null)
on conflict do nothing
"""
_OPEN = "select account_id, begun from span_change where settled_on is null"


async def neighbors(tx: Transaction, accounts: Collection[UUID], points: Collection[UUID]) -> set[UUID]:
    """Whoever else has, or had, a service point of these accounts: their usage may become another's."""
    values = {"points": list(points), "accounts": list(accounts)}
    cursor = await (await tx.driver()).execute(_NEIGHBORS, values)
    return {account for (account,) in await cursor.fetchall()}


async def follow(tx: Transaction, moved: Sequence[Moved]) -> None:
    """Let reads change hands, and note whose bills are for days that their services don't have any more."""
    if not moved:
        return
    points = {point for one in moved for point in one.points}
    await reassign(tx, points, min(one.since for one in moved))
    await (await tx.driver()).execute(_MISSED, [list(NOT_BILLED), [one.account_id for one in moved]])
    await _note(tx, moved)


async def _note(tx: Transaction, moved: Sequence[Moved]) -> None:
    driver = await tx.driver()
    cursor = await driver.execute(_BILLED_BEYOND, [[one.account_id for one in moved], [one.since for one in moved]])
    billed = {account for (account,) in await cursor.fetchall()}
    left, stays = await left_of(tx, billed), await stays_of(tx, billed)
    rows = [
        one
        for one in moved
        if one.account_id in billed
        and any(
            respanned(was, was.items, stays[one.account_id], one.begun) != was.items for was in left[one.account_id]
        )
    ]
    async with driver.cursor() as cursor:
        await cursor.executemany(
            "insert into span_change (account_id, version, since, begun) values (%s, %s, %s, %s)"
            " on conflict do nothing",
            [[one.account_id, one.version, one.since, list(one.begun)] for one in rows],
        )


async def respanned_accounts(tx: Transaction) -> dict[UUID, set[UUID]]:
    """Accounts whose bills are to be corrected because a service began or ended otherwise, each with the agreements
    that nobody knew of before. There are few."""
    cursor = await (await tx.driver()).execute(_OPEN)
    begun: dict[UUID, set[UUID]] = defaultdict(set)
    for account, agreements in await cursor.fetchall():
        begun[account].update(agreements)
    return begun


async def left_of(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, list[Left]]:
    """The billed periods of accounts as they were left."""
    bills: dict[UUID, list[Issued]] = {account: [] for account in accounts}
    if accounts:
        cursor = await (await tx.driver()).execute(_BILLS, [list(accounts)])
        for account, *rest in await cursor.fetchall():
            bills[account].append(Issued(*rest))
    packs = {one.pack_hash for own in bills.values() for one in own}
    by_calendar = {pack: (await tariffs_of(tx, pack)).by_calendar for pack in packs}
    return {account: as_left(own, by_calendar) for account, own in bills.items()}


async def stays_of(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, dict[UUID, Stay]]:
    """The days of these accounts' agreements as they are known now."""
    stays: dict[UUID, dict[UUID, Stay]] = defaultdict(dict)
    if accounts:
        cursor = await (await tx.driver()).execute(
            "select account_id, agreement_id, start_date, end_date, service, attributes, status = any(%s)"
            " from agreement where account_id = any(%s)",
            [list(NOT_BILLED), list(accounts)],
        )
        for account, agreement, *stay in await cursor.fetchall():
            stays[account][agreement] = Stay(*stay)
    return stays


async def settle(tx: Transaction, bills: Collection[tuple[UUID, UUID]]) -> None:
    """Note which bill corrected what an account's move had made wrong: pairs of account and bill."""
    await (await tx.driver()).execute(
        "update span_change s set settled_on = v.bill_id from unnest(%s::uuid[], %s::uuid[]) as v (account_id, bill_id)"
        " where s.account_id = v.account_id and s.settled_on is null",
        [[account for account, _ in bills], [bill for _, bill in bills]],
    )


async def reopen(tx: Transaction, bills: Collection[UUID]) -> None:
    """Let what cancelled bills had corrected be corrected again."""
    await (await tx.driver()).execute(
        "update span_change set settled_on = null where settled_on = any(%s)", [list(bills)]
    )
