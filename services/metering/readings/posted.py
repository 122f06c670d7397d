"""Every query about reads that are posted, or are about to be."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis import bulk
from chassis.database import Transaction
from chassis.rows import Rows, named_rows
from services.metering.tables import LastRead, Read

_TO_TELL = """
    select r.*, m.number as meter_number, m.register_number, m.dials, m.decimals, m.unit, m.multiplier,
           p.key, p.cycle, p.service,
           (l.read_on, l.value) is not distinct from (r.previous_on, r.previous_value) as counts_from_last
    from read r
    join service_point p on p.id = r.service_point_id
    join meter m on m.id = r.meter_id
    left join last_read l on l.service_point_id = r.service_point_id
"""


async def to_post(tx: Transaction, reading_id: UUID, first: UUID | None, end: UUID | None) -> Rows:
    """Accepted reads of a range, locked together with what they count from."""
    await named_rows(
        tx,
        "select count(*) from (select 1 from last_read where service_point_id in (select service_point_id from read"
        " where reading_id = %s and state = 'accepted' and id >= %s and (%s::uuid is null or id < %s))"
        " order by service_point_id for no key update) locked",
        (reading_id, first, end, end),
    )
    return await named_rows(
        tx,
        _TO_TELL
        + " where r.reading_id = %s and r.state = 'accepted' and r.id >= %s and (%s::uuid is null or r.id < %s)"
        " order by r.id for no key update of r",
        (reading_id, first, end, end),
    )


async def to_tell(tx: Transaction, ids: Sequence[UUID]) -> Rows:
    """Reads by id, with what is told of them."""
    return await named_rows(tx, _TO_TELL + " where r.id = any(%s) order by r.id for no key update of r", (sorted(ids),))


async def mark_posted(tx: Transaction, ids: Sequence[UUID], day: date) -> None:
    """Reads are posted: the next usage counts from them, and theirs is history, exchanged meters' part included."""
    driver = await tx.driver()
    await driver.execute("update read set state = 'posted', posted_on = %s where id = any(%s)", (day, ids))
    await driver.execute(
        "insert into last_read (service_point_id, read_id, read_on, value, kind, carried)"
        " select service_point_id, id, read_on, value, kind, 0 from read where id = any(%s) order by service_point_id"
        " on conflict (service_point_id) do update set read_id = excluded.read_id, read_on = excluded.read_on,"
        " value = excluded.value, kind = excluded.kind, carried = 0",
        (ids,),
    )
    await driver.execute(
        "insert into usage_history (service_point_id, period_end, service, quantity, unit, estimated, read_id)"
        " select r.service_point_id, r.read_on, p.service, r.quantity + r.carried, m.unit, r.kind = 'estimated', r.id"
        " from read r join service_point p on p.id = r.service_point_id join meter m on m.id = r.meter_id"
        " where r.id = any(%s) on conflict (service_point_id, period_end) do update set quantity = excluded.quantity,"
        " unit = excluded.unit, estimated = excluded.estimated, read_id = excluded.read_id",
        (ids,),
    )


async def add(tx: Transaction, row: dict[str, Any]) -> None:
    """Add a read that is posted already."""
    await bulk.copy_in(tx, Read, [row])


async def count_on(
    tx: Transaction, service_point_id: UUID, read_id: UUID, read_on: date, value: Decimal, kind: str, carried: Decimal
) -> None:
    """Let the next usage count from a read between two cycle reads."""
    row = {
        "service_point_id": service_point_id,
        "read_id": read_id,
        "read_on": read_on,
        "value": value,
        "kind": kind,
        "carried": carried,
    }
    await bulk.upsert(tx, LastRead, [row], ("service_point_id",))


async def last_read(tx: Transaction, service_point_id: UUID) -> dict[str, Any] | None:
    """Where a service point's usage counts from, locked."""
    rows = await named_rows(
        tx, "select * from last_read where service_point_id = %s for no key update", (service_point_id,)
    )
    return rows[0] if rows else None


async def around(tx: Transaction, service_point_id: UUID, on: date) -> dict[str, Any] | None:
    """The posted read whose period a day lies in, locked: the first of that day or after it."""
    rows = await named_rows(
        tx,
        _TO_TELL + " where r.service_point_id = %s and r.state = 'posted' and r.read_on >= %s"
        " order by r.read_on, r.previous_on limit 1 for no key update of r",
        (service_point_id, on),
    )
    return rows[0] if rows else None


async def following(tx: Transaction, read_id: UUID) -> dict[str, Any] | None:
    """The posted read that counts from this one, locked."""
    rows = await named_rows(
        tx,
        _TO_TELL + " where r.previous_read_id = %s and r.state = 'posted' for no key update of r",
        (read_id,),
    )
    return rows[0] if rows else None


async def replace(tx: Transaction, old: UUID, row: dict[str, Any]) -> None:
    """Put a corrected read in the place of a posted one: in the chain of reads, in usage history, as the last read."""
    driver = await tx.driver()
    await driver.execute("update read set state = 'replaced' where id = %s", (old,))
    await bulk.copy_in(tx, Read, [row])
    await driver.execute("update read set previous_read_id = %s where previous_read_id = %s", (row["id"], old))
    await driver.execute("update last_read set read_id = %s where read_id = %s", (row["id"], old))
    # After an exchange usage counts from what the new meter showed, whatever the old one's last reading really was.
    await driver.execute(
        "update last_read set read_on = %s, value = %s, kind = %s where read_id = %s and kind <> 'exchange'",
        (row["read_on"], row["value"], row["kind"], row["id"]),
    )
    await driver.execute(
        "update usage_history set read_id = %s, period_end = %s, quantity = %s, estimated = %s where read_id = %s",
        (row["id"], row["read_on"], row["quantity"] + row["carried"], row["kind"] == "estimated", old),
    )


async def recount_from_last(tx: Transaction, service_point_ids: Sequence[UUID]) -> None:
    """Let reads that are not posted yet count from the last posted one."""
    await (await tx.driver()).execute(
        "update read r set previous_read_id = l.read_id, previous_on = l.read_on, previous_value = l.value,"
        " previous_kind = l.kind, carried = l.carried"
        " from last_read l where l.service_point_id = r.service_point_id and r.service_point_id = any(%s)"
        " and r.state not in ('posted', 'replaced', 'excused')",
        (sorted(service_point_ids),),
    )


async def expect_at(tx: Transaction, service_point_id: UUID, meter_id: UUID, factor: Decimal) -> None:
    """Expect reads not posted yet at another meter; `factor` turns quantities of the old one into its unit."""
    await (await tx.driver()).execute(
        "update read set meter_id = %(meter)s, usual = usual * %(factor)s, high = high * %(factor)s,"
        " low = low * %(factor)s where service_point_id = %(point)s and state not in ('posted', 'replaced', 'excused')",
        {"meter": meter_id, "factor": factor, "point": service_point_id},
    )


async def not_posted(tx: Transaction, service_point_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Reads of open readings that still may change: id and reading."""
    rows = await named_rows(
        tx,
        "select id, reading_id from read where service_point_id = any(%s)"
        " and state not in ('posted', 'replaced', 'excused') and reading_id is not null",
        (sorted(service_point_ids),),
    )
    return [(row["id"], row["reading_id"]) for row in rows]
