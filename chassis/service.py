"""From parts to a running service: HTTP, consumers, relay and chunk worker in one process."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from chassis import health, kafka, operating, outbox, working
from chassis.auth import refuse_unguarded, verifier
from chassis.consume import Consumer, subscribe_all
from chassis.database import connect
from chassis.figures import Figures
from chassis.kit import Background, Kit, Parts
from chassis.lag import Lag
from chassis.logs import logger, set_up
from chassis.metrics import Metrics
from chassis.passing import is_passing, pause
from chassis.relay import keep_relaying
from chassis.settings import Settings
from chassis.tracing import tracing
from chassis.web import BodyLimit, Measured, answer_with_sentences

HOUR = 3600.0
RETRY_PAUSE = 1.0
CANCEL_AGAIN = 10.0
"""Longer than a relay takes to let what is under way arrive, which a second cancellation would cut short."""


def service_app(parts: Parts, settings: Settings) -> FastAPI:
    """A service as one ASGI application; ValueError when a route names no roles or no token could be checked."""
    app = FastAPI(title=f"Curbstop {parts.name}", lifespan=_live)
    app.state.kit = _kit(parts, settings)
    app.state.verify = verifier(settings)
    app.state.tasks = []
    routers = (health.router, operating.router, *parts.routers)
    refuse_unguarded(routers)
    for router in routers:
        app.include_router(router)
    answer_with_sentences(app)
    app.add_middleware(Measured)
    app.add_middleware(BodyLimit)
    return app


def _kit(parts: Parts, settings: Settings) -> Kit:
    engine = connect(settings.database_url, settings.database_connections, f"curbstop-{parts.name}")
    metrics = Metrics()
    consumer = Consumer(
        *(parts.name, settings, engine, metrics, tuple(parts.subscriptions)),
        tracing=tracing(parts.name, settings.otlp_endpoint),
    )
    figures = Figures(parts.figures, metrics.registry)
    broker = kafka.consuming_broker(settings)
    subscribe_all(broker, consumer)
    return Kit(parts, settings, engine, broker, metrics, consumer, Lag(settings, parts.name), figures)


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    kit: Kit = app.state.kit
    set_up(kit.parts.name, kit.settings.instance, kit.settings.log_level)
    _collect_less_often()
    await outbox.turn_partitions(kit.engine)
    await kafka.start(kit.broker)
    app.state.tasks = [asyncio.create_task(work, name=name) for name, work in _background(kit).items()]
    logger("service").info("started")
    try:
        yield
    finally:
        await kit.broker.stop()
        await kit.lag.stop()
        await _end(app.state.tasks)
        await kit.engine.dispose()
        await asyncio.to_thread(kit.consumer.tracing.close)
        logger("service").info("stopped")


def _collect_less_often() -> None:
    """Bulk work makes millions of short-lived objects in few cycles: looking for cycles took 40% of a billing run.

    What is there at the start stays; it need not be looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _background(kit: Kit) -> dict[str, Coroutine[Any, Any, None]]:
    work: dict[str, Coroutine[Any, Any, None]] = {
        "relay": keep_relaying(kit.settings, kit.engine, kit.parts.kept),
        "outbox partitions": _turn_partitions_hourly(kit),
    }
    if kit.parts.workers:
        work["chunk worker"] = working.keep_working(kit.parts.name, kit.engine, kit.parts.workers)
    for number, one in enumerate(kit.parts.background):
        work[f"background {number}"] = _through_passing_faults(kit, one)
    return work


async def _through_passing_faults(kit: Kit, one: Background) -> None:
    """A database that is away for a moment must not end what nothing but a restart of the process would begin again."""
    while True:
        try:
            return await one(kit)
        except Exception as error:
            if not is_passing(error):
                raise
            logger("service").warning("background_paused", error=str(error))
            await pause(error, RETRY_PAUSE)


async def _turn_partitions_hourly(kit: Kit) -> None:
    while True:
        await asyncio.sleep(HOUR)
        try:
            await outbox.turn_partitions(kit.engine)
        except Exception as error:
            logger("outbox").warning("partitions_not_turned", error=str(error))


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel until all have ended: Python 3.11's `wait_for`, which libraries use, can swallow a cancellation."""
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=CANCEL_AGAIN)
        if going:
            logger("service").warning("background_slow_to_end", tasks=sorted(task.get_name() for task in going))
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            logger("service").error("background_failed", exc_info=error)
