"""Every query about service points, meters, routes and who is served."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from chassis.bulk import copy_columns
from chassis.database import Transaction

_USAGE = ("service_point_id", "service", "period_end", "quantity", "unit", "estimated")


async def keep_routes(tx: Transaction, cycles: Mapping[str, str]) -> dict[str, str]:
    """Make sure routes exist, new ones in the cycle named; answers the cycle each of them is of."""
    driver = await tx.driver()
    names = sorted(cycles)
    await driver.execute(
        "insert into route (name, cycle) select * from unnest(%s::text[], %s::text[]) on conflict do nothing",
        [names, [cycles[name] for name in names]],
    )
    cursor = await driver.execute("select name, cycle from route where name = any(%s)", [names])
    return {str(name): str(cycle) for name, cycle in await cursor.fetchall()}


async def add_usage(tx: Transaction, lines: Iterable[tuple[UUID, Any]]) -> int:
    """Add usage of periods that nothing is on record for; answers how many were new."""
    driver = await tx.driver()
    await driver.execute("create temp table usage_in (like usage_history including defaults) on commit drop")
    rows = ((id_, *(getattr(line, column) for column in _USAGE[1:])) for id_, line in lines)
    await copy_columns(tx, "usage_in", _USAGE, rows)
    cursor = await driver.execute(
        "insert into usage_history select distinct on (service_point_id, period_end) * from usage_in"
        " order by service_point_id, period_end on conflict do nothing"
    )
    return cursor.rowcount
