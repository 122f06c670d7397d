"""What billing is asked over HTTP, gathered."""

from services.billing.bills import api as bills
from services.billing.days import api as days
from services.billing.finals import api as finals
from services.billing.late import api as late
from services.billing.ledger import api as ledger
from services.billing.runs import api as runs
from services.billing.usage import api as usage

ROUTERS = (
    *days.ROUTERS,
    *ledger.ROUTERS,
    *late.ROUTERS,
    *usage.ROUTERS,
    *bills.ROUTERS,
    *runs.ROUTERS,
    *finals.ROUTERS,
)
