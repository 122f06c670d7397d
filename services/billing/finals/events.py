"""What refunds read from Kafka."""

from typing import Any

from chassis.consume import Subscription
from contracts.topics import REFUND_CANCELLED, REFUND_PAID
from services.billing.finals.refunds import take_cancelled, take_paid

SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (
    Subscription(REFUND_PAID, take_paid),
    Subscription(REFUND_CANCELLED, take_cancelled),
)
