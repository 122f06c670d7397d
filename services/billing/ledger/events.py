"""What the ledger reads from Kafka."""

from typing import Any

from chassis.consume import Subscription
from contracts.topics import PAYMENT_RECEIVED
from services.billing.ledger.payments import take_payments

SUBSCRIPTIONS: tuple[Subscription[Any], ...] = (Subscription(PAYMENT_RECEIVED, take_payments),)
