"""Metering as its users meet it: HTTP, topics, and nothing else."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.auth import local_token
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.kafka import credentials
from chassis.settings import Settings
from contracts.base import Event
from contracts.billing import BusinessDayStarted
from contracts.topics import BUSINESS_DAY_STARTED, Topic
from deploy.local.places import Places
from services.metering.app import build
from tests.running import settled

KEY = "tests sign with this and nobody else"
PACK = Path(__file__).parents[2] / "deploy" / "towns" / "windsor-co"
DAY = date(2023, 3, 1)

E = TypeVar("E", bound=Event)


@dataclass
class Metering:
    """The service, and the ways to reach it."""

    app: FastAPI
    settings: Settings
    clients: dict[str, httpx.AsyncClient]

    def as_(self, *roles: str) -> httpx.AsyncClient:
        """HTTP in the name of somebody with these roles."""
        name = "+".join(roles)
        if name not in self.clients:
            token = local_token(KEY, f"a {name}", list(roles))
            transport = httpx.ASGITransport(app=self.app)
            headers = {"Authorization": f"Bearer {token}"}
            self.clients[name] = httpx.AsyncClient(
                transport=transport, base_url="http://metering", headers=headers, timeout=120
            )
        return self.clients[name]

    def stranger(self) -> httpx.AsyncClient:
        """HTTP in nobody's name."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://metering")

    async def get(self, path: str, **query: Any) -> Any:
        """What a GET answers; fails on an error."""
        return done(await self.as_("coordinator").get(path, params=query))

    async def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """What a POST answers; fails on an error."""
        return done(await self.as_("coordinator").post(path, json=body, params=query))

    async def send(self, path: str, content: str | bytes, **query: Any) -> Any:
        """What posting a file answers; fails on an error."""
        return done(await self.as_("coordinator").post(path, content=content, params=query))

    async def settled(self) -> None:
        """Wait until everything sent has had its effect and all news is out."""
        await settled(self.as_("it"))

    async def until(self, path: str, state: str) -> Any:
        """Wait until what is at a path is in a state; answers it."""
        for _ in range(1200):
            shown = await self.get(path)
            if shown["state"] == state:
                return shown
            await asyncio.sleep(0.02)
        raise AssertionError(f"{path} did not become {state}: {shown}")

    async def publish(self, topic: Topic[E], *events: E) -> None:
        """Events from another service, through metering's own outbox: the shortest way onto the topic."""
        kit = self.app.state.kit
        async with transaction(kit.engine, "elsewhere", "elsewhere", new_trace()) as tx:
            for event in events:
                tx.publish(topic, event)
        await self.settled()

    async def published(self, topic: Topic[E]) -> list[E]:
        """Every event on a topic, in order per key."""
        await self.settled()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_servers.split(","), **credentials(self.settings)
        )
        await consumer.start()
        try:
            name = self.settings.topic_prefix + topic.name
            places = [TopicPartition(name, number) for number in (0, 1)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await consumer.end_offsets(places)
            events: list[E] = []
            for place in places:
                while await consumer.position(place) < ends[place]:
                    events += [topic.model.model_validate_json(record.value) for record in await _some(consumer, place)]
            return events
        finally:
            await consumer.stop()


async def _some(consumer: AIOKafkaConsumer, place: TopicPartition) -> list[Any]:
    records: list[Any] = (await consumer.getmany(place, timeout_ms=1000)).get(place, [])
    return records


def done(response: httpx.Response) -> Any:
    """The body of an answer that says it is done."""
    assert response.is_success, f"{response.status_code}: {response.text}"
    return response.json() if response.headers["content-type"] == "application/json" else response.text


def sentence(response: httpx.Response, status: int) -> str:
    """What a refused request was told."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return str(response.json()["error"])


def pack(**changes: bytes) -> dict[str, str]:
    """Windsor's pack as it travels."""
    files = {"town.yaml": (PACK / "town.yaml").read_bytes()} | changes
    return {path: base64.b64encode(content).decode() for path, content in files.items()}


@asynccontextmanager
async def running(places: Places, database_url: str, prefix: str) -> AsyncIterator[Metering]:
    """Metering, live."""
    settings = Settings(
        database_url=database_url,
        kafka_servers=places.kafka_servers,
        kafka_user=places.kafka_user,
        kafka_password=SecretStr(places.kafka_password),
        kafka_tls=places.kafka_tls,
        topic_prefix=prefix,
        signing_key=SecretStr(KEY),
        log_level="WARNING",
    )
    app = build(settings)
    async with app.router.lifespan_context(app):
        service = Metering(app, settings, {})
        done(await service.as_("it").post("/town", json={"files": pack()}))
        await service.publish(BUSINESS_DAY_STARTED, BusinessDayStarted(date=DAY))
        yield service
        for client in service.clients.values():
            await client.aclose()
