"""Topics race: what a payment misses by a moment, it gets a moment later."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import townstore, waiting
from chassis.database import Transaction, connect
from chassis.edge import transaction
from chassis.envelope import new_trace
from chassis.received import RawMessage, Received
from chassis.townpack import Bundle
from contracts.billing import BusinessDayStarted
from contracts.payments import Channel, Outcome, Purpose, TenderKind, VendorPayment
from services.payments import posting, store
from services.payments.events import take_accounts, take_day
from services.payments.intake.events import subscription_of
from services.payments.pending import promising
from services.payments.pending import store as promises
from services.payments.policy import TOWN
from services.payments.taking import Money
from tests.conftest import GivenDatabase
from tests.payments.builders import DAY, account_opened
from tests.running import PACK

AT = datetime(2023, 3, 15, 18, tzinfo=UTC)
NUMBER = "77777"
Step = Callable[[Transaction], Awaitable[None]]
Transact = Callable[[], AbstractAsyncContextManager[Transaction]]


@pytest.fixture
async def engine(database: GivenDatabase) -> AsyncIterator[AsyncEngine]:
    engine = connect(database("payments", migrated=True), 4, "test")
    async with transaction(engine, "payments", "pat", new_trace()) as tx:
        await townstore.apply(tx, Bundle.read(PACK))
    yield engine
    await engine.dispose()


@pytest.fixture
def transact(engine: AsyncEngine) -> Transact:
    return lambda: transaction(engine, "payments", "pat", new_trace())


def received(event: Any) -> Received[Any]:
    value = event.model_dump_json().encode()
    return Received(event, "it", RawMessage("t", 0, 0, b"k", value))


async def open_account(tx: Transaction) -> None:
    await take_accounts(tx, [received(account_opened(NUMBER))])


def money(key: str) -> Money:
    return Money("vendor:bank", key, NUMBER, Decimal("50.00"), Channel.ONLINE, TenderKind.CARD, Purpose.BALANCE, "", AT)


async def record(tx: Transaction, key: str) -> None:
    await posting.record(tx, await TOWN.in_force(tx), DAY, [(money(key), None)])


async def take_payment(tx: Transaction) -> None:
    said = VendorPayment(vendor_payment_id="V-1", account_number=NUMBER, amount=Decimal("50.00"), paid_at=AT)
    await subscription_of("bank").handle(tx, [received(said)])


async def in_turn(first: Step, second: Step, transact: Transact) -> None:
    """Begin the second while the first has done its work and has not committed yet."""

    async def also() -> None:
        async with transact() as tx:
            await second(tx)

    async with transact() as tx:
        await first(tx)
        racing = asyncio.create_task(also())
        await asyncio.sleep(0.3)
    await asyncio.wait_for(racing, 20)


async def promised(transact: Transact) -> UUID:
    """Money that is promised to a known account; answers the promise."""
    async with transact() as tx:
        await open_account(tx)
    async with transact() as tx:
        ((outcome, _),) = await promising.promise(tx, await TOWN.in_force(tx), DAY, [(money("V-1"), None)])
    assert outcome == Outcome.ACCEPTED
    return money("V-1").pending_id


async def end_of(pending: UUID, transact: Transact) -> str:
    async with transact() as tx:
        return (await promises.find(tx, pending)).state


async def test_money_that_comes_as_its_promise_expires_makes_it_good(transact: Transact) -> None:
    pending, given_up = await promised(transact), []

    async def expire(tx: Transaction) -> None:
        given_up.extend(await promising.expire(tx, DAY + timedelta(30), [pending]))

    await in_turn(lambda tx: record(tx, "V-1"), expire, transact)
    assert (await end_of(pending, transact), given_up) == ("received", [])


async def test_a_promise_that_expires_as_its_money_comes_is_made_good_after_all(transact: Transact) -> None:
    pending = await promised(transact)

    async def expire(tx: Transaction) -> None:
        assert len(await promising.expire(tx, DAY + timedelta(30), [pending])) == 1

    await in_turn(expire, lambda tx: record(tx, "V-1"), transact)
    assert await end_of(pending, transact) == "received"


async def left_in_suspense(transact: Transact) -> int:
    async with transact() as tx:
        return len(await store.suspense(tx))


async def test_money_whose_account_becomes_known_at_the_same_moment_is_not_left_in_suspense(transact: Transact) -> None:
    await in_turn(lambda tx: record(tx, "V-1"), open_account, transact)
    assert await left_in_suspense(transact) == 0


async def test_an_account_that_becomes_known_at_the_same_moment_gets_its_money(transact: Transact) -> None:
    await in_turn(open_account, lambda tx: record(tx, "V-1"), transact)
    assert await left_in_suspense(transact) == 0


async def test_a_message_that_waits_for_the_first_day_as_it_begins_is_taken_up_with_it(transact: Transact) -> None:
    taken_up: list[RawMessage] = []

    async def begin_and_take_up(tx: Transaction) -> None:
        await take_day(tx, [received(BusinessDayStarted(date=DAY))])
        taken_up.extend(await waiting.release(tx, *tx.arrived[0]))

    await in_turn(take_payment, begin_and_take_up, transact)
    assert len(taken_up) == 1


async def test_a_message_that_comes_as_the_first_day_begins_is_recorded_at_once(transact: Transact) -> None:
    await in_turn(lambda tx: take_day(tx, [received(BusinessDayStarted(date=DAY))]), take_payment, transact)
    async with transact() as tx:
        assert await waiting.listed(tx, 10) == []
    assert await left_in_suspense(transact) == 1
