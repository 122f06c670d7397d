"""A smallest service to try the chassis on: purses that gain, one fact and one snapshot."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, LargeBinary, Numeric, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from chassis import schema
from chassis.bulk import insert_new, keep_newest, lock
from chassis.consume import Consumer, Subscription, take_batch
from chassis.database import Transaction, connect
from chassis.edge import transaction
from chassis.metrics import Metrics
from chassis.received import RawMessage, Received
from chassis.settings import Settings


class Gained(BaseModel):
    """A purse gained something."""

    model_config = ConfigDict(frozen=True)
    gain_id: UUID
    purse: UUID
    amount: Decimal


class PurseChanged(BaseModel):
    """Snapshot of a purse."""

    model_config = ConfigDict(frozen=True)
    purse: UUID
    version: int
    name: str


@dataclass(frozen=True)
class SampleTopic:
    """A topic as the chassis sees one."""

    name: str
    model: Any
    key: str
    identity: tuple[str, ...]

    def key_of(self, event: Any) -> str:
        return str(getattr(event, self.key))

    def identity_of(self, event: Any) -> str:
        return ":".join(str(getattr(event, name)) for name in self.identity)


GAINED = SampleTopic("Gained", Gained, "purse", ("gain_id",))
PURSE_CHANGED = SampleTopic("PurseChanged", PurseChanged, "purse", ("purse", "version"))


class Table(SQLModel, registry=registry()):
    pass


class Purse(Table, table=True):
    __tablename__ = "purse"

    id: UUID = Field(primary_key=True)
    version: int = 0
    name: str | None = None
    total: Decimal = Field(default=Decimal(0), sa_column=Column(Numeric(14, 2), nullable=False))


class Gain(Table, table=True):
    __tablename__ = "gain"

    gain_id: UUID = Field(primary_key=True)
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    purse: UUID
    amount: Decimal = Field(sa_column=Column(Numeric(14, 2), nullable=False))


DDL = """
create table purse (
    id uuid primary key, version integer not null default 0, name varchar, total numeric(14,2) not null default 0
);
create table gain (
    gain_id uuid primary key, content_hash bytea not null, purse uuid not null, amount numeric(14,2) not null
);
"""


async def take_gains(tx: Transaction, received: list[Received[Gained]]) -> None:
    """Each gain counts once, in a purse that is known. A gain of 666 is a fault of the handler."""
    purses = {one.event.purse for one in received}
    await lock(tx, Purse, purses)
    known = set((await tx.execute(text("select id from purse where name is not null"))).scalars())
    for one in received:
        if one.event.purse not in known:
            tx.wait_for(one, "purse", one.event.purse)
    ready = [one for one in received if one.event.purse in known]
    if any(one.event.amount == 666 for one in ready):
        raise RuntimeError("that number is not for a purse")
    rows = [
        {
            "gain_id": one.event.gain_id,
            "content_hash": one.content_hash,
            "purse": one.event.purse,
            "amount": one.event.amount,
        }
        for one in ready
    ]
    arrivals = await insert_new(tx, Gain, rows, "gain_id")
    for one in ready:
        if arrivals.in_force[one.event.gain_id] != one.content_hash:
            tx.refuse(one, "This gain came before with other content.")
    await tx.execute(
        text("update purse set total = coalesce((select sum(amount) from gain where purse = purse.id), 0)")
    )


async def take_purses(tx: Transaction, received: list[Received[PurseChanged]]) -> None:
    """The newest name of each purse."""
    events = [one.event for one in received]
    await lock(tx, Purse, {one.purse for one in events})
    await keep_newest(tx, Purse, [{"id": one.purse, "version": one.version, "name": one.name} for one in events], "id")
    tx.now_known("purse", frozenset(str(one.purse) for one in events))


GAINS = Subscription(GAINED, take_gains)
PURSES = Subscription(PURSE_CHANGED, take_purses)


@dataclass(frozen=True)
class Bench:
    """The sample service without HTTP: its database and its consumer."""

    engine: AsyncEngine
    consumer: Consumer

    async def take(self, subscription: Subscription[Any], *values: Any, first_offset: int = 0) -> None:
        """Hand a batch to a subscription, as Kafka would."""
        await take_batch(self.consumer, subscription, raws(subscription.topic.name, values, first_offset))

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query answers."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A unit of work of the sample service."""
        async with transaction(self.engine, "sample", "pat", f"00-{'a' * 32}-{'b' * 16}-01") as tx:
            yield tx


def raws(topic: str, values: Sequence[Any], first_offset: int = 0) -> list[RawMessage]:
    """Messages as they come from Kafka: bytes as given, models and dicts as JSON."""
    return [RawMessage(topic, 0, first_offset + at, b"k", _bytes(value)) for at, value in enumerate(values)]


def _bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return value.model_dump_json().encode() if isinstance(value, BaseModel) else json.dumps(value).encode()


@asynccontextmanager
async def sample(database_url: str, **settings: Any) -> AsyncIterator[Bench]:
    """The sample service on an empty database."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(schema.V1)
        connection.execute(schema.V2)
        connection.execute(DDL)
    known = Settings(**({"database_url": database_url, "kafka_servers": "nowhere"} | settings))
    engine = connect(database_url, 8, "sample")
    try:
        yield Bench(engine, Consumer("sample", known, engine, Metrics(), (GAINS, PURSES)))
    finally:
        await engine.dispose()
