"""The service under test, running on the run's Kafka and PostgreSQL."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import credentials
from chassis.settings import Settings
from deploy.local.places import Places
from services.collections.app import build
from tests.collections.builders import Desk
from tests.conftest import GivenDatabase, GivenTopics
from tests.running import apply_town, environment, running

TOPICS = [
    "AccountChanged", "BalanceChanged", "BusinessDayStarted", "BusinessDayDone", "PaymentReceived", "PaymentPending",
    "PaymentFailed", "PaymentReturned", "NoticeSent", "NoticeFailed", "ServiceOrderCompleted", "ServiceOrderCancelled",
    "AccountDelinquent", "CollectionStatusChanged", "ServiceOrderRequested", "ServiceOrderWithdrawn", "ChargeAssessed",
]  # fmt: skip


@pytest.fixture
async def desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[Desk]:
    make_topics(TOPICS, topic_prefix, 1)
    settings = Settings(**environment(places, database("collections", migrated=True), topic_prefix))
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings), "coordinator", "it", "auditor") as client:
            await apply_town(client)
            yield Desk(client, producer, places, topic_prefix)
    finally:
        await producer.stop()
