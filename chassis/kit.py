"""What a running service carries with it, and what it is made of."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.consume import Consumer, Subscription
from chassis.database import Transaction
from chassis.figures import Figure, Figures
from chassis.lag import Lag
from chassis.metrics import Metrics
from chassis.relay import KeptIn
from chassis.runs import Worker
from chassis.settings import Settings
from chassis.townpack import Bundle, Mistake

Republish = Callable[[Transaction, UUID | None, int], Awaitable[UUID | None]]
"""Publish again up to so many snapshots after a key, in key order; answers the last key, or None at the end."""

Background = Callable[["Kit"], Awaitable[None]]
"""Work that goes on beside requests and messages until it is cancelled, such as sending mail."""


@dataclass(frozen=True)
class Parts:
    """What makes a service: its name, what it reads, its routes, chunk work, snapshots, and its part of a pack."""

    name: str
    subscriptions: Sequence[Subscription[Any]] = ()
    routers: Sequence[APIRouter] = ()
    workers: Sequence[Worker] = ()
    snapshots: dict[str, Republish] = field(default_factory=dict)
    check_pack: Callable[[Bundle], list[Mistake]] | None = None
    background: Sequence[Background] = ()
    background_to_do: Callable[[AsyncConnection], Awaitable[int]] | None = None
    """How much work waits for `background`: nothing is settled before it is done."""
    kept: KeptIn = field(default_factory=dict)
    """Where letters of messages are kept for good, and how to read them there."""
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Kit:
    """What a running service carries with it; `app.state.kit`."""

    parts: Parts
    settings: Settings
    engine: AsyncEngine
    broker: KafkaBroker
    metrics: Metrics
    consumer: Consumer
    lag: Lag
    figures: Figures
