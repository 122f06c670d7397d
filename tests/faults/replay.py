"""Every consumer alone, on a fresh database, told everything twice and in any order: it comes to the same books."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from threading import Thread
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from chassis.auth import local_token
from chassis.migrating import upgrade
from contracts.topics import TOPICS, Topic, vendor_intake, vendor_outcome
from deploy.local import kafka_admin, topics
from deploy.local.databases import create_database, drop_database
from deploy.local.places import Places
from deploy.local.ports import free_port
from tests.faults.month import VENDOR
from tests.faults.office import Office
from tests.running import KEY, administrator, environment

Records = Mapping[str, list[Any]]
"""Kafka's records by the name of their topic, in the order they stood in there."""
Build = Callable[[dict[str, Any]], FastAPI]

PARTITIONS = 2
INTAKE = vendor_intake(VENDOR)


@dataclass(frozen=True)
class Alone:
    """One service in a thread of this process, at an address of its own."""

    service: str
    port: int

    @property
    def services(self) -> Mapping[str, Any]:
        """Its name."""
        return {self.service: self}

    def url(self, name: str) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, name: str, *roles: str) -> str:
        """A token it knows."""
        return local_token(KEY, name, list(roles))


@dataclass
class Copy:
    """A fresh copy of one service, its database, and a prefix under which only it reads and writes."""

    office: Office
    service: str
    database: str
    prefix: str
    places: Places
    chance: Random
    published: int = 0

    def told(self, records: Records) -> None:
        """Publish messages twice and shuffled, and wait until all have had their effect."""
        self.published += asyncio.run(publish(self.places, self.prefix, doubled(self.chance, records)))
        self.office.settle([self.service])


@dataclass(frozen=True)
class Elsewhere:
    """Where fresh copies may live: a Kafka, a PostgreSQL and a mail server."""

    places: Places
    chance: Random
    smtp_port: int

    @contextmanager
    def copy(self, service: str, build: Build, name: str = "") -> Iterator[Copy]:
        """Start a fresh copy of a service, and leave nothing of it behind."""
        prefix, database = f"again-{name or service}.", f"again_{name or service}"
        with (
            self._topics(service, prefix),
            self._database(service, database) as url,
            serving(service, build(environment(self.places, url, prefix))) as alone,
            Office(alone) as office,
        ):
            yield Copy(office, service, url, prefix, self.places, self.chance)

    @contextmanager
    def _topics(self, service: str, prefix: str) -> Iterator[None]:
        admin = kafka_admin.connect(self.places.kafka_login)
        made = topics.create_by_name(admin, [one.name for one in read_or_written_by(service)], prefix, PARTITIONS)
        try:
            yield
        finally:
            topics.delete(admin, made)

    @contextmanager
    def _database(self, service: str, name: str) -> Iterator[str]:
        url = create_database(self.places.postgres_url, name)
        try:
            upgrade(service, url)
            yield url
        finally:
            drop_database(self.places.postgres_url, name)


@contextmanager
def serving(service: str, app: FastAPI) -> Iterator[Alone]:
    """Serve an application in a thread until the end of the block."""
    alone = Alone(service, free_port())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=alone.port, log_level="error"))
    thread = Thread(target=server.run, name=f"copy of {service}")
    thread.start()
    try:
        yield alone
    finally:
        server.should_exit = True
        thread.join()


def read_or_written_by(service: str) -> list[Topic[Any]]:
    """The topics a service has to do with."""
    every = (*TOPICS, INTAKE, vendor_outcome(VENDOR))
    return [one for one in every if service in one.consumers or service in one.publishers]


def read_by(service: str, records: Records, but: Iterable[Topic[Any]] = ()) -> Records:
    """The records of the topics a service reads."""
    left_out = {one.name for one in but}
    wanted = [one.name for one in (*TOPICS, INTAKE) if service in one.consumers and one.name not in left_out]
    return {name: records[name] for name in wanted}


def doubled(chance: Random, records: Records) -> list[tuple[str, Any]]:
    """Every message twice, in any order, with its topic.

    Only a vendor's own order is kept, for each account: which of two messages under one number was first decides.
    """
    twice = [(topic, record) for topic, found in records.items() for record in found for _ in range(2)]
    chance.shuffle(twice)
    return list(_in_order_where_it_matters(twice, records))


def _in_order_where_it_matters(twice: list[tuple[str, Any]], records: Records) -> Iterator[tuple[str, Any]]:
    by_key: dict[bytes | None, list[Any]] = {}
    for record in reversed(records.get(INTAKE.name, [])):
        by_key.setdefault(record.key, []).extend((record, record))
    for topic, record in twice:
        yield (topic, by_key[record.key].pop()) if topic == INTAKE.name else (topic, record)


async def publish(places: Places, prefix: str, sendings: Iterable[tuple[str, Any]]) -> int:
    """Send records again as they were, under another prefix; answers how many."""
    async with AIOKafkaProducer(linger_ms=5, **administrator(places)) as producer:
        promised = [
            await producer.send(prefix + topic, record.value, key=record.key, headers=list(record.headers))
            for topic, record in sendings
        ]
        await asyncio.gather(*promised)
    return len(promised)
