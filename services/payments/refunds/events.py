"""Refunds that billing asks for."""

from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import RefundDue
from services.payments.refunds import store
from services.payments.refunds.rules import DUE


async def take_refunds(tx: Transaction, received: list[Received[RefundDue]]) -> None:
    """Keep what is to be refunded; the same refund with another amount is an alarm, not a second refund."""
    rows = [
        {
            "refund_id": one.event.refund_id,
            "content_hash": one.content_hash,
            "account_id": one.event.account_id,
            "amount": one.event.amount,
            "reason": str(one.event.reason),
            "bill_id": one.event.bill_id,
            "due_on": one.event.business_date,
            "asked_by": one.actor,
            "state": DUE,
        }
        for one in received
    ]
    arrivals = await store.insert(tx, rows)
    for one in received:
        if one.content_hash != arrivals.in_force[one.event.refund_id]:
            tx.refuse(one, f"Refund {one.event.refund_id} was asked for before with other content.")
