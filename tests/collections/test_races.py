"""A payment against listing, approval and completion, each in its own transaction at the same moment, on PostgreSQL."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.billing import BusinessDayStarted
from contracts.orders import OrderKind, ServiceOrderRequested, ServiceOrderWithdrawn
from contracts.payments import ChargeAssessed
from tests.collections.builders import SHUTOFF, Desk, balance, completed, noticed, payment

NOON = datetime(2023, 4, 24, 12, tzinfo=UTC)


async def at_once(seed: int, *moves: Callable[[], Awaitable[Any]]) -> None:
    """Begin moves together, each after a moment of its own."""
    rng = random.Random(seed)

    async def soon(move: Callable[[], Awaitable[Any]]) -> None:
        await asyncio.sleep(rng.random() * 0.02)
        await move()

    await asyncio.gather(*(soon(one) for one in rng.sample(moves, len(moves))))


async def orders(desk: Desk, kind: OrderKind) -> list[Any]:
    return [one for one in await desk.told(ServiceOrderRequested) if one.kind == kind]


async def left_alone(desk: Desk) -> None:
    """Whoever paid is not shut off: nothing was ordered, or it was taken back; and costs nothing."""
    asked = {one.order_id for one in await orders(desk, OrderKind.DISCONNECT)}
    back = {one.order_id for one in await desk.told(ServiceOrderWithdrawn)}
    assert asked == back
    await costs_nothing(desk)


async def costs_nothing(desk: Desk) -> None:
    assert {str(one.kind) for one in await desk.told(ChargeAssessed)} <= {"door_hanger"}


@pytest.mark.parametrize("seed", range(12))
async def test_a_payment_races_the_day_that_lists(desk: Desk, seed: int) -> None:
    await noticed(desk)

    async def day() -> None:
        await desk.hand_over(BusinessDayStarted(date=SHUTOFF))
        await desk.work()

    await at_once(seed, day, lambda: desk.hand_over(payment(1, day=SHUTOFF), NOON))
    await desk.hand_over(balance(2, "0.00", through=1))
    answer = await desk.post(f"/shutoffs/{SHUTOFF}/approve")
    assert answer["done"] == 0
    await left_alone(desk)


@pytest.mark.parametrize("seed", range(12))
async def test_a_payment_and_its_balance_race_the_approval(desk: Desk, seed: int) -> None:
    await noticed(desk)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    await at_once(
        seed,
        lambda: desk.post(f"/shutoffs/{SHUTOFF}/approve"),
        lambda: desk.hand_over(payment(1, day=SHUTOFF), NOON),
        lambda: desk.hand_over(balance(2, "0.00", through=1), NOON),
    )
    await left_alone(desk)


@pytest.mark.parametrize("seed", range(12))
async def test_a_payment_races_the_crew_and_whoever_was_too_late_restores_free(desk: Desk, seed: int) -> None:
    await noticed(desk)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    await desk.post(f"/shutoffs/{SHUTOFF}/approve")
    (order,) = await orders(desk, OrderKind.DISCONNECT)
    done = completed(order, SHUTOFF, NOON)
    await at_once(
        seed,
        lambda: desk.hand_over(done, NOON),
        lambda: desk.hand_over(payment(1, day=SHUTOFF), NOON - timedelta(minutes=5)),
        lambda: desk.hand_over(balance(2, "0.00", through=1), NOON + timedelta(minutes=5)),
    )
    (restore,) = await orders(desk, OrderKind.RESTORE)
    await desk.hand_over(completed(restore, SHUTOFF, NOON + timedelta(hours=1)))
    await costs_nothing(desk)
    (case,) = await desk.get("/accounts/10001/cases")
    assert case["ended"] in ("restored", "cured")
    assert await desk.get("/off") == []


@pytest.mark.parametrize("seed", range(6))
async def test_a_stop_races_the_approval(desk: Desk, seed: int) -> None:
    await noticed(desk)
    await desk.hear(BusinessDayStarted(date=SHUTOFF))
    stop = {"name": "heat", "first": str(SHUTOFF), "last": str(SHUTOFF), "why": "110 degrees"}
    await at_once(seed, lambda: desk.post(f"/shutoffs/{SHUTOFF}/approve"), lambda: desk.post("/stops", **stop))
    await left_alone(desk)
