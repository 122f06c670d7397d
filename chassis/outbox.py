"""Messages wait in the database that made them, so that an effect and its news commit together.

A message gets its number only after the handler has locked the accounts it touches: among messages of one account,
numbers rise in the order their transactions commit. A message's payload is written once, and not here if the service
keeps it for good anyway; that it is unsent is a narrow row in `outbox_pending`, so sending never rewrites payloads.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.bulk import copy_columns
from chassis.database import Outgoing, Transaction, driver_of

KEPT = timedelta(days=35)
CHANNEL = "outbox"


async def write(tx: Transaction) -> None:
    """Put what a transaction published into the outbox; the relay is woken when it commits."""
    if not tx.outgoing:
        return
    driver = await tx.driver()
    numbers = await _take_numbers(driver, len(tx.outgoing))
    messages = [(*number, *_row(one)) for number, one in zip(numbers, tx.outgoing, strict=True)]
    await copy_columns(tx, "outbox", _COLUMNS, messages)
    await copy_columns(tx, "outbox_pending", ("id", "day"), numbers)
    await driver.execute(sql.SQL("notify {}").format(sql.Identifier(CHANNEL)))


_COLUMNS = ("id", "day", "topic", "key", "value", "headers", "kept_in", "kept_id")


def _row(one: Outgoing) -> tuple[Any, ...]:
    if one.kept is None:
        return one.topic, one.key, one.value, one.headers, None, None
    return one.topic, one.key, None, one.headers, *one.kept


async def _take_numbers(driver: psycopg.AsyncConnection[Any], count: int) -> list[tuple[Any, ...]]:
    cursor = await driver.execute(
        "select nextval('outbox_id'), (now() at time zone 'utc')::date from generate_series(1, %s)", [count]
    )
    return await cursor.fetchall()


class Depth(NamedTuple):
    """How many messages wait, the age of the oldest in seconds, and the number of the newest there ever was."""

    waiting: int
    age: float
    newest: int


async def depth(connection: AsyncConnection) -> Depth:
    """What is unsent."""
    row = (await connection.execute(text(DEPTH))).one()
    return Depth(int(row.waiting), float(row.age), int(row.newest))


DEPTH = """
select count(*) as waiting, coalesce(extract(epoch from now() - min(at)), 0) as age,
    (select case when is_called then last_value else 0 end from outbox_id) as newest
from outbox_pending
"""


async def turn_partitions(engine: AsyncEngine) -> None:
    """Make the daily partitions of the next days, and drop those older than 35 days that were sent whole."""
    async with engine.begin() as connection:
        driver = await driver_of(connection)
        await driver.execute("select pg_advisory_xact_lock(hashtext('outbox partitions'))")
        cursor = await driver.execute("select (now() at time zone 'utc')::date")
        (today,) = await cursor.fetchone() or (None,)
        assert today is not None
        for ahead in range(3):
            await _make_partition(driver, today + timedelta(days=ahead))
        await _drop_before(driver, today - KEPT)


async def _make_partition(driver: psycopg.AsyncConnection[Any], day: Any) -> None:
    # A day whose first messages came before its partition stays in the default one: PostgreSQL would not move them.
    cursor = await driver.execute("select 1 from outbox_default where day = %s limit 1", [day])
    if await cursor.fetchone():
        return
    await driver.execute(
        sql.SQL("create table if not exists {} partition of outbox for values from ({}) to ({})").format(
            sql.Identifier(f"outbox_{day:%Y%m%d}"), sql.Literal(str(day)), sql.Literal(str(day + timedelta(days=1)))
        )
    )


async def _drop_before(driver: psycopg.AsyncConnection[Any], oldest: Any) -> None:
    await driver.execute(
        "delete from outbox_default o where day < %s and not exists (select 1 from outbox_pending p where p.id = o.id)",
        [oldest],
    )
    cursor = await driver.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'outbox'::regclass"
        " and inhrelid::regclass::text ~ '^outbox_[0-9]{8}$' and inhrelid::regclass::text < %s"
        " and not exists (select 1 from outbox_pending where day < %s)",
        [f"outbox_{oldest:%Y%m%d}", oldest],
    )
    for (name,) in await cursor.fetchall():
        await driver.execute(sql.SQL("drop table {}").format(sql.Identifier(name)))
