"""What a running service tells Prometheus, and the names that alerts and dashboards ask for."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.settings import Settings
from deploy.local.places import Places
from services.billing.app import build
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import environment, running, topics_of

SAMPLES = re.compile(r"\bcurbstop_\w+")


@asynccontextmanager
async def metrics_of_billing(
    places: Places, database: GivenDatabase, prefix: str, make_topics: GivenTopics
) -> AsyncIterator[str]:
    """The page of the one service that has every metric, after a request."""
    make_topics(topics_of("billing"), prefix, 1)
    settings = Settings(**environment(places, database("billing", migrated=True), prefix))
    async with running(build(settings)) as client:
        await client.get("/health/live")
        yield (await client.get("/metrics")).text


def asked_for(query: str) -> set[str]:
    """The metrics that a query names."""
    return set(SAMPLES.findall(query))


def told(page: str) -> set[str]:
    """The metrics that a page has, and those that it will have once there is a sample: by its lines of TYPE."""
    names = set()
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", page, re.MULTILINE):
        names |= {name} | ({f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else set())
    return names
