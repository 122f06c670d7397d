"""The vendors' own topics: one subscription each, and an answer to every message."""

from collections.abc import Awaitable, Callable

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.days import last_begun
from chassis.received import RawMessage, Received
from contracts.payments import VendorPayment
from contracts.topics import vendor_intake, vendor_outcome
from services.payments import store
from services.payments.intake.rules import Message, answer_unreadable, day_awaited
from services.payments.intake.taking_in import keep, take_in
from services.payments.policy import TOWN


def subscription_of(vendor: str) -> Subscription[VendorPayment]:
    """How one vendor's topic is read."""
    return Subscription(vendor_intake(vendor), _taker(vendor), on_unreadable=_answerer(vendor))


def _taker(vendor: str) -> Callable[[Transaction, list[Received[VendorPayment]]], Awaitable[None]]:
    async def take(tx: Transaction, received: list[Received[VendorPayment]]) -> None:
        come = await _whose_day_has_come(tx, received)
        if not come:
            return
        answers = await take_in(tx, [(Message(vendor, one.raw.place, one.event), one) for one in come])
        by_place = {one.raw.place: one for one in received}
        for told in answers:
            tx.publish(vendor_outcome(vendor), told, cause=by_place[told.message])

    return take


async def _whose_day_has_come(
    tx: Transaction, received: list[Received[VendorPayment]]
) -> list[Received[VendorPayment]]:
    """Those that can be posted now; the others wait for the first day of all, or for a day the town is late with."""
    if not await _awaited(tx, received):
        return received
    await store.hold_days(tx)
    awaited = await _awaited(tx, received)
    for one in received:
        if one.raw.place in awaited:
            tx.wait_for(one, "business day", awaited[one.raw.place])
    return [one for one in received if one.raw.place not in awaited]


async def _awaited(tx: Transaction, received: list[Received[VendorPayment]]) -> dict[str, str]:
    """What each message waits for, by its place."""
    today = await last_begun(tx)
    if today is None:
        return {one.raw.place: "first" for one in received}
    zone = (await TOWN.in_force(tx)).zone
    days = {one.raw.place: day_awaited(one.event.paid_at.astimezone(zone).date(), today) for one in received}
    return {place: str(day) for place, day in days.items() if day}


def _answerer(vendor: str) -> Callable[[Transaction, RawMessage, str], Awaitable[None]]:
    async def tell(tx: Transaction, raw: RawMessage, reason: str) -> None:
        day = await last_begun(tx)
        if day is None:
            return  # it is among the dead letters; there is no date yet to answer under
        refusal = answer_unreadable(vendor, raw.place, reason, day)
        if not await store.answered(tx, {refusal.outcome_id}):
            await keep(tx, [refusal], {})
            tx.publish(vendor_outcome(vendor), refusal)

    return tell
