"""The service under test: on its database alone, or running with Kafka."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import credentials
from chassis.settings import Settings
from deploy.local.places import Places
from services.collections.app import build
from tests.collections.builders import Desk, KafkaDesk
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, caller, environment, running, topics_of

ROLES = ("coordinator", "it", "auditor")


@pytest.fixture
async def desk(places: Places, database: GivenDatabase) -> AsyncIterator[Desk]:
    """The service's handlers, routes and day's work on its own database; no Kafka."""
    app = build(Settings(**environment(places, database("collections", migrated=True), "")))
    async with caller(app, *ROLES) as client:
        await apply_town(client)
        yield Desk(app, client)
    await app.state.kit.engine.dispose()


@pytest.fixture
async def kafka_desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[KafkaDesk]:
    """The whole service, as it runs in a town."""
    make_topics(topics_of("collections"), topic_prefix, 1)
    settings = Settings(**environment(places, database("collections", migrated=True), topic_prefix))
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    app = build(settings)
    try:
        async with running(app, *ROLES) as client:
            await apply_town(client)
            yield KafkaDesk(app, client, producer, places, topic_prefix)
    finally:
        await producer.stop()
