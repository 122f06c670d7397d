"""Everything at once: what is heard of an order and what is done to it, in transactions side by side."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import days, townstore
from chassis.database import Transaction, connect
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.imports import take_file
from chassis.received import RawMessage, Received, read
from chassis.refusal import Refused
from chassis.townpack import Bundle
from contracts.base import Event
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import Channel, PaymentFailed, PaymentPending, PaymentReceived, Purpose, TenderKind
from contracts.topics import (
    PAYMENT_FAILED,
    PAYMENT_PENDING,
    PAYMENT_RECEIVED,
    SERVICE_ORDER_REQUESTED,
    SERVICE_ORDER_WITHDRAWN,
    Topic,
)
from services.metering.orders import completing, dispatching, events, expiring, store
from services.metering.orders.completing import Report
from services.metering.points import imports
from tests.conftest import GivenDatabase
from tests.metering.conversion import House, houses, last_reads, service_points, usage
from tests.metering.running import DAY, PACK

SEEDS = 24
TOMORROW = DAY + timedelta(days=1)
TOWN = houses(SEEDS)
Act = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture
async def engine(database: GivenDatabase) -> AsyncIterator[AsyncEngine]:
    """A database with a town, its houses and a day that has begun."""
    found = connect(database("metering", migrated=True), 6, "interleaved")
    async with transaction(found, "metering", "a test", new_trace()) as tx:
        await townstore.apply(tx, Bundle({"town.yaml": (Path(PACK) / "town.yaml").read_bytes()}))
        await days.begin(tx, DAY)
        await take_file(tx, imports.FILES[0], service_points(TOWN).encode(), False, None, None)
        await take_file(tx, imports.FILES[1], last_reads(TOWN).encode(), False, None, None)
        await take_file(tx, imports.FILES[2], usage(TOWN, 12).encode(), False, None, None)
    yield found
    await found.dispose()


class Fate:
    """One disconnection and all that chance does to it."""

    def __init__(self, engine: AsyncEngine, seed: int, house: House) -> None:
        self.engine, self.chance, self.house = engine, random.Random(seed), house
        self.order, self.account, self.pending = (UUID(int=seed * 10 + place + 1) for place in range(3))

    async def lives(self) -> None:
        """Its events, shuffled, each perhaps twice, in three places at once; at last it is brought to its end."""
        acts = [act for act in self.often() for _ in range(self.chance.choice((1, 1, 2)))]
        acts += [act for act in self.seldom() for _ in range(self.chance.choice((0, 0, 0, 1, 2)))]
        self.chance.shuffle(acts)
        await self.one_by_one([self.requested, self.dispatched][: self.chance.choice((0, 1, 2))])
        await asyncio.gather(*(self.one_by_one(acts[place::3]) for place in range(3)))
        await self.one_by_one([self.requested, self.dispatched, self.left_off, self.day_ends])

    async def one_by_one(self, acts: Sequence[Act]) -> None:
        for act in acts:
            with suppress(Refused):
                async with transaction(self.engine, "metering", "a test", new_trace()) as tx:
                    await act(tx)

    def often(self) -> list[Act]:
        return [self.requested, self.dispatched, self.done, self.done_before]

    def seldom(self) -> list[Act]:
        return [self.withdrawn, self.paid, self.promised, self.failed, self.left_off, self.day_ends]

    async def requested(self, tx: Transaction) -> None:
        request = ServiceOrderRequested(
            order_id=self.order, account_id=self.account, service_point_id=self.house.id, service="water",
            kind=OrderKind.DISCONNECT, wanted_on=DAY, last_day=DAY, payments_through=7, reason="past due",
            business_date=DAY,
        )  # fmt: skip
        await events.take_requested(tx, [heard(SERVICE_ORDER_REQUESTED, request)])

    async def withdrawn(self, tx: Transaction) -> None:
        event = ServiceOrderWithdrawn(
            order_id=self.order, account_id=self.account, reason="a certificate", business_date=DAY
        )
        await events.take_withdrawn(tx, [heard(SERVICE_ORDER_WITHDRAWN, event)])

    async def paid(self, tx: Transaction) -> None:
        payment = PaymentReceived(
            payment_id=self.order, account_id=self.account, payment_seq=8, amount=Decimal(50), purpose=Purpose.BALANCE,
            channel=Channel.ONLINE, tender=TenderKind.CARD, effective_date=DAY, posting_date=DAY, business_date=DAY,
        )  # fmt: skip
        await events.take_payments(tx, [heard(PAYMENT_RECEIVED, payment)])

    async def promised(self, tx: Transaction) -> None:
        event = PaymentPending(
            pending_id=self.pending, account_id=self.account, amount=Decimal(50), channel=Channel.ONLINE, expires=DAY,
            business_date=DAY,
        )  # fmt: skip
        await events.take_pending(tx, [heard(PAYMENT_PENDING, event)])

    async def failed(self, tx: Transaction) -> None:
        event = PaymentFailed(pending_id=self.pending, account_id=self.account, reason="no funds", business_date=DAY)
        await events.take_failed(tx, [heard(PAYMENT_FAILED, event)])

    async def dispatched(self, tx: Transaction) -> None:
        await dispatching.send(tx, "North", [self.order])

    async def done(self, tx: Transaction) -> None:
        await completing.complete(tx, self.order, Report(value=Decimal(10_500)))

    async def done_before(self, tx: Transaction) -> None:
        await completing.complete(tx, self.order, Report(value=Decimal(10_500), done_before=True))

    async def left_off(self, tx: Transaction) -> None:
        await completing.not_done(tx, self.order, "a locked gate")

    async def day_ends(self, tx: Transaction) -> None:
        (ids,) = await expiring.PIECE.plan(tx, TOMORROW) or [[]]
        await expiring.PIECE.do(tx, TOMORROW, [one for one in ids if one == str(self.order)])


def heard(topic: Topic[Any], event: Event) -> Received[Any]:
    return read(topic, RawMessage(topic.name, 0, 0, None, event.model_dump_json().encode()))


async def test_each_order_has_one_outcome_and_where_it_was_shut_off_too_late_the_water_comes_back(
    engine: AsyncEngine,
) -> None:
    fates = [Fate(engine, seed, house) for seed, house in enumerate(TOWN)]
    for start in range(0, SEEDS, 4):
        await asyncio.gather(*(fate.lives() for fate in fates[start : start + 4]))
    outcomes = await told(engine)
    for fate in fates:
        (outcome,) = outcomes[fate.order]
        assert await stands(engine, fate) == (outcome["topic"] == "ServiceOrderCompleted")
    assert {one["topic"] for all_ in outcomes.values() for one in all_} == {
        "ServiceOrderCompleted",
        "ServiceOrderCancelled",
    }


async def told(engine: AsyncEngine) -> dict[UUID, list[dict[str, Any]]]:
    """What was told of each order."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "select topic, convert_from(value, 'UTF8')::jsonb as body from outbox"
                " where topic in ('ServiceOrderCompleted', 'ServiceOrderCancelled')"
            )
        )
        found: dict[UUID, list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault(UUID(row.body["order_id"]), []).append({"topic": row.topic, **row.body})
    return found


async def stands(engine: AsyncEngine, fate: Fate) -> bool:
    """Whether the order is completed; where an ended one was done all the same, an order restores the water."""
    async with transaction(engine, "metering", "a test", new_trace()) as tx:
        (order,) = await store.orders(tx, [fate.order])
        off = await store.off_since(tx, fate.house.id)
        restore = await store.orders(tx, [store.restore_of(order, DAY)["id"]])
    if order.state == "cancelled":
        assert bool(off) == bool(restore)
    else:
        assert off
        assert not restore
    return order.state == "completed"
