"""What billing reads from Kafka, gathered."""

from services.billing.customers import events as customers
from services.billing.days import events as days
from services.billing.finals import events as finals
from services.billing.ledger import events as ledger
from services.billing.usage import events as usage

SUBSCRIPTIONS = (
    *customers.SUBSCRIPTIONS,
    *days.SUBSCRIPTIONS,
    *ledger.SUBSCRIPTIONS,
    *usage.SUBSCRIPTIONS,
    *finals.SUBSCRIPTIONS,
)
