"""The queries of usage."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from chassis.database import Transaction

KEPT_MONTHS = 13
"""What a bill pictures: the months before it, back to the same one a year ago."""

_HISTORY = """
with billed as (
    select u.service_point_id, max(u.read_on) as period_end, sum(u.quantity) as quantity, min(u.unit) as unit,
        bool_or(u.kind in ('estimated', 'prorated')) as estimated
    from usage u
    where u.service_point_id = any(%(points)s) and u.billed_on is not null
        and u.read_on >= %(since)s and u.read_on < %(before)s
        and not exists (select 1 from usage n where n.replaces = u.read_id and n.billed_on is not null)
    group by u.service_point_id, u.billed_on, case when u.replaces is not null then u.read_id end
), months as (
    select service_point_id, 'water' as service, period_end, quantity, unit, estimated from billed
    union all
    select h.service_point_id, h.service, h.period_end, h.quantity, h.unit, h.estimated from usage_history h
    where h.service_point_id = any(%(points)s) and h.period_end >= %(since)s and h.period_end < %(before)s
)
select service_point_id,
    json_agg(json_build_array(service, period_end, quantity::text, unit, estimated) order by period_end, service)
from months group by service_point_id
"""

_AWAITING = """
select u.read_id, u.service_point_id, u.meter_number, u.cycle, u.previous_on, u.read_on, u.quantity, u.unit, u.kind,
    u.replaces, (select max(day) from business_day) - u.read_on as days_waiting
from usage u
where u.billed_on is null and not u.void and not exists (select 1 from usage n where n.replaces = u.read_id)
"""

_UNCLAIMED = """
and not exists (
    select 1 from agreement g where g.service_point_id = u.service_point_id
    and g.start_date < greatest(u.read_on, u.previous_on + 1) and (g.end_date is null or g.end_date > u.previous_on)
)
"""

_CORRECTING = " and exists (select 1 from usage o where o.read_id = u.replaces and o.billed_on is not null)"


class Month(NamedTuple):
    """Usage of one service to the day of its closing read."""

    service: str
    period_end: date
    quantity: Decimal
    unit: str
    estimated: bool


async def known_months(tx: Transaction, points: Collection[UUID]) -> set[tuple[UUID, str, date]]:
    """Which months of these service points were imported already."""
    cursor = await (await tx.driver()).execute(
        "select service_point_id, service, period_end from usage_history where service_point_id = any(%s)",
        [list(points)],
    )
    return {(point, service, period_end) for point, service, period_end in await cursor.fetchall()}


async def history(tx: Transaction, points: Collection[UUID], since: date, before: date) -> dict[UUID, list[Month]]:
    """Months of service points from `since` until the day before `before`, oldest first: billed here, or imported."""
    if not points:
        return {}
    cursor = await (await tx.driver()).execute(_HISTORY, {"points": list(points), "since": since, "before": before})
    return {point: [_month(*month) for month in months] for point, months in await cursor.fetchall()}


def _month(service: str, period_end: str, quantity: str, unit: str, estimated: bool) -> Month:
    return Month(service, date.fromisoformat(period_end), Decimal(quantity), unit, estimated)


async def unattributed(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Reads that no agreement claims, the longest waiting first."""
    return await _listed(tx, _AWAITING + _UNCLAIMED, limit)


async def correcting(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """Reads that replace a billed one and wait for the account's next bill, the longest waiting first."""
    return await _listed(tx, _AWAITING + _CORRECTING, limit)


async def _listed(tx: Transaction, statement: str, limit: int) -> list[dict[str, Any]]:
    cursor = await (await tx.driver()).execute(f"{statement} order by u.read_on, u.read_id limit %s", [limit])
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


async def mark_billed(tx: Transaction, reads: Collection[tuple[UUID, UUID]]) -> None:
    """Note which bill charges each read: pairs of read and bill."""
    if reads:
        await (await tx.driver()).execute(
            "update usage u set billed_on = b.bill_id"
            " from unnest(%s::uuid[], %s::uuid[]) as b (read_id, bill_id) where u.read_id = b.read_id",
            [[read for read, _ in reads], [bill for _, bill in reads]],
        )


async def mark_awaiting(tx: Transaction, reads: Collection[UUID]) -> None:
    """Let the reads of cancelled bills await billing again."""
    await (await tx.driver()).execute("update usage set billed_on = null where read_id = any(%s)", [list(reads)])
