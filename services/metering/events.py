"""What metering hears of others."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_STARTED
from services.metering.day import DAY
from services.metering.orders import events as orders
from services.metering.points import occupants


async def accounts_changed(tx: Transaction, batch: list[Received[AccountChanged]]) -> None:
    """Who is served at a service point, from which day to which."""
    await occupants.take(tx, [received.event for received in batch])


SUBSCRIPTIONS = (
    Subscription(ACCOUNT_CHANGED, accounts_changed),
    Subscription(BUSINESS_DAY_STARTED, DAY.take),
    *orders.SUBSCRIPTIONS,
)
