"""The queries of final bills."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from chassis.bulk import upsert
from chassis.database import Transaction
from chassis.rows import named_rows
from services.billing.finals.rules import Ending, Held, Mark
from services.billing.finals.tables import FinalBill

# `begins` is where the last bill left off; without one, where the cycle's billing began, or the first read here.
_ENDED = """
with ended as (
    select a.id, a.number, a.cycle, a.responsible_person_id, a.opened, coalesce((
        select max(g.end_date) from agreement g where g.account_id = a.id
        having bool_and(g.end_date is not null)
    ), a.closed) as ends, (
        select max(b.through) from bill b where b.account_id = a.id and b.cancelled_on is null
    ) as through, coalesce((
        select min(r.period_start) from billing_run r join run on run.id = r.id
        where r.cycle = a.cycle and run.state <> 'undone'
    ), (
        select min(u.previous_on) from agreement g join usage u on u.service_point_id = g.service_point_id
        where g.account_id = a.id and u.billed_on is null
    )) as began
    from account a where a.number is not null and a.closed <= %(day)s
)
select e.id, e.number, e.cycle, e.responsible_person_id, e.ends, coalesce(e.through, greatest(e.opened, e.began)),
    e.through is not null, f.state is not null and f.state = 'billed'
from ended e left join final_bill f on f.account_id = e.id and f.ends = e.ends
where e.ends <= %(day)s and (e.through is not null or greatest(e.opened, e.began) < e.ends)
"""
_CANDIDATES = f"{_ENDED} and (f.state is null or f.state <> 'billed' or e.id = any(%(correcting)s)) order by e.id"
_SOME = f"{_ENDED} and e.id = any(%(accounts)s) order by e.id"
_MARKS = """
select distinct u.service_point_id, u.read_on, u.kind from usage u
where u.service_point_id = any(%s) and not u.void and (u.account_id is null or u.account_id = %s)
    and not exists (select 1 from usage n where n.replaces = u.read_id) and u.read_on >= %s
"""
_DEPOSITS = """
select deposit_id, account_id, service, fund, code, amount - released, paid_on from deposit
where account_id = any(%s) and released < amount order by paid_on, deposit_id
"""
_SIBLINGS = """
select a.id, o.id, o.number from account a
join account o on o.responsible_person_id = a.responsible_person_id and o.id <> a.id
where a.id = any(%s) and o.number is not null and o.closed is null order by a.id, o.number
"""
_WAITING = """
select a.number as account, f.account_id, f.ends, f.state, f.code, f.reason, f.total, f.since,
    (select max(day) from business_day) - f.ends as days_waiting
from final_bill f join account a on a.id = f.account_id
where f.state = any(%s) order by f.ends, a.number limit %s
"""
_SMALL = """
select a.number as account, a.id as account_id, a.closed, sum(c.remaining) as credit, min(c.since) as since
from account a join credit c on c.account_id = a.id
where a.closed is not null and c.remaining > 0 group by a.id order by min(c.since), a.number limit %s
"""


async def ended(tx: Transaction, day: date, correcting: Collection[UUID]) -> list[Ending]:
    """Accounts that have ended and got no final bill yet, or whose usage was corrected since."""
    return await _endings(tx, _CANDIDATES, {"day": day, "correcting": list(correcting)})


async def endings_of(tx: Transaction, day: date, accounts: Collection[UUID]) -> list[Ending]:
    """These accounts, those of them that have ended."""
    return await _endings(tx, _SOME, {"day": day, "accounts": list(accounts)})


async def _endings(tx: Transaction, statement: str, values: dict[str, Any]) -> list[Ending]:
    cursor = await (await tx.driver()).execute(statement, values)
    return [Ending(*row) for row in await cursor.fetchall()]


async def marks(tx: Transaction, points: Collection[UUID], account_id: UUID, since: date) -> list[Mark]:
    """The days on which meters were read for an account, from a day on."""
    cursor = await (await tx.driver()).execute(_MARKS, [list(points), account_id, since])
    return [Mark(*row) for row in await cursor.fetchall()]


async def deposits(tx: Transaction, accounts: Collection[UUID]) -> list[Held]:
    """Deposits that are still held for these accounts."""
    cursor = await (await tx.driver()).execute(_DEPOSITS, [list(accounts)])
    return [Held(*row) for row in await cursor.fetchall()]


async def note_released(tx: Transaction, released: Iterable[Held]) -> None:
    """Keep that deposits were turned into credit whole."""
    ids = [one.deposit_id for one in released]
    await (await tx.driver()).execute("update deposit set released = amount where deposit_id = any(%s)", [ids])


async def siblings(tx: Transaction, accounts: Collection[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Open accounts of the same responsible person: ids and numbers."""
    cursor = await (await tx.driver()).execute(_SIBLINGS, [list(accounts)])
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for account, other, number in await cursor.fetchall():
        found.setdefault(account, []).append((other, number))
    return found


async def rows_of(tx: Transaction, endings: Collection[Ending]) -> dict[UUID, FinalBill]:
    """How far each ending is."""
    return {
        row["account_id"]: FinalBill(**row)
        for row in await named_rows(
            tx, "select * from final_bill where account_id = any(%s)", [[one.account_id for one in endings]]
        )
        if any(one.account_id == row["account_id"] and one.ends == row["ends"] for one in endings)
    }


async def save(tx: Transaction, rows: Sequence[FinalBill]) -> None:
    """Write how far endings are, and forget other ends of the same accounts that were never billed."""
    await upsert(tx, FinalBill, [row.model_dump() for row in rows], ("account_id", "ends"))
    await (await tx.driver()).execute(
        "delete from final_bill f using unnest(%s::uuid[], %s::date[]) as v (account_id, ends)"
        " where f.account_id = v.account_id and f.ends <> v.ends and f.state <> 'billed'",
        [[row.account_id for row in rows], [row.ends for row in rows]],
    )


async def forget_reopened(tx: Transaction) -> None:
    """Drop what accounts waited for that are open again."""
    await (await tx.driver()).execute(
        "delete from final_bill f using account a where a.id = f.account_id and f.state <> 'billed'"
        " and a.closed is null"
    )


async def finals_before(tx: Transaction, account_id: UUID) -> int:
    """How many final bills an account has had, cancelled ones too."""
    cursor = await (await tx.driver()).execute(
        "select count(*) from bill where account_id = %s and run_id not in (select id from billing_run)", [account_id]
    )
    (count,) = await cursor.fetchone() or (0,)
    return int(count)


async def last_bill(tx: Transaction, account_id: UUID) -> UUID | None:
    """An account's last bill that stands."""
    cursor = await (await tx.driver()).execute(
        "select id from bill where account_id = %s and cancelled_on is null order by through desc limit 1", [account_id]
    )
    row = await cursor.fetchone()
    return row[0] if row else None


async def settle_held(tx: Transaction, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Note that final bills charged every period that was held before: pairs of account and bill."""
    await (await tx.driver()).execute(
        "update unbilled_period u set billed_on = v.bill_id from unnest(%s::uuid[], %s::uuid[]) as v"
        " (account_id, bill_id) where u.account_id = v.account_id and u.billed_on is null",
        [[account for account, _ in pairs], [bill for _, bill in pairs]],
    )


async def listed(tx: Transaction, states: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Endings in these states, the oldest first."""
    return await named_rows(tx, _WAITING, [list(states), limit])


async def small_credits(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Credit that stays on accounts that have ended, the oldest first."""
    return await named_rows(tx, _SMALL, [limit])
