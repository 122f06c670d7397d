"""What accounts reads from Kafka."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import BalanceChanged
from contracts.delinquency import CollectionStatusChanged
from contracts.topics import (
    BALANCE_CHANGED,
    BUSINESS_DAY_STARTED,
    COLLECTION_STATUS_CHANGED,
    SERVICE_ORDER_CANCELLED,
    SERVICE_ORDER_COMPLETED,
)
from services.accounts import store
from services.accounts.day import DAY
from services.accounts.moves.events import take_cancelled, take_completed


async def take_balances(tx: Transaction, received: list[Received[BalanceChanged]]) -> None:
    """A clerk sees what billing says is owed."""
    events = [one.event for one in received]
    await store.keep_balances(
        tx,
        [
            {
                "account_id": one.account_id,
                "version": one.version,
                "owed": one.owed,
                "past_due": one.past_due,
                "credit": one.credit,
                "next_due_date": one.next_due_date,
                "as_of": one.business_date,
            }
            for one in events
        ],
    )


async def take_statuses(tx: Transaction, received: list[Received[CollectionStatusChanged]]) -> None:
    """A clerk sees how far a case has gone."""
    await store.keep_statuses(
        tx,
        [
            {
                "account_id": one.event.account_id,
                "version": one.event.version,
                "step": str(one.event.step),
                "holds": [hold.model_dump(mode="json") for hold in one.event.holds],
                "as_of": one.event.business_date,
            }
            for one in received
        ],
    )


SUBSCRIPTIONS = (
    Subscription(BALANCE_CHANGED, take_balances),
    Subscription(COLLECTION_STATUS_CHANGED, take_statuses),
    Subscription(BUSINESS_DAY_STARTED, DAY.take),
    Subscription(SERVICE_ORDER_COMPLETED, take_completed),
    Subscription(SERVICE_ORDER_CANCELLED, take_cancelled),
)
