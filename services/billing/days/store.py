"""Who is done with which day, and which accounts a new day concerns."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlmodel import col, select

from chassis.database import Transaction
from contracts.billing import BusinessDayDone
from services.billing.days.tables import DayDone

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


async def keep_done(tx: Transaction, events: Sequence[BusinessDayDone]) -> None:
    """Note that services are done with days; what was said first stands."""
    driver = await tx.driver()
    for one in events:
        money = {name: str(amount) for name, amount in one.money.items()}
        await driver.execute(
            "insert into day_done (day, service, counts, money) values (%s, %s, %s, %s) on conflict do nothing",
            [one.date, one.service, Jsonb(one.counts), Jsonb(money)],
        )


async def done_with(tx: Transaction, day: date) -> frozenset[str]:
    """The services that are done with a day."""
    return frozenset(one.service for one in await done(tx, day))


async def done(tx: Transaction, day: date) -> list[DayDone]:
    """What the services said of a day, in the order in which they were done."""
    query = select(DayDone).where(DayDone.day == day).order_by(col(DayDone.done_at), col(DayDone.service))
    return list((await tx.session.exec(query)).all())


async def begun(tx: Transaction, limit: int) -> list[tuple[date, datetime, list[str]]]:
    """Days with when they were begun and who is done with them, the newest first."""
    cursor = await (await tx.driver()).execute(
        "select b.day, b.started_at, coalesce(array_agg(d.service) filter (where d.service is not null), '{}')"
        " from business_day b left join day_done d on d.day = b.day group by b.day order by b.day desc limit %s",
        [limit],
    )
    return await cursor.fetchall()
