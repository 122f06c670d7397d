"""Which accounts a new day concerns."""

from datetime import date
from uuid import UUID

from chassis.database import Transaction

CHUNK = 500

_TURNED = """
select distinct account_id from open_item
where remaining > 0 and due_date >= coalesce(%(last)s::date, '-infinity') and due_date < %(day)s
"""
_SPANS = f"""
select (array_agg(account_id order by account_id))[1], (array_agg(account_id order by account_id desc))[1]
from (select account_id, (row_number() over (order by account_id) - 1) / {CHUNK} as span from ({_TURNED}) as turned)
    as numbered
group by span order by 1
"""
_IN_SPAN = f"select account_id from ({_TURNED}) as turned where account_id between %(first)s and %(end)s"


async def spans(tx: Transaction, last: date | None, day: date) -> list[tuple[UUID, UUID]]:
    """Accounts with items that became past due with `day`, the day before having been `last`, in spans of a chunk."""
    cursor = await (await tx.driver()).execute(_SPANS, {"last": last, "day": day})
    return await cursor.fetchall()


async def turned(tx: Transaction, last: date | None, day: date, span: tuple[UUID, UUID]) -> list[UUID]:
    """The accounts of one span."""
    parameters = {"last": last, "day": day, "first": span[0], "end": span[1]}
    cursor = await (await tx.driver()).execute(_IN_SPAN, parameters)
    return [account_id for (account_id,) in await cursor.fetchall()]
