"""From Kafka to a handler: read each record, keep the bad ones, run the batch in one transaction, commit the offsets.

    batch -> validate each (bad ones to dead letters) -> one transaction: handler, dead letters, outbox -> offsets

A passing fault (database away, deadlock) is retried, then the batch is handed back to Kafka and comes again. Anything
else is a record's own fault: the batch is taken record by record, and the one that fails becomes a dead letter.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import deadletters, kafka, waiting
from chassis.database import Transaction
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.lag import group_of
from chassis.logs import logger
from chassis.metrics import Metrics
from chassis.passing import is_passing, pause
from chassis.received import RawMessage, Received, Unreadable, raw_of, read
from chassis.settings import Settings
from chassis.topic import E, Topic
from chassis.tracing import Tracing

Handler = Callable[[Transaction, list[Received[E]]], Awaitable[None]]
ATTEMPTS = 5


@dataclass(frozen=True)
class Subscription(Generic[E]):
    """A topic and the handler of its batches.

    `on_unreadable` hears of a message that can't be read at all; `on_tombstones` of keys whose snapshot is erased.
    """

    topic: Topic[E]
    handle: Handler[E]
    on_unreadable: Callable[[Transaction, RawMessage, str], Awaitable[None]] | None = None
    on_tombstones: Callable[[Transaction, Sequence[RawMessage]], Awaitable[None]] | None = None
    max_records: int = 2000


@dataclass(frozen=True)
class Consumer:
    """What a service's subscriptions share."""

    service: str
    settings: Settings
    engine: AsyncEngine
    metrics: Metrics
    subscriptions: tuple[Subscription[Any], ...]
    tracing: Tracing = field(default_factory=lambda: Tracing(""))

    def subscription_of(self, topic: str) -> Subscription[Any] | None:
        """The subscription of a topic as Kafka names it."""
        name = topic.removeprefix(self.settings.topic_prefix)
        return next((one for one in self.subscriptions if one.topic.name == name), None)


def subscribe_all(broker: KafkaBroker, consumer: Consumer) -> None:
    """Register every subscription, one consumer group per service and topic."""
    for one in consumer.subscriptions:
        _subscribe(broker, consumer, one)


def _subscribe(broker: KafkaBroker, consumer: Consumer, subscription: Subscription[Any]) -> None:
    prefix, name = consumer.settings.topic_prefix, subscription.topic.name
    session_ms = consumer.settings.kafka_session_seconds * 1000

    async def take(message: KafkaMessage) -> None:
        await take_batch(consumer, subscription, [raw_of(record) for record in _records(message)])

    broker.subscriber(
        prefix + name,
        group_id=group_of(consumer.settings, consumer.service, name),
        group_instance_id=_member(consumer.settings, name),
        batch=True,
        max_records=subscription.max_records,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        parser=_tolerant_parser,
        decoder=_raw_body,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=session_ms // 6,
        max_poll_interval_ms=600_000,
        fetch_max_wait_ms=int(kafka.FETCH_WAIT * 1000),
        consumer_timeout_ms=1000,
        batch_timeout_ms=60_000,
    )(take)


def _member(settings: Settings, topic: str) -> str | None:
    """A copy that was given a name takes its own place in the group again at once, however it ended before.

    A copy without a name leaves the group when it stops: its place would be kept for one that never comes back.
    """
    named = "instance" in settings.model_fields_set
    return f"{settings.topic_prefix}{settings.instance}.{topic}" if named else None


def _records(message: KafkaMessage) -> tuple["ConsumerRecord[Any, Any]", ...]:
    raw = message.raw_message
    return raw if isinstance(raw, tuple) else (raw,)


async def _raw_body(message: Any) -> Any:
    return message.body


async def _tolerant_parser(records: tuple["ConsumerRecord[Any, Any]", ...], parse: Any) -> Any:
    """Keep the records, and let FastStream see one of them without its headers: it has no use for the others here,
    and a null or non-UTF-8 header makes it skip a batch silently."""
    message = await parse((replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def take_batch(consumer: Consumer, subscription: Subscription[Any], raws: Sequence[RawMessage]) -> None:
    """Handle one batch; returns only when each record has had its effect or is kept as a dead letter."""
    with consumer.tracing.batch(subscription.topic.name, raws):
        await _take(consumer, subscription, raws)


async def _take(consumer: Consumer, subscription: Subscription[Any], raws: Sequence[RawMessage]) -> None:
    started = time.perf_counter()
    try:
        await _patiently(lambda: _in_one_transaction(consumer, subscription, raws))
    except Exception as error:
        if is_passing(error):
            raise
        logger("consume").warning("batch_taken_one_by_one", topic=subscription.topic.name, error=str(error))
        for raw in raws:
            await _alone(consumer, subscription, raw)
    consumer.metrics.handled(subscription.topic.name, len(raws), time.perf_counter() - started)


async def _in_one_transaction(consumer: Consumer, subscription: Subscription[Any], raws: Sequence[RawMessage]) -> None:
    async with _transaction(consumer, f"kafka:{subscription.topic.name}") as tx:
        await _run(consumer, subscription, tx, raws)


def _transaction(consumer: Consumer, actor: str) -> Any:
    return transaction(consumer.engine, consumer.service, actor, new_trace())


async def _run(
    consumer: Consumer, subscription: Subscription[Any], tx: Transaction, raws: Sequence[RawMessage]
) -> None:
    readable: list[Received[Any]] = []
    tombstones = _tombstones(raws) if subscription.on_tombstones else []
    for raw in raws:
        if raw.value is None and subscription.on_tombstones:
            continue
        try:
            readable.append(read(subscription.topic, raw))
        except Unreadable as error:
            await _keep_unreadable(subscription, tx, raw, str(error))
    if readable:
        await subscription.handle(tx, readable)
    if tombstones and subscription.on_tombstones:
        await subscription.on_tombstones(tx, tombstones)
    await take_up_waiting(consumer, tx)


def _tombstones(raws: Sequence[RawMessage]) -> list[RawMessage]:
    """Erasures that nothing newer in the batch takes back."""
    last = {raw.key: raw for raw in raws}
    return [raw for raw in last.values() if raw.value is None]


async def _keep_unreadable(subscription: Subscription[Any], tx: Transaction, raw: RawMessage, reason: str) -> None:
    await deadletters.keep(tx, raw, reason)
    if subscription.on_unreadable:
        await subscription.on_unreadable(tx, raw, reason)


async def take_up_waiting(consumer: Consumer, tx: Transaction) -> None:
    """Handle, in this transaction, the messages that waited for what it has just made known, and so on from those."""
    while tx.arrived:
        thing, keys = tx.arrived.pop(0)
        by_topic: dict[str, list[RawMessage]] = {}
        for raw in await waiting.release(tx, thing, keys):
            by_topic.setdefault(raw.topic, []).append(raw)
        for topic, raws in by_topic.items():
            subscription = consumer.subscription_of(topic)
            if subscription:
                await subscription.handle(tx, [read(subscription.topic, raw) for raw in raws])


async def _alone(consumer: Consumer, subscription: Subscription[Any], raw: RawMessage) -> None:
    try:
        await _patiently(lambda: _in_one_transaction(consumer, subscription, [raw]))
    except Exception as error:
        if is_passing(error):
            raise
        logger("consume").error("message_kept_as_dead_letter", place=raw.place, exc_info=error)
        async with _transaction(consumer, f"kafka:{subscription.topic.name}") as tx:
            await deadletters.keep(tx, raw, f"The handler failed: {type(error).__name__}: {error}")


async def redrive(consumer: Consumer, tx: Transaction, letter: deadletters.DeadLetter) -> None:
    """Hand a dead letter to its handler again, in the caller's transaction; raises what the handler raises."""
    subscription = consumer.subscription_of(letter.raw.topic)
    if subscription is None:
        raise Unreadable(f"This service no longer reads {letter.raw.topic}; the letter can only be kept.")
    await subscription.handle(tx, [read(subscription.topic, letter.raw)])
    if tx.refused:
        raise Unreadable(tx.refused[0][1])
    await deadletters.settle(tx, letter.id)
    await take_up_waiting(consumer, tx)


async def _patiently(attempt: Callable[[], Awaitable[None]]) -> None:
    for number in range(ATTEMPTS):
        try:
            await attempt()
        except Exception as error:
            if not is_passing(error) or number == ATTEMPTS - 1:
                raise
            await pause(error, 0.1 * 2**number)
        else:
            return
