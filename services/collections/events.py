"""What collections reads from Kafka: each room of the service takes its own."""

from chassis.consume import Subscription
from contracts.topics import BUSINESS_DAY_STARTED
from services.collections.cases import events as cases
from services.collections.day import DAY
from services.collections.facts import events as facts

SUBSCRIPTIONS = (*facts.SUBSCRIPTIONS, *cases.SUBSCRIPTIONS, Subscription(BUSINESS_DAY_STARTED, DAY.take))
