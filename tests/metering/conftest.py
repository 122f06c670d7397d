"""One running metering service for these tests, on real Kafka and PostgreSQL; each test has a cycle of its own."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient

from deploy.local import topics
from deploy.local.places import Places
from tests.databases import Databases
from tests.metering.crews import Crews
from tests.metering.cycle import Cycle
from tests.metering.running import Metering, running
from tests.running import topics_of

_numbers = count(1)


@pytest.fixture(scope="session")
def metering_topics(kafka_admin: AdminClient) -> Iterator[str]:
    """The prefix of this run's topics."""
    prefix = f"t{uuid4().hex[:10]}."
    made = topics.create_by_name(kafka_admin, topics_of("metering"), prefix, 2)
    yield prefix
    topics.delete(kafka_admin, made)


@pytest.fixture(scope="session")
def metering_database(databases: Databases) -> Iterator[str]:
    """A database with metering's tables."""
    name = databases.take("metering")
    yield databases.address(name)
    databases.drop(name)


@pytest.fixture(scope="session")
async def metering(places: Places, metering_database: str, metering_topics: str) -> AsyncIterator[Metering]:
    """Metering with its town pack applied and the business day begun."""
    async with running(places, metering_database, metering_topics) as service:
        yield service


@pytest.fixture
def cycle(metering: Metering) -> Cycle:
    """A cycle that nothing is known of yet."""
    return Cycle(metering, str(next(_numbers)))


@pytest.fixture
async def crews(cycle: Cycle) -> Crews:
    """The office and the crews of a few houses with accounts."""
    return await Crews.begin(cycle)
