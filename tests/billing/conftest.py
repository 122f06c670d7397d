"""An office over a fresh database for each test, or the running service."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from deploy.local.places import Places
from services.billing.app import build
from tests.billing.office import Office, an_office
from tests.billing.run_builders import RunOffice
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import environment, topics_of


@pytest.fixture
async def office(database: GivenDatabase) -> AsyncIterator[Office]:
    """A billing office with its town pack applied."""
    async with an_office(database("billing", migrated=True)) as office:
        yield office


@pytest.fixture
async def town(office: Office) -> RunOffice:
    """A town on the day its first cycle is billed. A file of tests about another town has its own."""
    return await RunOffice(office).open()


@pytest.fixture
async def app(places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics) -> FastAPI:
    """The service as it runs in a town, not yet started."""
    make_topics(topics_of("billing"), topic_prefix)
    return build(Settings(**environment(places, database("billing", migrated=True), topic_prefix)))
