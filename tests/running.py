"""A service in the test's own process: its real HTTP, consumers and relay, on the run's Kafka and PostgreSQL."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from chassis.auth import local_token
from chassis.kafka import credentials, producer
from chassis.settings import Settings
from chassis.townpack import Bundle
from contracts.topics import TOPICS
from deploy.local.places import Places

KEY = "a key that only tests know, of 32 and more characters"
PACK = Path("deploy/towns/windsor-co")


def environment(places: Places, database_url: str, topic_prefix: str) -> dict[str, Any]:
    """Settings of a service under test, as keyword arguments."""
    return {
        "database_url": database_url,
        "kafka_servers": places.kafka_servers,
        "kafka_user": places.kafka_user,
        "kafka_password": places.kafka_password,
        "kafka_tls": places.kafka_tls,
        "topic_prefix": topic_prefix,
        "signing_key": KEY,
        "log_level": "WARNING",
    }


def administrator(places: Places) -> dict[str, Any]:
    """How aiokafka's clients sign in to the run's Kafka as the one who may do everything."""
    settings = Settings(**environment(places, "postgresql://nowhere", ""))
    return {"bootstrap_servers": places.kafka_servers, **credentials(settings)}


async def sign_in(settings: Settings) -> None:
    """Connect to Kafka as a service's relay does, and leave again."""
    sender = producer(settings)
    try:
        await sender.start()
    finally:
        await sender.stop()


def topics_of(service: str) -> list[str]:
    """What a service reads and writes, apart from the topics of its vendors."""
    return [one.name for one in TOPICS if service in (*one.publishers, *one.consumers)]


@asynccontextmanager
async def running(app: FastAPI, *roles: str) -> AsyncIterator[httpx.AsyncClient]:
    """Start a service and hand out a client whose caller has these roles (coordinator and it, unless told)."""
    async with app.router.lifespan_context(app), caller(app, *roles) as client:
        yield client


def caller(app: FastAPI, *roles: str) -> httpx.AsyncClient:
    """A client of a service's HTTP, whether or not the rest of it runs."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=bearer(*roles))


def bearer(*roles: str) -> dict[str, str]:
    """The header of a request by a caller with these roles."""
    return {"Authorization": f"Bearer {token(*roles)}"}


def token(*roles: str) -> str:
    """A bearer token for a caller named pat with these roles (coordinator and it, unless told)."""
    return local_token(KEY, "pat", list(roles or ("coordinator", "it")))


async def apply_town(client: httpx.AsyncClient, folder: Path = PACK) -> None:
    """Put a town pack in force."""
    files = {path: base64.b64encode(content).decode() for path, content in Bundle.read(folder).files.items()}
    answer = await client.post("/town", json={"files": files})
    assert answer.status_code == 200, answer.text


async def settled(client: httpx.AsyncClient, seconds: float = 30) -> dict[str, Any]:
    """Wait until a service has done all that was asked of it."""
    answer: dict[str, Any] = {}

    async def done() -> bool:
        nonlocal answer
        answer = (await client.get("/settled")).json()
        return bool(answer.get("settled"))

    await eventually(done, seconds, lambda: f"not settled: {answer}")
    return answer


async def eventually(
    holds: Callable[[], Awaitable[bool]], seconds: float = 30, why: Callable[[], str] = lambda: "it never held"
) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > end:
            raise AssertionError(why())
        await asyncio.sleep(0.05)


async def messages(places: Places, topic: str) -> list[Any]:
    """Every record a topic holds now, oldest first."""
    consumer = AIOKafkaConsumer(topic, auto_offset_reset="earliest", enable_auto_commit=False, **administrator(places))
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(batch)
        return found
    finally:
        await consumer.stop()
