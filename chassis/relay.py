"""The one that sends a service's outbox to Kafka.

Of all copies of a service one leads, by a session advisory lock on its own connection. It reads pending messages in
number order, pipelines them through an idempotent producer, and forgets them on that same connection: a leader that
lost its session can't mark anything. A successor of a leader that did not leave cleanly waits out the send timeout,
so that nothing the dead one sent can arrive after what the new one sends.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import kafka
from chassis.database import asking, driver_of
from chassis.logs import logger
from chassis.outbox import CHANNEL
from chassis.passing import pause
from chassis.sending import Pending, send
from chassis.settings import Settings
from chassis.waking import listen, wait_for_news

SEND_TIMEOUT = 8.0
BATCH = 2000
IDLE_POLL = 1.0
RETRY_PAUSE = 0.5

_LOCK = "select pg_try_advisory_lock(hashtext('outbox relay'))"
_PENDING = """
select o.id, o.topic, o.key, o.value, o.headers::text, o.kept_in, o.kept_id
from outbox_pending p join outbox o on o.id = p.id and o.day = p.day
order by p.id limit %s
"""


KeptIn = Mapping[str, LiteralString]
"""For each place in which a service keeps letters, the query that answers ids with their letters as text."""

NOTHING_KEPT: KeptIn = {}


class Deposed(Exception):
    """This copy must not send any more: its lock session or its producer is gone."""


async def keep_relaying(settings: Settings, engine: AsyncEngine, kept: KeptIn = NOTHING_KEPT) -> None:
    """Stand by, lead, and stand by again after a loss, until cancelled."""
    log = logger("relay")
    while True:
        try:
            async with asking(engine) as connection:
                driver = await driver_of(connection)
                if await _elected(driver):
                    try:
                        await _lead(settings, driver, kept)
                    finally:
                        # The lock is the session's: back in the pool, it would keep everybody else from leading.
                        await connection.invalidate()
        except (Deposed, KafkaError, SQLAlchemyError, psycopg.Error, OSError, TimeoutError) as error:
            log.warning("relay_stood_down", error=str(error) or type(error).__name__)
            await pause(error, RETRY_PAUSE)
        else:
            await asyncio.sleep(RETRY_PAUSE)


async def _elected(driver: psycopg.AsyncConnection[Any]) -> bool:
    cursor = await driver.execute(_LOCK)
    row = await cursor.fetchone()
    return bool(row and row[0])


async def _lead(settings: Settings, driver: psycopg.AsyncConnection[Any], kept: KeptIn) -> None:
    await _succeed(driver, settings.instance)
    sender = kafka.producer(settings)
    try:
        async with asyncio.timeout(SEND_TIMEOUT):
            await sender.start()
        await listen(driver, CHANNEL)
        while True:
            if not await send_pending(driver, sender, settings.topic_prefix, kept):
                await wait_for_news(driver, IDLE_POLL)
    except asyncio.CancelledError:
        await asyncio.shield(_leave(driver, sender))
        raise
    finally:
        await _drop(sender)


async def _succeed(driver: psycopg.AsyncConnection[Any], instance: str) -> None:
    cursor = await driver.execute("select instance, left_cleanly from outbox_leader")
    before = await cursor.fetchone()
    if before and not before[1]:
        logger("relay").info("relay_waits_out_predecessor", predecessor=before[0], seconds=SEND_TIMEOUT)
        await asyncio.sleep(SEND_TIMEOUT)
    await driver.execute(
        "insert into outbox_leader (instance, left_cleanly) values (%s, false)"
        " on conflict (one) do update set instance = excluded.instance, left_cleanly = false",
        [instance],
    )


async def send_pending(
    driver: psycopg.AsyncConnection[Any], sender: AIOKafkaProducer, prefix: str, kept: KeptIn = NOTHING_KEPT
) -> int:
    """Send the oldest pending messages and forget them once Kafka has them all; answers how many.

    Reading them on the connection that holds the lock proves, before the send, that the session still lives.
    """
    cursor = await driver.execute(_PENDING, [BATCH], binary=True)
    batch = await _with_letters(driver, await cursor.fetchall(), kept)
    if batch:
        async with asyncio.timeout(SEND_TIMEOUT):
            await send(sender, batch, prefix)
        await driver.execute("delete from outbox_pending where id = any(%s)", [[one.number for one in batch]])
    return len(batch)


async def _with_letters(
    driver: psycopg.AsyncConnection[Any], rows: Sequence[tuple[Any, ...]], kept: KeptIn
) -> list[Pending]:
    """Messages with their letters, wherever they are kept. A letter that is gone is a KeyError: nothing may pass it."""
    letters: dict[tuple[str, UUID], bytes] = {}
    for place in {row[5] for row in rows if row[5]}:
        wanted = [row[6] for row in rows if row[5] == place]
        cursor = await driver.execute(kept[place], [wanted], binary=True)
        letters |= {(place, one): letter.encode() for one, letter in await cursor.fetchall()}
    return [
        Pending(number, topic, key, letters[place, one] if place else value, headers)
        for number, topic, key, value, headers, place, one in rows
    ]


async def _leave(driver: psycopg.AsyncConnection[Any], sender: AIOKafkaProducer) -> None:
    """Let what is under way arrive, then say that no successor needs to wait."""
    async with asyncio.timeout(SEND_TIMEOUT):
        await sender.stop()
    await driver.execute("update outbox_leader set left_cleanly = true")


async def _drop(sender: AIOKafkaProducer) -> None:
    """Close a producer at once. An idempotent one never gives up on its own, and `stop` alone would wait for it."""
    if sender._sender is not None:
        await sender._sender.close()
    try:
        async with asyncio.timeout(1.0):
            await sender.stop()
    except TimeoutError:
        await sender.client.close()
