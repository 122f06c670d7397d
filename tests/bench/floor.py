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

from deploy.local import kafka_admin, topics
from deploy.local.databases import create_database, drop_database
from deploy.local.places import Places
from tests.bench.night import Night
from tests.bench.office import plain

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

    @property
    def bills_a_second(self) -> float:
        return self.bills / self.seconds


def measure(places: Places, reads_topic: str, night: Night) -> Floor:
    """Run the loop over the night's reads."""
    admin = kafka_admin.connect(places.kafka_servers, places.kafka_user, places.kafka_password)
    topics.create_by_name(admin, [TOPIC], "", PARTITIONS)
    drop_database(places.postgres_url, DATABASE)
    url = plain(create_database(places.postgres_url, DATABASE))
    try:
        return asyncio.run(_run(places, url, reads_topic, night))
    finally:
        drop_database(places.postgres_url, DATABASE)
        topics.delete(admin, [TOPIC])


async def _run(places: Places, url: str, reads_topic: str, night: Night) -> Floor:
    login = _login(places)
    consumer = AIOKafkaConsumer(enable_auto_commit=False, auto_offset_reset="earliest", **login)
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, max_batch_size=1 << 20, linger_ms=5, **login)
    await consumer.start()
    await producer.start()
    try:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute(TABLES)
            await connection.commit()
            consumer.assign([TopicPartition(reads_topic, number) for number in range(PARTITIONS)])
            await consumer.seek_to_beginning()
            began = time.monotonic()
            bills = await _loop(consumer, producer, connection, night)
            return Floor(bills, time.monotonic() - began)
    finally:
        await producer.stop()
        await consumer.stop()


async def _loop(
    consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, connection: "psycopg.AsyncConnection[Any]", night: Night
) -> int:
    shape, done = Shape.of(night), 0
    while done < night.accounts:
        found = await consumer.getmany(timeout_ms=500, max_records=min(BATCH, night.accounts - done))
        reads = [record for records in found.values() for record in records]
        bills = [(uuid7(), UUID(read.key.decode()), f"{done + place}") for place, read in enumerate(reads)]
        await _write(connection, bills, shape)
        await _publish(producer, bills, shape)
        done += len(bills)
    return done


async def _write(connection: "psycopg.AsyncConnection[Any]", bills: list[tuple[UUID, UUID, str]], shape: Shape) -> None:
    day = date(2023, 5, 1)
    async with connection.cursor() as cursor, cursor.copy("copy bill from stdin") as copy:
        for bill, account, number in bills:
            await copy.write_row((bill, account, number, day, day, Decimal("104.12"), shape.document))
    async with connection.cursor() as cursor, cursor.copy("copy line from stdin") as copy:
        for bill, _, _ in bills:
            for place in range(shape.lines):
                await copy.write_row((bill, place, *LINE))
    await connection.commit()


async def _publish(producer: AIOKafkaProducer, bills: list[tuple[UUID, UUID, str]], shape: Shape) -> None:
    value = shape.document.encode()
    sent = [await producer.send(TOPIC, value, key=str(account).encode()) for _, account, _ in bills]
    await asyncio.gather(*sent)


def _login(places: Places) -> dict[str, Any]:
    login: dict[str, Any] = {"bootstrap_servers": places.kafka_servers}
    if places.kafka_user:
        login |= {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": places.kafka_user,
            "sasl_plain_password": places.kafka_password,
        }
    return login
