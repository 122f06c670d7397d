"""What the ledger reads from Kafka."""

from typing import Any

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.payments import PaymentReceived
from contracts.topics import PAYMENT_RECEIVED
from services.billing.late import reviewing
from services.billing.late import store as promises
from services.billing.ledger import announce, payments


async def take_payments(tx: Transaction, received: list[Received[PaymentReceived]]) -> None:
    """Post payments; what was promised has come, and late charges follow."""
    posted = [one.event for one in await payments.take_payments(tx, received)]
    if posted:
        await promises.end_pending(tx, [one.pending_id for one in posted if one.pending_id])
        day = await announce.today(tx, otherwise=max(one.business_date for one in posted))
        await reviewing.review(tx, {one.account_id for one in posted}, day)


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(PAYMENT_RECEIVED, take_payments),)
