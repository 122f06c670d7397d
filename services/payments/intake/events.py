"""The vendors' own topics: one subscription each, and an answer to every message."""

from collections.abc import Awaitable, Callable

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.days import last_begun
from chassis.received import RawMessage, Received
from contracts.payments import VendorPayment
from contracts.topics import vendor_intake, vendor_outcome
from services.payments import store
from services.payments.intake.rules import Message, answer_unreadable
from services.payments.intake.taking_in import keep, take_in


def subscription_of(vendor: str) -> Subscription[VendorPayment]:
    """How one vendor's topic is read."""
    return Subscription(vendor_intake(vendor), _taker(vendor), on_unreadable=_answerer(vendor))


def _taker(vendor: str) -> Callable[[Transaction, list[Received[VendorPayment]]], Awaitable[None]]:
    async def take(tx: Transaction, received: list[Received[VendorPayment]]) -> None:
        if await _before_the_first_day(tx):
            for one in received:
                tx.wait_for(one, "business day", "first")
            return
        answers = await take_in(tx, [(Message(vendor, one.raw.place, one.event), one) for one in received])
        by_place = {one.raw.place: one for one in received}
        for told in answers:
            tx.publish(vendor_outcome(vendor), told, cause=by_place[told.message])

    return take


async def _before_the_first_day(tx: Transaction) -> bool:
    if await last_begun(tx) is None:
        await store.hold_first_day(tx)
    return await last_begun(tx) is None


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
