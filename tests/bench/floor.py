"""The floor: what a bare loop needs that reads a message, writes a bill with its lines and publishes it.

One process, aiokafka and COPY, no dedupe, no prices, no ledger, big transactions. It reads the night's own ReadPosted
messages and writes as many lines, and documents as long, as the night did.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from uuid_utils.compat import uuid7

from contracts.topics import READ_POSTED
from deploy.local import kafka_admin, topics
from deploy.local.databases import create_database, database_name, drop_database
from deploy.local.supervisor import Suite
from tests.bench.night import Night
from tests.bench.office import plain
from tests.running import administrator

BATCH = 5_000
PARTITIONS = 12
DATABASE = "bench_floor"
TOPIC = "bench.floor"
TABLES = """
create table bill (
    id uuid primary key, account_id uuid not null, number text not null, bill_date date not null,
    due_date date not null, amount_due numeric(14, 2) not null, document json not null
);
create table line (
    bill_id uuid not null, number smallint not null, service text not null, code text not null,
    description text not null, quantity numeric, rate numeric, amount numeric(14, 2) not null, rule text not null,
    primary key (bill_id, number)
);
"""
Bills = list[tuple[UUID, UUID, str]]
LINE = ("water", "usage", "Water usage, first 16 kgal", Decimal("7.412"), Decimal("6.07"), Decimal("44.99"), "16 kgal")


@dataclass(frozen=True)
class Shape:
    """What one bill of the floor is made of."""

    lines: int
    document: str

    @classmethod
    def of(cls, night: Night) -> "Shape":
        """A bill as large as the night's."""
        return cls(max(1, night.lines), '{"bill":"' + "b" * max(1, night.bill_bytes - 11) + '"}')


@dataclass(frozen=True)
class Floor:
    """What the bare loop came to."""

    bills: int
    seconds: float
    processor: float
    """Seconds of the loop's own process."""

    @property
    def bills_a_second(self) -> float:
        return self.bills / self.seconds


def measure(suite: Suite, night: Night) -> Floor:
    """Run the loop over the night's reads."""
    places, database = suite.places, database_name(suite.plan.prefix, DATABASE)
    admin = kafka_admin.connect(places.kafka_login)
    (topic,) = topics.create_by_name(admin, [TOPIC], suite.plan.prefix, PARTITIONS)
    url = plain(create_database(places.postgres_url, database))
    try:
        return asyncio.run(_run(suite, url, topic, night))
    finally:
        drop_database(places.postgres_url, database)
        topics.delete(admin, [topic])


async def _run(suite: Suite, url: str, topic: str, night: Night) -> Floor:
    login = administrator(suite.places)
    consumer = AIOKafkaConsumer(enable_auto_commit=False, auto_offset_reset="earliest", **login)
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, max_batch_size=1 << 20, linger_ms=5, **login)
    await consumer.start()
    await producer.start()
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute(TABLES)
            await connection.commit()
            reads = suite.plan.prefix + READ_POSTED.name
            consumer.assign([TopicPartition(reads, number) for number in range(suite.plan.partitions_cap)])
            await consumer.seek_to_beginning()
            began, used = time.monotonic(), time.process_time()
            bills = await Loop(consumer, producer, connection, topic, Shape.of(night)).run(night.accounts)
            return Floor(bills, time.monotonic() - began, time.process_time() - used)
    finally:
        await producer.stop()
        await consumer.stop()


@dataclass(frozen=True)
class Loop:
    """What the loop holds in its hands."""

    consumer: AIOKafkaConsumer
    producer: AIOKafkaProducer
    connection: "psycopg.AsyncConnection[Any]"
    topic: str
    shape: Shape

    async def run(self, wanted: int) -> int:
        """Make so many bills from as many reads."""
        done = 0
        while done < wanted:
            found = await self.consumer.getmany(timeout_ms=500, max_records=min(BATCH, wanted - done))
            reads = [record for records in found.values() for record in records]
            bills = [(uuid7(), UUID(read.key.decode()), f"{done + place}") for place, read in enumerate(reads)]
            await self._write(bills)
            await self._publish(bills)
            done += len(bills)
        return done

    async def _write(self, bills: Bills) -> None:
        day, document, lines = date(2023, 5, 1), self.shape.document, range(self.shape.lines)
        async with self.connection.cursor() as cursor, cursor.copy("copy bill from stdin") as copy:
            for bill, account, number in bills:
                await copy.write_row((bill, account, number, day, day, Decimal("104.12"), document))
        async with self.connection.cursor() as cursor, cursor.copy("copy line from stdin") as copy:
            for bill, _, _ in bills:
                for place in lines:
                    await copy.write_row((bill, place, *LINE))
        await self.connection.commit()

    async def _publish(self, bills: Bills) -> None:
        value = self.shape.document.encode()
        sent = [await self.producer.send(self.topic, value, key=str(account).encode()) for _, account, _ in bills]
        await asyncio.gather(*sent)
