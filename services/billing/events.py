"""What billing reads from Kafka, gathered."""

from services.billing.bills import mailed
from services.billing.customers import events as customers
from services.billing.days import events as days
from services.billing.fees import events as fees
from services.billing.finals import events as finals
from services.billing.late import events as late
from services.billing.ledger import events as ledger
from services.billing.returns import events as returns
from services.billing.usage import events as usage

SUBSCRIPTIONS = (
    *customers.SUBSCRIPTIONS,
    *days.SUBSCRIPTIONS,
    *ledger.SUBSCRIPTIONS,
    *returns.SUBSCRIPTIONS,
    *fees.SUBSCRIPTIONS,
    *late.SUBSCRIPTIONS,
    *mailed.SUBSCRIPTIONS,
    *usage.SUBSCRIPTIONS,
    *finals.SUBSCRIPTIONS,
)
