"""One running metering service for these tests, on real Kafka and PostgreSQL; each test has a cycle of its own."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from uuid import uuid4

import pytest

from contracts.topics import TOPICS
from deploy.local.places import Places
from tests.metering.crews import Crews
from tests.metering.cycle import Cycle
from tests.metering.running import Metering, running

_numbers = count(1)
NAMES = tuple(one.name for one in TOPICS if "metering" in (*one.publishers, *one.consumers))


@pytest.fixture(scope="session")
def metering_topics(places: Places) -> Iterator[str]:
    """The prefix of this run's topics."""
    from deploy.local import kafka_admin, topics

    prefix = f"t{uuid4().hex[:10]}."
    admin = kafka_admin.connect(places.kafka_servers, places.kafka_user, places.kafka_password)
    made = topics.create_by_name(admin, NAMES, prefix, 2)
    yield prefix
    topics.delete(admin, made)


@pytest.fixture(scope="session")
def metering_database(places: Places, migrated: Callable[[str], str]) -> Iterator[str]:
    """A database with metering's tables."""
    from deploy.local.databases import create_database, drop_database

    name = f"t_{uuid4().hex[:10]}_metering"
    yield create_database(places.postgres_url, name, migrated("metering"))
    drop_database(places.postgres_url, name)


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
