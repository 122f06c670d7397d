"""How a service signs in to Kafka, and how soon it reads what is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import ConsumerStoppedError, KafkaError

from chassis import kafka
from chassis.settings import Settings
from deploy.local.places import Places
from tests.conftest import GivenTopics
from tests.running import administrator, environment, sign_in

ALMOST_FOR_EVER = 60
LONG_BEFORE = 20
"""Seconds; of Kafka's patience with a question, and of a test's with an answer that must not wait for its end."""


def settings_of(places: Places, **changed: str) -> Settings:
    return Settings(**{**environment(places, "postgresql://nowhere", ""), **changed})


async def test_a_password_is_stretched_once_however_many_connections_there_are(places: Places) -> None:
    kafka.stretched.cache_clear()
    for _ in range(3):
        await sign_in(settings_of(places))
    assert kafka.stretched.cache_info().misses == bool(places.kafka_user)


async def test_a_wrong_password_is_still_refused(places: Places) -> None:
    await sign_in(settings_of(places))
    if places.kafka_user:
        with pytest.raises(KafkaError):
            await sign_in(settings_of(places, kafka_password="another"))


async def test_a_record_that_lay_while_a_handler_was_at_work_holds_up_none_that_come_after_it(
    places: Places, make_topics: GivenTopics, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "FETCH_WAIT", ALMOST_FOR_EVER)
    (topic,) = make_topics(["Anything"], topic_prefix)
    async with reading(places, topic) as consumer, writing(places) as producer:
        for letter in (b"first", b"second"):
            await producer.send_and_wait(topic, letter, partition=0)
            await asyncio.sleep(0.5)  # a handler at work, for longer than aiokafka waits for it by itself
            assert await taken(consumer) == [letter]


async def test_a_consumer_hands_on_something_or_waits(
    places: Places, make_topics: GivenTopics, topic_prefix: str
) -> None:
    (topic,) = make_topics(["Anything"], topic_prefix)
    async with reading(places, topic) as consumer, writing(places) as producer:
        waiting = asyncio.create_task(taken(consumer))
        await asyncio.sleep(0.2)
        await producer.send_and_wait(topic, b"something")
        assert await waiting == [b"something"]


async def test_a_consumer_that_is_stopped_waits_no_longer(
    places: Places, make_topics: GivenTopics, topic_prefix: str
) -> None:
    (topic,) = make_topics(["Anything"], topic_prefix)
    async with reading(places, topic) as consumer:
        waiting = asyncio.create_task(taken(consumer))
        await asyncio.sleep(0.2)
        await consumer.stop()
        with pytest.raises(ConsumerStoppedError):
            await waiting


async def test_a_services_subscriptions_read_so(places: Places, make_topics: GivenTopics, topic_prefix: str) -> None:
    (topic,) = make_topics(["Anything"], topic_prefix)
    broker = kafka.consuming_broker(settings_of(places))
    subscriber = broker.subscriber(topic, group_id=topic, batch=True)
    subscriber(lambda batch: None)
    await kafka.start(broker)
    try:
        assert isinstance(subscriber.consumer, kafka.PromptConsumer)
    finally:
        await broker.stop()


@asynccontextmanager
async def reading(places: Places, topic: str) -> AsyncIterator[kafka.PromptConsumer]:
    consumer = kafka.PromptConsumer(
        topic, auto_offset_reset="earliest", fetch_max_wait_ms=ALMOST_FOR_EVER * 1000, **administrator(places)
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def writing(places: Places) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**administrator(places))
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def taken(consumer: kafka.PromptConsumer) -> list[bytes]:
    """The letters of what comes next."""
    async with asyncio.timeout(LONG_BEFORE):
        found = await consumer.getmany(timeout_ms=10)
    return [record.value for records in found.values() for record in records]
