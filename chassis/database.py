"""One connection pool, and the unit of work that every handler and request is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from pydantic import BaseModel
from sqlalchemy import Executable, Result, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.arrays import IdsDumper
from chassis.envelope import headers_for, next_hop
from chassis.received import Received
from chassis.topic import E, Topic


class Kept(NamedTuple):
    """Where a service keeps the letters of a message for good, so that its outbox need not: a place it names, a row."""

    place: str
    id: UUID


@dataclass(frozen=True)
class Outgoing:
    """A message that will be sent once the transaction that holds it has committed."""

    topic: str
    key: str
    value: bytes | None
    headers: str
    """As JSON, a list of pairs."""
    kept: Kept | None = None


@dataclass(frozen=True)
class AuditEntry:
    """Who changed what, why, from what to what."""

    action: str
    entity: str
    why: str
    before: BaseModel | dict[str, Any] | None
    after: BaseModel | dict[str, Any] | None


@dataclass
class Transaction:
    """One unit of work: its effects, outgoing messages, dead letters and audit rows commit together or not at all.

    `actor` is the person or program that caused it, `trace` the W3C traceparent it belongs to.
    """

    session: AsyncSession
    service: str
    actor: str
    trace: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    outgoing: list[Outgoing] = field(default_factory=list)
    audits: list[AuditEntry] = field(default_factory=list)
    refused: list[tuple[Received[Any], str]] = field(default_factory=list)
    waiting: list[tuple[Received[Any], str, str]] = field(default_factory=list)
    arrived: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    def publish(self, topic: Topic[E], event: E, cause: Received[Any] | None = None, kept: Kept | None = None) -> bytes:
        """Send an event once this transaction has committed; answers its letters.

        `cause` is the message it follows from, if any, and `kept` where this transaction keeps these very letters.
        """
        trace = next_hop(cause.trace) if cause else self.hop
        actor = cause.actor if cause else self.actor
        letters = event.model_dump_json().encode()
        self._send(topic, topic.identity_of(event), topic.key_of(event), letters, trace, actor, kept)
        return letters

    def erase(self, topic: Topic[E], key: str) -> None:
        """Send a tombstone: the snapshot of this key is to be forgotten."""
        self._send(topic, f"{key}:erased", key, None, self.hop, self.actor)

    def _send(
        self,
        topic: Topic[E],
        identity: str,
        key: str,
        value: bytes | None,
        trace: str,
        actor: str,
        kept: Kept | None = None,
    ) -> None:
        headers = headers_for(topic.name, identity, self.service, key, trace, actor, self.began)
        self.outgoing.append(Outgoing(topic.name, key, value, headers, kept))

    @cached_property
    def hop(self) -> str:
        """What this transaction's own messages carry as their trace: one step on."""
        return next_hop(self.trace)

    def audit(
        self,
        action: str,
        entity: str,
        why: str,
        before: BaseModel | dict[str, Any] | None = None,
        after: BaseModel | dict[str, Any] | None = None,
    ) -> None:
        """Keep who changed what, why, from what to what. `entity` is like "account 10023"."""
        self.audits.append(AuditEntry(action, entity, why, before, after))

    def refuse(self, message: Received[Any], reason: str) -> None:
        """Keep a message that can't be used as a dead letter, with the reason in a sentence."""
        self.refused.append((message, reason))

    def wait_for(self, message: Received[Any], thing: str, key: object) -> None:
        """Keep a message until the thing it speaks of is known: `wait_for(read, "account", account_id)`."""
        self.waiting.append((message, thing, str(key)))

    def now_known(self, thing: str, keys: frozenset[str]) -> None:
        """Say that these things are known now: messages that waited for them are handled in this transaction."""
        self.arrived.append((thing, keys))

    async def execute(self, statement: Executable, parameters: Any = None) -> Result[Any]:
        """Run a Core statement in this transaction."""
        connection = await self.session.connection()
        return await connection.execute(statement, parameters)

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """The psycopg connection beneath, for COPY and arrays."""
        return await driver_of(await self.session.connection())


async def driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection beneath a SQLAlchemy one."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    return driver


def connect(url: str, connections: int, name: str) -> AsyncEngine:
    """A pool of at most `connections`, each known to PostgreSQL by the service's name.

    Statements are planned anew each time: they work on batches, and a plan made while a table was empty reads all of
    it, over and over, on the night that fills it. And they are planned for disks without arms, on which finding a
    batch by its keys costs less than reading the whole table.
    """
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=2,
        pool_pre_ping=True,
        connect_args={
            "async_creator_fn": _open,
            "application_name": name,
            "connect_timeout": 5,
            "options": "-c plan_cache_mode=force_custom_plan -c random_page_cost=1.1",
        },
    )
    event.listen(engine.sync_engine, "connect", _write_ids_at_once)
    return engine


@asynccontextmanager
async def asking(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection for questions that need no transaction: each costs one round trip, not three."""
    async with engine.connect() as connection:
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")


async def _open(address: str = "", **given: Any) -> psycopg.AsyncConnection[Any]:
    """Open a connection to its end, even if nobody waits for it any more; it is closed then.

    One that is given up half open is closed when the garbage is collected. Until then the server waits for its
    password, for a minute, and every `drop database` waits with it.
    """
    opening = asyncio.create_task(psycopg.AsyncConnection.connect(address, **given))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(psycopg.Error):
            await (await opening).close()
        raise


def _write_ids_at_once(connection: Any, _: object) -> None:
    connection.driver_connection.adapters.register_dumper(list, IdsDumper)
