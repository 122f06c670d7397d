"""Every query about readings and their reads."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlmodel import col, select

from chassis.database import Transaction
from chassis.refusal import not_found
from chassis.rows import Rows, named_rows
from services.metering.policy import Finding
from services.metering.readings.expected import Expected
from services.metering.review import Expectation
from services.metering.tables import Reading, ReadState
from services.metering.usage import Register

_EXPECTED = """
    select r.id, p.key, m.number, r.state, m.dials, m.decimals, m.unit, m.multiplier, r.previous_value, r.usual,
           r.high, r.low, r.carried, r.estimated_before, r.value, r.read_on, r.kind, r.code, r.leak, r.findings,
           r.quantity, r.why,
           exists (select 1 from occupant o where o.service_point_id = p.id) and not exists (
               select 1 from occupant o where o.service_point_id = p.id and o.status = 'active'
               and o.start <= g.read_on and (o.until is null or o.until > g.read_on)) as vacant,
           exists (select 1 from shut_off s where s.service_point_id = p.id
               and s.since < coalesce(r.read_on, g.read_on)) as off
    from read r join service_point p on p.id = r.service_point_id join meter m on m.id = r.meter_id
    join reading g on g.id = r.reading_id
"""


async def find_reading(tx: Transaction, reading_id: UUID) -> Reading:
    """A reading; refuses one that isn't there."""
    found = await tx.session.get(Reading, reading_id)
    if found is None:
        raise not_found("reading", reading_id)
    return found


async def lock_reading(tx: Transaction, reading_id: UUID) -> Reading:
    """A reading, held against other people while it changes."""
    found = (await tx.session.exec(select(Reading).where(Reading.id == reading_id).with_for_update())).one_or_none()
    if found is None:
        raise not_found("reading", reading_id)
    return found


async def hold_reading(tx: Transaction, reading_id: UUID) -> Reading:
    """A reading that must not be closed while something is done to its reads."""
    query = select(Reading).where(Reading.id == reading_id).with_for_update(read=True)
    found = (await tx.session.exec(query)).one_or_none()
    if found is None:
        raise not_found("reading", reading_id)
    return found


async def readings(tx: Transaction, cycle: str | None, state: str | None) -> Sequence[Reading]:
    """Readings, the newest first."""
    query = select(Reading).order_by(col(Reading.read_on).desc(), Reading.cycle)
    if cycle is not None:
        query = query.where(Reading.cycle == cycle)
    if state is not None:
        query = query.where(Reading.state == state)
    return (await tx.session.exec(query)).all()


async def unfinished_reading(tx: Transaction, cycle: str) -> Reading | None:
    """The cycle's reading that is not closed yet."""
    query = select(Reading).where(Reading.cycle == cycle, Reading.state != "closed")
    return (await tx.session.exec(query)).one_or_none()


async def boundaries(tx: Transaction, query: str, parameters: Sequence[Any], size: int) -> list[list[str | None]]:
    """Cut the ids that a query answers into ranges of about `size`: [first, first of the next or None]."""
    rows = await named_rows(
        tx,
        f"select id from (select id, row_number() over (order by id) as place from ({query}) ids) numbered"
        f" where place %% {size} = 1 order by id",
        parameters,
    )
    firsts: list[str | None] = [str(row["id"]) for row in rows]
    return [list(pair) for pair in zip(firsts, [*firsts[1:], None], strict=False)]


POINTS_OF_CYCLE = """
    select p.id from service_point p join meter m on m.service_point_id = p.id and m.removed is null
    where p.cycle = %s and m.installed <= %s and (p.retired_on is null or p.retired_on > %s)
"""


async def points_to_expect(tx: Transaction, reading: Reading, first: UUID, end: UUID | None) -> Rows:
    """Service points of a range that are not in the reading yet, each with its last read and a year of usage."""
    return await named_rows(
        tx,
        """
        select p.id as service_point_id, p.route, p.sequence, m.id as meter_id, m.unit,
               l.read_id, l.read_on, l.value, l.kind, coalesce(l.carried, 0) as carried,
               h.ends, h.quantities, h.units, h.estimates
        from service_point p
        join meter m on m.service_point_id = p.id and m.removed is null
        left join last_read l on l.service_point_id = p.id
        left join lateral (
            select array_agg(period_end) as ends, array_agg(quantity) as quantities, array_agg(unit) as units,
                   array_agg(estimated) as estimates
            from usage_history u
            where u.service_point_id = p.id and u.period_end < %(on)s and u.period_end > %(on)s - 430
        ) h on true
        where p.cycle = %(cycle)s and p.id >= %(first)s and (%(end)s::uuid is null or p.id < %(end)s)
          and m.installed <= %(on)s and (p.retired_on is null or p.retired_on > %(on)s)
          and not exists (select 1 from read r where r.reading_id = %(reading)s and r.service_point_id = p.id
              and r.replaces is null)
        order by p.id
        """,
        {"on": reading.read_on, "cycle": reading.cycle, "first": first, "end": end, "reading": reading.id},
    )


async def forgotten(tx: Transaction, reading: Reading) -> list[str]:
    """Service points with a meter in place that the reading does not have: counted from them, not from the reading."""
    rows = await named_rows(
        tx,
        f"select key from service_point where id in ({POINTS_OF_CYCLE})"
        " and not exists (select 1 from read r where r.reading_id = %s and r.service_point_id = service_point.id"
        " and r.replaces is null)"
        " order by key",
        (reading.cycle, reading.read_on, reading.read_on, reading.id),
    )
    return [row["key"] for row in rows]


async def stops(tx: Transaction, reading: Reading, route: str, only: Sequence[str]) -> Rows:
    """The stops of a route in walking order, with the number of the account served on the day."""
    return await named_rows(
        tx,
        """
        select r.sequence, p.key, p.premise, p.address, m.number as meter, m.register_number, m.size, m.dials,
               m.decimals, m.unit, m.multiplier, r.previous_value, r.high, r.low, r.state, r.code,
               coalesce((select o.number from occupant o where o.service_point_id = p.id and o.start <= %(on)s
                   and (o.until is null or o.until > %(on)s) and o.status <> 'vacant'
                   order by o.start desc limit 1), '') as account
        from read r join service_point p on p.id = r.service_point_id join meter m on m.id = r.meter_id
        where r.reading_id = %(reading)s and r.route = %(route)s and r.state = any(%(only)s)
        order by r.sequence, p.key
        """,
        {"on": reading.read_on, "reading": reading.id, "route": route, "only": list(only)},
    )


async def expected_by_key(tx: Transaction, reading_id: UUID, keys: Iterable[str]) -> dict[str, Expected]:
    """Reads of a reading by their service points' keys, locked in order of their ids."""
    rows = await named_rows(
        tx,
        _EXPECTED + " where r.reading_id = %s and p.key = any(%s) and r.state <> 'replaced'"
        " order by r.id for no key update of r",
        (reading_id, sorted(set(keys))),
    )
    return {row["key"]: expected_of(row) for row in rows}


async def expected_by_id(tx: Transaction, reading_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Expected]:
    """Reads of a reading by id, locked in order of their ids."""
    query = _EXPECTED + " where r.reading_id = %s and r.id = any(%s) order by r.id for no key update of r"
    return {row["id"]: expected_of(row) for row in await named_rows(tx, query, (reading_id, sorted(set(ids))))}


async def ids_with(
    tx: Transaction, reading_id: UUID, finding: str | None, route: str | None, states: Sequence[str]
) -> list[UUID]:
    """The undecided reads of a reading that a finding, a route or both pick out."""
    rows = await named_rows(
        tx,
        "select id from read where reading_id = %(reading)s and state = any(%(states)s)"
        " and (%(finding)s::text is null or findings ? %(finding)s)"
        " and (%(route)s::text is null or route = %(route)s)",
        {"reading": reading_id, "finding": finding, "route": route, "states": list(states)},
    )
    return [row["id"] for row in rows]


def expected_of(row: dict[str, Any]) -> Expected:
    """A row as the rules see it."""
    return Expected(
        id=row["id"],
        service_point=row["key"],
        meter=row["number"],
        state=ReadState(row["state"]),
        register=Register(row["dials"], row["decimals"], row["unit"], row["multiplier"]),
        previous=row["previous_value"],
        expectation=Expectation(row["usual"], row["high"], row["low"]),
        carried=row["carried"],
        estimated_before=row["estimated_before"],
        value=row["value"],
        read_on=row["read_on"],
        kind=row["kind"],
        code=row["code"],
        leak=row["leak"],
        findings=tuple(Finding(finding) for finding in row["findings"]),
        quantity=row["quantity"],
        why=row["why"],
        vacant=row["vacant"],
        off=row["off"],
    )


_SAVED: tuple[tuple[str, str], ...] = (
    ("state", "text"), ("value", "numeric"), ("read_on", "date"), ("kind", "text"), ("code", "text"),
    ("leak", "boolean"), ("findings", "jsonb"), ("quantity", "numeric"), ("why", "text"),
)  # fmt: skip
_SAVE = sql.SQL(
    "update read r set {sets}, decided_by = %s, decided_at = case when %s::text is null then null else now() end"
    " from unnest(%s::uuid[], {arrays}) as n(id, {names}) where r.id = n.id"
).format(
    sets=sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(sql.Identifier(name)) for name, _ in _SAVED),
    arrays=sql.SQL(", ").join(sql.SQL("%s::" + kind + "[]") for _, kind in _SAVED),
    names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in _SAVED),
)


async def save(tx: Transaction, reads: Sequence[Expected], decided_by: str | None) -> None:
    """Write what came of reads in one statement; `decided_by` is empty while nobody has decided."""
    if not reads:
        return
    columns = [[_saved(getattr(read, name)) for read in reads] for name, _ in _SAVED]
    await (await tx.driver()).execute(_SAVE, [decided_by, decided_by, [read.id for read in reads], *columns])


def _saved(value: Any) -> Any:
    return Jsonb([str(one) for one in value]) if isinstance(value, tuple) else value


async def counts(tx: Transaction, reading_id: UUID) -> Rows:
    """Reads by route and state."""
    return await named_rows(
        tx,
        "select route, state, count(*) as reads from read where reading_id = %s and state <> 'replaced'"
        " group by route, state order by route, state",
        (reading_id,),
    )


async def finding_counts(tx: Transaction, reading_id: UUID) -> Rows:
    """Undecided reads by route and finding."""
    return await named_rows(
        tx,
        "select route, finding, count(*) as reads from read, jsonb_array_elements_text(findings) as finding"
        " where reading_id = %s and state in ('awaited', 'questioned', 'reread') group by route, finding"
        " order by route, finding",
        (reading_id,),
    )


async def review_list(
    tx: Transaction, reading_id: UUID, states: Sequence[str], finding: str | None, route: str | None, limit: int
) -> Rows:
    """Reads of a reading in walking order, with all that helps to decide about them."""
    return await named_rows(
        tx,
        """
        select r.id, p.key as service_point, p.address, r.route, r.sequence, m.number as meter, r.state, r.findings,
               r.previous_on, r.previous_value, r.value, r.read_on, r.kind, r.code, r.quantity, r.usual, r.low, r.high,
               m.unit, r.estimated_before, r.decided_by, r.decided_at, r.why, r.posted_on
        from read r join service_point p on p.id = r.service_point_id join meter m on m.id = r.meter_id
        where r.reading_id = %(reading)s and r.state = any(%(states)s)
          and (%(finding)s::text is null or r.findings ? %(finding)s)
          and (%(route)s::text is null or r.route = %(route)s)
        order by r.route, r.sequence, p.key limit %(limit)s
        """,
        {"reading": reading_id, "states": list(states), "finding": finding, "route": route, "limit": limit},
    )


async def accept_clean(tx: Transaction, reading_id: UUID, routes: Sequence[str] | None) -> int:
    """Accept every clean read, of some routes or all; answers how many."""
    cursor = await (await tx.driver()).execute(
        "update read set state = 'accepted', decided_by = %s, decided_at = now(), why = 'nothing found'"
        " where reading_id = %s and state = 'clean' and (%s::text[] is null or route = any(%s))",
        (tx.actor, reading_id, routes, routes),
    )
    return cursor.rowcount


async def posting_under_way(tx: Transaction, reading_id: UUID) -> UUID | None:
    """The run that is posting a reading's reads now, if one is."""
    rows = await named_rows(
        tx,
        "select id from run where kind = 'posting' and state = 'posting' and spec ->> 'reading' = %s",
        (str(reading_id),),
    )
    return rows[0]["id"] if rows else None


async def count_in_review(tx: Transaction) -> int:
    """How many reads of open readings wait for a person."""
    cursor = await (await tx.driver()).execute(
        "select count(*) from read r join reading g on g.id = r.reading_id"
        " where g.state <> 'closed' and r.state = any(%s)",
        [[ReadState.QUESTIONED, ReadState.REREAD]],
    )
    row = await cursor.fetchone()
    return row[0] if row else 0
