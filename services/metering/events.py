"""What metering hears of others."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.accounts import AccountChanged
from contracts.billing import BusinessDayStarted
from contracts.topics import ACCOUNT_CHANGED, BUSINESS_DAY_STARTED
from services.metering.day import DAY
from services.metering.orders import events as orders
from services.metering.points import occupants


async def accounts_changed(tx: Transaction, batch: list[Received[AccountChanged]]) -> None:
    """Who is served at a service point, from which day to which."""
    await occupants.take(tx, [received.event for received in batch])


async def day_started(tx: Transaction, batch: list[Received[BusinessDayStarted]]) -> None:
    """The town's day, which dates what is posted."""
    for received in batch:
        await DAY.begin(tx, received.event.date)


SUBSCRIPTIONS = (
    Subscription(ACCOUNT_CHANGED, accounts_changed),
    Subscription(BUSINESS_DAY_STARTED, day_started),
    *orders.SUBSCRIPTIONS,
)
