"""Every query about service points, meters, routes and who is served."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import sql

from chassis.bulk import copy_columns
from chassis.database import Transaction
from chassis.refusal import not_found
from chassis.rows import Rows, named_rows

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


async def note_growth(tx: Transaction, *tables: str) -> None:
    """Let PostgreSQL know how large tables have become: after an import it would plan for the empty ones they were."""
    await (await tx.driver()).execute(sql.SQL("analyze {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


async def point_with_meter(tx: Transaction, key: str) -> dict[str, Any]:
    """A service point and the meter in place at it; refuses a key that is not known."""
    rows = await named_rows(
        tx,
        "select p.id, p.key, p.premise, p.address, p.service, p.cycle, p.route, p.sequence, m.id as meter_id,"
        " m.number as meter_number, m.register_number, m.size, m.dials, m.decimals, m.unit, m.multiplier, m.installed"
        " from service_point p join meter m on m.service_point_id = p.id and m.removed is null where p.key = %s",
        (key,),
    )
    if not rows:
        raise not_found("service point with a meter in place called", key)
    return rows[0]


async def remove_meter(tx: Transaction, meter_id: UUID, on: date) -> None:
    """Note the day a meter was taken out."""
    await (await tx.driver()).execute("update meter set removed = %s where id = %s", (on, meter_id))


async def usage_of(tx: Transaction, service_point_id: UUID, since: date) -> Rows:
    """Usage of a service point by period, oldest first."""
    return await named_rows(
        tx,
        "select period_end, quantity, unit, estimated from usage_history"
        " where service_point_id = %s and period_end >= %s order by period_end",
        (service_point_id, since),
    )


async def cycle_of(tx: Transaction, route: str) -> str | None:
    """The cycle of a route, locked; None if there is no such route."""
    rows = await named_rows(tx, "select cycle from route where name = %s for update", (route,))
    return rows[0]["cycle"] if rows else None


async def routes(tx: Transaction, cycle: str | None) -> Rows:
    """Routes with how many stops they have."""
    return await named_rows(
        tx,
        "select r.name, r.cycle, count(p.id) as stops from route r left join service_point p"
        " on p.route = r.name and p.retired_on is null where %s::text is null or r.cycle = %s"
        " group by r.name, r.cycle order by r.cycle, r.name",
        (cycle, cycle),
    )


async def keys_on(tx: Transaction, route: str) -> list[str]:
    """The service points of a route in walking order."""
    rows = await named_rows(tx, "select key from service_point where route = %s order by sequence, key", (route,))
    return [row["key"] for row in rows]


async def known_keys(tx: Transaction, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are service points."""
    rows = await named_rows(tx, "select key from service_point where key = any(%s)", (list(keys),))
    return {row["key"] for row in rows}


async def under_way_elsewhere(tx: Transaction, keys: Sequence[str], cycle: str) -> list[str]:
    """Those of the keys that a reading of another cycle, not closed yet, expects."""
    rows = await named_rows(
        tx,
        "select distinct p.key from service_point p join read r on r.service_point_id = p.id"
        " join reading g on g.id = r.reading_id where p.key = any(%s) and g.state <> 'closed' and g.cycle <> %s"
        " order by p.key",
        (list(keys), cycle),
    )
    return [row["key"] for row in rows]


async def put_on_route(tx: Transaction, route: str, cycle: str, keys: Sequence[str], step: int) -> None:
    """Number service points along a route; reads of the cycle's open reading walk with them."""
    driver = await tx.driver()
    await driver.execute(
        "update service_point p set route = %s, cycle = %s, sequence = n.place * %s"
        " from unnest(%s::text[]) with ordinality as n(key, place) where p.key = n.key",
        (route, cycle, step, list(keys)),
    )
    await driver.execute(
        "update read r set route = p.route, sequence = p.sequence from service_point p, reading g"
        " where p.id = r.service_point_id and g.id = r.reading_id and g.state <> 'closed' and p.key = any(%s)",
        (list(keys),),
    )


async def occupants_of(tx: Transaction, service_point_id: UUID) -> Rows:
    """Accounts served at a point, the newest first."""
    return await named_rows(
        tx,
        "select account_id, number, start, until, status from occupant where service_point_id = %s order by start desc",
        (service_point_id,),
    )


async def meters_of(tx: Transaction, service_point_id: UUID) -> Rows:
    """Meters that were at a point, the newest first."""
    return await named_rows(
        tx,
        "select number, register_number, size, dials, decimals, unit, multiplier, installed, removed from meter"
        " where service_point_id = %s order by installed desc, removed desc nulls first",
        (service_point_id,),
    )


async def reads_of(tx: Transaction, service_point_id: UUID, limit: int) -> Rows:
    """Reads of a point, the newest first, replaced ones among them."""
    return await named_rows(
        tx,
        "select r.id, m.number as meter, r.state, r.previous_on, r.previous_value, r.read_on, r.value, r.kind,"
        " r.quantity, m.unit, r.findings, r.decided_by, r.why, r.replaces, r.posted_on"
        " from read r join meter m on m.id = r.meter_id where r.service_point_id = %s"
        " order by coalesce(r.read_on, r.posted_on, 'infinity') desc, r.posted_on desc nulls first limit %s",
        (service_point_id, limit),
    )
