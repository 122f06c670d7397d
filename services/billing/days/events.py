"""What billing hears of the services' days."""

from typing import Any

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import BusinessDayDone
from contracts.topics import BUSINESS_DAY_DONE
from services.billing.days import store


async def take_done(tx: Transaction, received: list[Received[BusinessDayDone]]) -> None:
    """A service is done with a day: when all are, the next may begin."""
    await store.keep_done(tx, [one.event for one in received])


SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(BUSINESS_DAY_DONE, take_done),)
