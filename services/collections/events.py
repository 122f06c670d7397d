"""What collections reads from Kafka: each room of the service takes its own."""

from chassis.consume import Subscription
from chassis.database import Transaction
from chassis.received import Received
from contracts.billing import BusinessDayStarted
from contracts.topics import BUSINESS_DAY_STARTED
from services.collections.cases import events as cases
from services.collections.day import DAY
from services.collections.facts import events as facts


async def take_day(tx: Transaction, received: list[Received[BusinessDayStarted]]) -> None:
    """A new day: late accounts are looked at."""
    for one in sorted(received, key=lambda one: one.event.date):
        await DAY.begin(tx, one.event.date)


SUBSCRIPTIONS = (*facts.SUBSCRIPTIONS, *cases.SUBSCRIPTIONS, Subscription(BUSINESS_DAY_STARTED, take_day))
