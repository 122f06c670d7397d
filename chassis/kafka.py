"""How a service reaches Kafka: safe settings for the consumer side and the relay's producer, in one place."""

import asyncio
import ssl
from functools import lru_cache, partial
from hashlib import pbkdf2_hmac
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.conn import ScramAuthenticator
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLScram512

from chassis.settings import Settings

MAX_BATCH_BYTES = 1 << 20
FETCH_WAIT = 3.0
"""Seconds that Kafka keeps a question open while nothing is there: asked more often, sixty idle consumers are work."""

stretched = lru_cache(maxsize=16)(pbkdf2_hmac)


def _stretch_once(signing_in: ScramAuthenticator, salt: bytes, iterations: int) -> None:
    """Stretch a password once a process. aiokafka does it for each connection, of which a service has some sixty: at
    every start that cost a third of a second of processor, in which the event loop stood still."""
    signing_in._salted_password = stretched(signing_in._hashname, signing_in._sasl_plain_password, salt, iterations)


ScramAuthenticator.create_salted_password = _stretch_once


class PromptConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """A consumer that hands on what there is as soon as it is there, and never nothing.

    FastStream pauses whenever it is handed nothing. A record that came in that pause was not taken for so long that
    aiokafka asked Kafka for the other partitions alone, and while that question was open, for `FETCH_WAIT`, whatever
    else came to the record's own partition lay unread. A handler at work is such a pause too.
    """

    async def start(self) -> None:
        await super().start()
        # How long a record that nobody takes keeps aiokafka from asking for the other partitions.
        self._fetcher._prefetch_backoff = FETCH_WAIT

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord[Any, Any]]]:
        """Wait for records however long it takes; ConsumerStoppedError once the consumer is stopped."""
        found: dict[TopicPartition, list[ConsumerRecord[Any, Any]]] = {}
        while not found:
            found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        return found


def consuming_broker(settings: Settings) -> KafkaBroker:
    """A FastStream broker that only consumes; the relay is the one producer of a service."""
    return KafkaBroker(
        settings.kafka_servers.split(","),
        security=_security(settings),
        client_id=settings.instance,
        consumer_only=True,
        allow_auto_create_topics=False,
        graceful_timeout=10.0,
        apply_types=True,
        logger=None,
    )


async def start(broker: KafkaBroker) -> None:
    """Start all consumers at once: FastStream's own `start` waits for each to find its place in its group."""
    await broker.connect()
    ours = broker.config.broker_config
    ours.builder = partial(PromptConsumer, **ours.builder.keywords)  # type: ignore[attr-defined]
    await asyncio.gather(*(one.start() for one in broker.subscribers))
    broker.running = True


def producer(settings: Settings) -> AIOKafkaProducer:
    """An idempotent producer: acknowledged by all in-sync replicas, in order, nothing twice within its life."""
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_servers.split(","),
        client_id=settings.instance,
        acks="all",
        enable_idempotence=True,
        max_batch_size=MAX_BATCH_BYTES,
        linger_ms=5,
        **credentials(settings),
    )


def credentials(settings: Settings) -> dict[str, Any]:
    """How to sign in, as aiokafka names it; a cluster without users is not signed in to."""
    context, user = _trusted(settings.kafka_tls), settings.kafka_user
    protocol = ("SASL_" if user else "") + ("SSL" if context else "PLAINTEXT")
    told: dict[str, Any] = {"security_protocol": protocol, "ssl_context": context}
    if not user:
        return told
    return told | {
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": settings.kafka_password.get_secret_value(),
    }


def _security(settings: Settings) -> BaseSecurity:
    context, user = _trusted(settings.kafka_tls), settings.kafka_user
    if not user:
        return BaseSecurity(ssl_context=context, use_ssl=bool(context))
    password = settings.kafka_password.get_secret_value()
    return SASLScram512(user, password, ssl_context=context, use_ssl=bool(context))


def _trusted(tls: str) -> ssl.SSLContext | None:
    """Who may vouch for a broker; None speaks in the clear."""
    return ssl.create_default_context(cafile=None if tls == "system" else tls) if tls else None
