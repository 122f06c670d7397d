"""News leaves exactly when its effect commits, in the order that one account's transactions committed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis import outbox
from chassis.bulk import lock
from chassis.database import Kept, asking
from chassis.relay import keep_relaying
from chassis.settings import Settings
from deploy.local.places import Places
from tests.chassis.sample import GAINED, PURSE_CHANGED, Bench, Gained, Purse, PurseChanged, sample
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import environment, eventually, messages

# The cluster is shared by tests that run at the same time: only this database's locks are ours.
OWN_ADVISORY_LOCKS = (
    "from pg_locks where locktype = 'advisory' and granted"
    " and database = (select oid from pg_database where datname = current_database())"
)


def gained(number: int) -> Gained:
    return Gained(gain_id=UUID(int=number), purse=UUID(int=1), amount=Decimal("1.00"))


async def test_a_rolled_back_transaction_says_nothing(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        async with bench.transaction() as tx:
            tx.publish(GAINED, gained(1))
            raise RuntimeError("no")
    assert await bench.rows("select 1 from outbox") == []


async def test_a_message_carries_what_cloudevents_asks_and_who_caused_it(bench: Bench) -> None:
    async with bench.transaction() as tx:
        tx.publish(GAINED, gained(1))
    ((headers, key, topic),) = await bench.rows("select headers, key, topic from outbox")
    found = dict(headers)
    assert (found["ce_id"], found["ce_type"], found["ce_source"]) == (str(UUID(int=1)), "Gained", "/curbstop/sample")
    assert (found["actor"], found["traceparent"].split("-")[1]) == ("pat", "a" * 32)
    assert (key, topic) == (str(UUID(int=1)), "Gained")


async def test_partitions_are_made_ahead_and_dropped_when_all_their_messages_were_sent(bench: Bench) -> None:
    old = date(2020, 1, 1)
    await outbox.turn_partitions(bench.engine)
    async with bench.engine.begin() as connection:
        span = f"from ('{old}') to ('{old + timedelta(1)}')"
        await connection.execute(text(f"create table outbox_20200101 partition of outbox for values {span}"))
        await connection.execute(text(f"insert into outbox_pending (id, day) values (1, '{old}')"))
    await outbox.turn_partitions(bench.engine)
    assert ("outbox_20200101",) in await bench.rows("select relname::text from pg_class")
    async with bench.engine.begin() as connection:
        await connection.execute(text("delete from outbox_pending"))
    await outbox.turn_partitions(bench.engine)
    assert ("outbox_20200101",) not in await bench.rows("select relname::text from pg_class")


async def test_a_day_whose_messages_came_before_its_partition_is_no_fault(bench: Bench) -> None:
    async with bench.transaction() as tx:
        tx.publish(GAINED, gained(1))
    await outbox.turn_partitions(bench.engine)
    async with bench.transaction() as tx:
        tx.publish(GAINED, gained(2))
    assert await bench.rows("select count(*) from outbox") == [(2,)]


@pytest.fixture
async def relayed(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[tuple[Bench, Settings]]:
    make_topics(["Gained", "PurseChanged"], topic_prefix, 4)
    given = environment(places, database("sample"), topic_prefix)
    async with sample(given.pop("database_url"), **given) as bench:
        yield bench, bench.consumer.settings


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def sent(places: Places, settings: Settings, topic: str) -> list[Any]:
    return await messages(places, settings.topic_prefix + topic)


async def test_an_accounts_messages_leave_in_the_order_their_transactions_committed(
    relayed: tuple[Bench, Settings], places: Places
) -> None:
    bench, settings = relayed
    relay = asyncio.create_task(keep_relaying(settings, bench.engine))
    purses = [UUID(int=number) for number in range(4)]

    async def raise_versions(number: int) -> None:
        for turn in range(6):
            async with bench.transaction() as tx:
                mine = {purses[(number + turn) % 4], purses[(number + turn + 1) % 4]}
                await lock(tx, Purse, mine)
                rows = await tx.execute(
                    text("update purse set version = version + 1 where id = any(:ids) returning id, version"),
                    {"ids": list(mine)},
                )
                for row in rows:
                    tx.publish(PURSE_CHANGED, PurseChanged(purse=row.id, version=row.version, name="n"))

    await asyncio.gather(*(raise_versions(number) for number in range(6)))
    await eventually(lambda: _empty(bench))
    await stop(relay)
    found: dict[UUID, list[int]] = {}
    for record in await sent(places, settings, "PurseChanged"):
        event = PurseChanged.model_validate_json(record.value)
        found.setdefault(event.purse, []).append(event.version)
    assert sum(len(versions) for versions in found.values()) == 72
    assert all(versions == list(range(1, len(versions) + 1)) for versions in found.values())


async def test_letters_that_a_service_keeps_anyway_are_sent_from_there(
    relayed: tuple[Bench, Settings], places: Places
) -> None:
    bench, settings = relayed
    async with bench.transaction() as tx:
        letters = tx.publish(GAINED, gained(1), kept=Kept("purse", UUID(int=7)))
        row = {"id": UUID(int=7), "name": letters.decode()}
        await tx.execute(text("insert into purse (id, name) values (:id, :name)"), row)
        tx.publish(GAINED, gained(2))
    assert await bench.rows("select value is null, kept_in from outbox order by id") == [(True, "purse"), (False, None)]
    kept = {"purse": "select id, name from purse where id = any(%s)"}
    relay = asyncio.create_task(keep_relaying(settings, bench.engine, kept))
    await eventually(lambda: _empty(bench))
    await stop(relay)
    found = {one.value for one in await sent(places, settings, "Gained")}
    assert found == {letters, gained(2).model_dump_json().encode()}


async def test_a_leader_that_loses_its_session_stands_down_and_nothing_is_lost(
    relayed: tuple[Bench, Settings], places: Places
) -> None:
    bench, settings = relayed
    relay = asyncio.create_task(keep_relaying(settings, bench.engine))
    await _publish(bench, range(5))
    await eventually(lambda: _empty(bench))
    async with bench.engine.connect() as connection:
        await connection.execute(text(f"select pg_terminate_backend(pid) {OWN_ADVISORY_LOCKS}"))
    await _publish(bench, range(5, 10))
    await eventually(lambda: _empty(bench), 40)
    await stop(relay)
    found = {Gained.model_validate_json(one.value).gain_id.int for one in await sent(places, settings, "Gained")}
    assert found == set(range(10))


async def test_a_leader_that_stands_down_for_want_of_kafka_lets_go_of_its_lock(relayed: tuple[Bench, Settings]) -> None:
    bench, settings = relayed
    relay = asyncio.create_task(
        keep_relaying(settings.model_copy(update={"kafka_servers": "127.0.0.1:1"}), bench.engine)
    )
    await eventually(lambda: _rows(bench, "select 1 from outbox_leader"))
    await stop(relay)
    assert await bench.rows(f"select 1 {OWN_ADVISORY_LOCKS}") == []


async def test_of_two_copies_one_leads_and_the_other_takes_over_at_once_after_a_clean_stop(
    relayed: tuple[Bench, Settings], places: Places
) -> None:
    bench, settings = relayed
    first = asyncio.create_task(keep_relaying(settings, bench.engine))
    await _publish(bench, range(3))
    await eventually(lambda: _empty(bench))
    second = asyncio.create_task(keep_relaying(settings, bench.engine))
    await stop(first)
    await _publish(bench, range(3, 6))
    await eventually(lambda: _empty(bench), 6)
    await stop(second)
    assert len(await sent(places, settings, "Gained")) == 6


async def _publish(bench: Bench, numbers: range) -> None:
    async with bench.transaction() as tx:
        for number in numbers:
            tx.publish(GAINED, gained(number))


async def _rows(bench: Bench, query: str) -> bool:
    return bool(await bench.rows(query))


async def _empty(bench: Bench) -> bool:
    async with asking(bench.engine) as connection:
        return (await outbox.depth(connection)).waiting == 0
