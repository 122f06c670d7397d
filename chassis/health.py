"""Whether this copy lives, whether it can do its work, and whether all that was sent to it is done."""

import asyncio
import time
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from chassis import outbox, runs
from chassis.auth import allow, everyone
from chassis.database import asking
from chassis.kit import Kit
from chassis.web import kit_of

router = APIRouter(tags=["health"])
STALE_POLL_SECONDS = 60.0


class Settled(BaseModel):
    """Whether everything published to this service before now has had its effect and its own news is out."""

    settled: bool
    unsent: int
    unhandled: dict[str, int]
    chunks_to_do: int
    background_to_do: int
    waiting_facts: int
    dead_letters: int


class AtWork(NamedTuple):
    """What a service has to do by itself, the number of the newest message it said, and what it keeps for later."""

    said: int
    unsent: int
    chunks: int
    background: int
    waiting: int
    letters: int

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is left that it could do now."""
        return not (self.unsent or self.chunks or self.background)


@router.get("/health/live", dependencies=[everyone()])
async def live(request: Request, response: Response) -> dict[str, Any]:
    """Whether this process should go on: its background tasks run. Restart it when this fails."""
    dead = [task.get_name() for task in request.app.state.tasks if task.done()]
    response.status_code = 503 if dead else 200
    return {"alive": not dead, "dead": dead}


@router.get("/health/ready", dependencies=[everyone()])
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Whether it can do its work now: the database answers and Kafka has been heard from lately."""
    kit = kit_of(request)
    faults = [fault for fault in (await _database_fault(kit), _kafka_fault(kit)) if fault]
    response.status_code = 503 if faults else 200
    return {"ready": not faults, "faults": faults}


@router.get("/metrics", dependencies=[everyone()])
async def metrics(request: Request) -> Response:
    """What Prometheus scrapes."""
    kit = kit_of(request)
    await refresh(kit)
    return Response(kit.metrics.page(), media_type="text/plain; version=0.0.4")


@router.get("/settled", dependencies=[allow("it", "service", "coordinator")])
async def settled(request: Request) -> Settled:
    """Outbox empty, offsets reached, no chunk left to do: for this service as a whole, whichever copy answers."""
    kit = kit_of(request)
    # Asked before and after: work that is done, sent and perhaps heard again between two questions is in neither
    # answer; but then the service has said something meanwhile.
    before, behind = await _at_work(kit), await unhandled(kit)
    idle = before.is_nothing and not any(behind.values())
    now = await _at_work(kit) if idle else before
    return Settled(
        settled=idle and before == now,
        unsent=now.unsent,
        unhandled=behind,
        chunks_to_do=now.chunks,
        background_to_do=now.background,
        waiting_facts=now.waiting,
        dead_letters=now.letters,
    )


async def _at_work(kit: Kit) -> AtWork:
    async with asking(kit.engine) as connection:
        row = (await connection.execute(_AT_WORK, runs.whose(kit.parts.workers))).one()
        background = await kit.parts.background_to_do(connection) if kit.parts.background_to_do else 0
        return AtWork(row.newest, row.waiting, row.unfinished, background, row.facts, row.letters)


async def unhandled(kit: Kit) -> dict[str, int]:
    """Per topic, how many messages the service's consumer group has not committed yet."""
    topics: dict[str, list[TopicPartition]] = {}
    for consumer in filter(None, map(_consumer_of, kit.broker.subscribers)):
        for topic in consumer.subscription():
            topics[topic] = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    return await kit.lag.unhandled(topics)


async def refresh(kit: Kit) -> None:
    """Bring the gauges up to date."""
    async with asking(kit.engine) as connection:
        depth, age, _ = await outbox.depth(connection)
        kept = (await connection.execute(text(_KEPT))).one()
    kit.metrics.outbox_depth.set(depth)
    kit.metrics.outbox_age.set(age)
    kit.metrics.waiting_facts.set(kept.facts)
    kit.metrics.dead_letters.set(kept.letters)
    await kit.figures.refresh(kit.engine)
    for topic, age in poll_ages(kit).items():
        kit.metrics.poll_age.labels(topic).set(age)
    for topic, lag in (await unhandled(kit)).items():
        kit.metrics.lag.labels(topic).set(lag)


def poll_ages(kit: Kit) -> dict[str, float]:
    """Seconds since each topic's consumer last heard from Kafka; a topic never heard from is left out."""
    ages: dict[str, float] = {}
    for consumer in filter(None, map(_consumer_of, kit.broker.subscribers)):
        stamps = [consumer.last_poll_timestamp(place) for place in consumer.assignment()]
        heard = [stamp for stamp in stamps if stamp]
        if heard:
            ages[",".join(consumer.subscription())] = max(0.0, time.time() - max(heard) / 1000)
    return ages


def _consumer_of(subscriber: Any) -> AIOKafkaConsumer | None:
    consumer: AIOKafkaConsumer | None = subscriber.consumer
    return consumer


async def _database_fault(kit: Kit) -> str:
    try:
        async with asyncio.timeout(3), asking(kit.engine) as connection:
            await connection.execute(text("select 1"))
    except Exception as error:
        return f"The database does not answer: {type(error).__name__}."
    return ""


def _kafka_fault(kit: Kit) -> str:
    stopped = [one for one in kit.broker.subscribers if _consumer_of(one) is None]
    if stopped:
        return "Not every consumer has started."
    stale = [topic for topic, age in poll_ages(kit).items() if age > STALE_POLL_SECONDS]
    return f"Kafka was not heard from for {STALE_POLL_SECONDS:.0f} s on {', '.join(stale)}." if stale else ""


_KEPT = """
select (select count(*) from waiting_fact) as facts,
    (select count(*) from dead_letter where settled_at is null) as letters
"""
# One statement: it is asked often, by whoever waits.
_AT_WORK = text(f"select * from ({outbox.DEPTH}) o, ({runs.UNFINISHED}) r, ({_KEPT}) k")
