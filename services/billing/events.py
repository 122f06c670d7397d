"""What billing reads from Kafka, gathered."""

from services.billing.customers import events as customers
from services.billing.ledger import events as ledger
from services.billing.usage import events as usage

SUBSCRIPTIONS = (
    *customers.SUBSCRIPTIONS,
    *ledger.SUBSCRIPTIONS,
    *usage.SUBSCRIPTIONS,
)
