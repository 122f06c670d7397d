"""What holds late charges back: holds and arrangements of collections, and payments that were promised."""

from typing import Any

from chassis.bulk import insert_new, keep_newest
from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.delinquency import CollectionStatusChanged
from contracts.payments import PaymentFailed, PaymentPending
from contracts.topics import COLLECTION_STATUS_CHANGED, PAYMENT_FAILED, PAYMENT_PENDING
from services.billing.late import store
from services.billing.late.tables import CollectionStatus, PendingPayment


async def take_statuses(tx: Transaction, received: list[Received[CollectionStatusChanged]]) -> None:
    """The newest status of each account."""
    await keep_newest(tx, CollectionStatus, [_status(one.event) for one in received], "account_id")


async def take_pending(tx: Transaction, received: list[Received[PaymentPending]]) -> None:
    """Money that was promised, each promise once."""
    arrivals = await insert_new(tx, PendingPayment, [_promise(one) for one in received], "pending_id")
    for one in received:
        if arrivals.in_force[one.event.pending_id] != one.content_hash:
            tx.refuse(one, f"The pending payment {one.event.pending_id} came before with other content.")


async def take_failed(tx: Transaction, received: list[Received[PaymentFailed]]) -> None:
    """Money that will not come."""
    await store.end_pending(tx, [one.event.pending_id for one in received])


def _status(one: CollectionStatusChanged) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "version": one.version,
        "step": str(one.step),
        "holds": [hold.model_dump(mode="json") for hold in one.holds],
        "covers": [str(item) for item in one.arrangement.covers] if one.arrangement else [],
    }


def _promise(one: Received[PaymentPending]) -> dict[str, Any]:
    return {
        "pending_id": one.event.pending_id,
        "content_hash": one.content_hash,
        "account_id": one.event.account_id,
        "amount": one.event.amount,
        "expires": one.event.expires,
    }


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (
    Subscription(COLLECTION_STATUS_CHANGED, take_statuses),
    Subscription(PAYMENT_PENDING, take_pending),
    Subscription(PAYMENT_FAILED, take_failed),
)
