"""Words for late charges, returns and fees in tests, over an office."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import yaml

from chassis import runs, townstore
from chassis.database import Transaction
from chassis.day_work import Piece, Sums
from chassis.runs import Chunk
from chassis.townpack import Bundle
from contracts.base import Event
from contracts.delinquency import Arrangement, CollectionStatusChanged, Hold, Step
from contracts.ids import derived_id
from contracts.payments import (
    Channel,
    ChargeAssessed,
    ChargeKind,
    PaymentFailed,
    PaymentPending,
    PaymentReturned,
    ReturnKind,
)
from contracts.topics import (
    CHARGE_ASSESSED,
    COLLECTION_STATUS_CHANGED,
    PAYMENT_FAILED,
    PAYMENT_PENDING,
    PAYMENT_RETURNED,
    Topic,
)
from services.billing.fees.events import take_charges
from services.billing.late import deciding
from services.billing.late.events import take_failed, take_pending, take_statuses
from services.billing.late.policy import LateCharge
from services.billing.late.work import LATE_CHARGES
from services.billing.returns.events import take_returns
from tests.billing.office import DAY, POLICY, Office, account_id, received

D = Decimal
LATE = LateCharge(percent=D(5), after_days=10, minimum=D("5.00"), earns="water")
HANDLERS = {
    PAYMENT_RETURNED.name: take_returns,
    CHARGE_ASSESSED.name: take_charges,
    PAYMENT_PENDING.name: take_pending,
    PAYMENT_FAILED.name: take_failed,
    COLLECTION_STATUS_CHANGED.name: take_statuses,
}


async def charge_late(office: Office, **changes: Any) -> None:
    """Put a pack in force under which paying late costs something."""
    late = LATE.model_copy(update=changes)
    town = {"key": "windsor-co", "name": "Windsor", "state": "CO", "time_zone": "America/Denver"}
    billing = POLICY.model_copy(update={"late_charge": late}).model_dump(mode="json")
    bundle = Bundle({"town.yaml": yaml.safe_dump({"town": town, "billing": billing}).encode()})
    async with office.transaction() as tx:
        await townstore.apply(tx, bundle)


async def hear(office: Office, topic: Topic[Any], *events: Event) -> Transaction:
    """Events of another service, in one batch."""
    async with office.transaction() as tx:
        await HANDLERS[topic.name](tx, [received(topic, event) for event in events])  # type: ignore[operator]
    return tx


def a_return(number: str, amount: str, seq: int = 1, **changes: Any) -> PaymentReturned:
    """A check that the bank did not pay."""
    known: dict[str, Any] = {
        "return_id": derived_id("return", number, seq),
        "payment_id": derived_id("payment", number, seq),
        "account_id": account_id(number),
        "payment_seq": seq,
        "amount": D(amount),
        "kind": ReturnKind.BANK_RETURN,
        "reason": "insufficient funds",
        "returned_on": DAY,
        "business_date": DAY,
    }
    return PaymentReturned(**(known | changes))


def a_fee(number: str, amount: str, key: object = 1, **changes: Any) -> ChargeAssessed:
    """A fee for a returned payment."""
    known: dict[str, Any] = {
        "charge_id": derived_id("charge", number, key),
        "account_id": account_id(number),
        "kind": ChargeKind.RETURNED_PAYMENT,
        "service": "water",
        "amount": D(amount),
        "about": derived_id("payment", number, 1),
        "description": "Returned payment",
        "business_date": DAY,
    }
    return ChargeAssessed(**(known | changes))


def a_promise(number: str, expires: date) -> PaymentPending:
    """Money that is on its way."""
    return PaymentPending(
        pending_id=derived_id("pending", number),
        account_id=account_id(number),
        amount=D("10.00"),
        channel=Channel.ONLINE,
        expires=expires,
        business_date=DAY,
    )


def a_failure(number: str) -> PaymentFailed:
    """Money that will not come."""
    return PaymentFailed(
        pending_id=derived_id("pending", number), account_id=account_id(number), reason="declined", business_date=DAY
    )


def a_status(number: str, version: int = 1, holds: Sequence[Hold] = (), covers: Sequence[UUID] = ()) -> Event:
    """How an account stands with collections."""
    arrangement = Arrangement(arrangement_id=derived_id("arrangement"), installments=(), covers=tuple(covers))
    return CollectionStatusChanged(
        account_id=account_id(number),
        version=version,
        case_id=derived_id("case", number),
        step=Step.REMINDER,
        holds=tuple(holds),
        arrangement=arrangement if covers else None,
        business_date=DAY,
    )


async def do(office: Office, piece: Piece, day: date) -> Sums:
    """A piece of a day's work, as its worker does it."""
    async with office.transaction() as tx:
        chunks = await piece.plan(tx, day)
    done = Sums()
    for spec in chunks:
        async with office.transaction() as tx:
            done += await piece.do(tx, day, spec)
    return done


async def turn(office: Office, day: date) -> Sums:
    """Begin a day over whatever was missing, and propose its late charges."""
    await office.begin(day, "a test")
    office.day = day
    return await do(office, LATE_CHARGES, day)


async def turn_on(office: Office, day: date) -> Sums:
    """Begin the days up to one, and propose what that one proposes."""
    async with office.transaction() as tx:
        driver = await tx.driver()
        await driver.execute(
            "insert into business_day (day) select generate_series(%s::date, %s::date, '1 day') on conflict do nothing",
            [DAY, day - timedelta(1)],
        )
    return await turn(office, day)


async def approve(office: Office, *charges: UUID) -> None:
    """A person approves what is proposed, all when none is named, and the run posts it."""
    async with office.transaction() as tx:
        run_id, _ = await deciding.approve(tx, charges or None, "looked through")
    for row in await office.rows("select number, spec from chunk where run_id = :id", id=run_id):
        async with office.transaction() as tx:
            await deciding.post(tx, await runs.find(tx, run_id), Chunk("posting", row["number"], row["spec"]))


async def charges(office: Office) -> list[tuple[str, Decimal]]:
    """Late charges as they stand, the oldest first."""
    rows = await office.rows("select state, amount from late_charge order by free_through, number, charge_id")
    return [(row["state"], row["amount"]) for row in rows]
