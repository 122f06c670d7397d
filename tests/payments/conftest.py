"""The payments service, running, with one account and a business day."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from chassis.kafka import credentials
from deploy.local.places import Places
from services.payments.app import build
from services.payments.settings import PaymentsSettings
from tests.conftest import GivenDatabase, GivenTopics
from tests.payments.builders import DAY, SECRET, TOPICS, Counter, Desk
from tests.running import apply_town, caller, environment, running


@pytest.fixture
async def desk(
    places: Places, database: GivenDatabase, topic_prefix: str, make_topics: GivenTopics
) -> AsyncIterator[Desk]:
    make_topics(TOPICS, topic_prefix, 1)
    settings = PaymentsSettings(
        **environment(places, database("payments", migrated=True), topic_prefix), webhook_secrets={"bank": SECRET}
    )
    producer = AIOKafkaProducer(bootstrap_servers=places.kafka_servers, **credentials(settings))
    await producer.start()
    try:
        async with running(build(settings), "coordinator", "it", "cashier") as client:
            await apply_town(client)
            desk = Desk(client, producer, places, topic_prefix)
            await desk.open_account("10001")
            await desk.begin_day(DAY)
            yield desk
    finally:
        await producer.stop()


@pytest.fixture
async def counter(places: Places, database: GivenDatabase) -> AsyncIterator[Counter]:
    settings = PaymentsSettings(
        **environment(places, database("payments", migrated=True), ""), webhook_secrets={"bank": SECRET}
    )
    app = build(settings)
    async with caller(app, "coordinator", "it", "cashier") as client:
        await apply_town(client)
        counter = Counter(client, app.state.kit.engine)
        await counter.open_account("10001")
        await counter.begin_day(DAY)
        yield counter
    await app.state.kit.engine.dispose()
