"""The billing service in the test's own process: messages of others to it, and its HTTP side alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.settings import Settings
from contracts.base import Event
from contracts.topics import Topic
from services.billing.app import build
from tests.running import KEY, caller


async def publish(app: FastAPI, topic: Topic[Any], *events: Event) -> None:
    """Events of other services, by way of billing's own outbox: the shortest way onto the topic."""
    async with transaction(app.state.kit.engine, "elsewhere", "pat", new_trace()) as tx:
        for event in events:
            tx.publish(topic, event)


@asynccontextmanager
async def http_alone(database: AsyncEngine, *roles: str) -> AsyncIterator[httpx.AsyncClient]:
    """The service's HTTP on an office's database; the tests do its chunk work themselves."""
    url = database.url.render_as_string(hide_password=False)
    app = build(Settings(database_url=url, kafka_servers="unused:1", signing_key=KEY))
    async with caller(app, *roles) as client:
        yield client
    await app.state.kit.engine.dispose()
