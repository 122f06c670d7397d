"""A payment against listing, approval and completion, each in its own transaction at the same moment, on PostgreSQL.

Two dozen households race at once in each test: each has its own seed, and all of them share the day and its list.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.billing import BusinessDayStarted
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import ChargeAssessed
from tests.collections.builders import SHUTOFF, Desk, balance, completed, noticed, number_of, payment

NOON = datetime(2023, 4, 24, 12, tzinfo=UTC)
HOUSEHOLDS = [UUID(int=1000 + number) for number in range(24)]
Move = Callable[[], Awaitable[Any]]


async def at_once(moves: dict[UUID, list[Move]]) -> None:
    """Begin everything together, household after household; a third of them give their first move a head start."""

    async def soon(move: Move, moment: float) -> None:
        await asyncio.sleep(moment)
        await move()

    beginnings = []
    for place, (one, theirs) in enumerate(moves.items()):
        rng = random.Random(one.int)
        later = 0.5 if place % 3 == 0 else 0.0
        for number, move in enumerate(theirs):
            beginnings.append(soon(move, place * 0.05 + rng.random() * 0.1 + (later if number else 0)))
    await asyncio.gather(*beginnings)


def pays(desk: Desk, one: UUID, at: datetime = NOON) -> Move:
    return lambda: desk.hand_over(payment(1, day=SHUTOFF, of=one), at)


def is_posted(desk: Desk, one: UUID, at: datetime = NOON) -> Move:
    return lambda: desk.hand_over(balance(2, "0.00", through=1, of=one), at)


async def all_listed(desk: Desk) -> None:
    await noticed(desk, *HOUSEHOLDS)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    assert len(await desk.get(f"/shutoffs/{SHUTOFF}")) == len(HOUSEHOLDS)


async def orders(desk: Desk, kind: OrderKind) -> dict[UUID, Any]:
    asked = [one for one in await desk.told(ServiceOrderRequested) if one.kind == kind]
    assert len(asked) == len({one.account_id for one in asked}), "asked twice"
    return {one.account_id: one for one in asked}


async def nobody_is_shut_off(desk: Desk) -> None:
    """Whatever was ordered was taken back, and costs nothing."""
    asked = {one.order_id for one in (await orders(desk, OrderKind.DISCONNECT)).values()}
    assert asked == {one.order_id for one in await desk.told(ServiceOrderWithdrawn)}
    await costs_nothing(desk)


async def costs_nothing(desk: Desk) -> None:
    assert {str(one.kind) for one in await desk.told(ChargeAssessed)} <= {"door_hanger"}


async def test_payments_race_the_day_that_lists(desk: Desk) -> None:
    await noticed(desk, *HOUSEHOLDS)

    async def day() -> None:
        await desk.hand_over(BusinessDayStarted(date=SHUTOFF))
        await desk.work()

    await at_once({one: [pays(desk, one)] for one in HOUSEHOLDS} | {UUID(int=1): [day]})
    assert (await desk.post(f"/shutoffs/{SHUTOFF}/approve"))["done"] == 0
    for one in HOUSEHOLDS:
        await is_posted(desk, one)()
    await nobody_is_shut_off(desk)


async def test_payments_and_their_balances_race_the_approval(desk: Desk) -> None:
    await all_listed(desk)

    def approves(one: UUID) -> Move:
        body = {"accounts": [number_of(one)], "why": "looked through"}
        return lambda: desk.client.post(f"/shutoffs/{SHUTOFF}/approve", json=body)

    await at_once({one: [approves(one), pays(desk, one), is_posted(desk, one)] for one in HOUSEHOLDS})
    assert await orders(desk, OrderKind.DISCONNECT), "no approval was ever first"
    await nobody_is_shut_off(desk)


async def test_payments_race_the_crew_and_whoever_was_too_late_restores_free(desk: Desk) -> None:
    await all_listed(desk)
    await desk.post(f"/shutoffs/{SHUTOFF}/approve")
    asked = await orders(desk, OrderKind.DISCONNECT)

    def shuts_off(one: UUID) -> Move:
        return lambda: desk.hand_over(completed(asked[one], SHUTOFF, NOON), NOON)

    before, after = NOON - timedelta(minutes=5), NOON + timedelta(minutes=5)
    await at_once({one: [shuts_off(one), pays(desk, one, before), is_posted(desk, one, after)] for one in HOUSEHOLDS})
    restores = await orders(desk, OrderKind.RESTORE)
    assert set(restores) == set(HOUSEHOLDS)
    for order in restores.values():
        await desk.hand_over(completed(order, SHUTOFF, NOON + timedelta(hours=1)))
    await costs_nothing(desk)
    assert await desk.get("/off") == []
    for one in HOUSEHOLDS:
        (case,) = await desk.get(f"/accounts/{number_of(one)}/cases")
        assert case["ended"] == "restored"


async def test_a_stop_races_the_approvals(desk: Desk) -> None:
    await all_listed(desk)
    stop = {"name": "heat", "first": str(SHUTOFF), "last": str(SHUTOFF), "why": "110 degrees"}

    def approves(one: UUID) -> Move:
        body = {"accounts": [number_of(one)], "why": "looked through"}
        return lambda: desk.client.post(f"/shutoffs/{SHUTOFF}/approve", json=body)

    everyone: dict[UUID, list[Move]] = {one: [approves(one)] for one in HOUSEHOLDS[:12]}
    everyone |= {UUID(int=1): [lambda: desk.post("/stops", **stop)]}
    await at_once(everyone | {one: [approves(one)] for one in HOUSEHOLDS[12:]})
    assert await orders(desk, OrderKind.DISCONNECT), "no approval was ever first"
    await nobody_is_shut_off(desk)
