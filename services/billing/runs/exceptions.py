"""What a person should look at before bills go out."""

from decimal import Decimal
from typing import NamedTuple

from services.billing.bills.document import is_final
from services.billing.bills.inputs import Customer
from services.billing.bills.making import Made

HIGH_FACTOR = Decimal(2)
HIGH_LEAST = Decimal(50)
"""A bill is high at twice the last one, if that is at least 50 dollars more: from 9 to 20 dollars is no news."""


class LastBill(NamedTuple):
    """Current charges of the account's last bill, in dollars."""

    charges: Decimal


def exceptions_of(customer: Customer, made: Made, last: LastBill | None) -> list[str]:
    """Codes of what is unusual about a bill."""
    total = made.total
    kinds = {read.kind for read in customer.reads}
    found = {
        "negative_bill": total < 0,
        "zero_bill": total == 0,
        "high_bill": last is not None and total >= last.charges * HIGH_FACTOR and total - last.charges >= HIGH_LEAST,
        "estimated": "estimated" in kinds,
        "prorated": "prorated" in kinds,
        "first_bill": last is None,
        "final_bill": is_final(customer, customer.spans[-1].end),
        "corrected": bool(made.corrections),
        "several_periods": len(customer.spans) > 1,
    }
    return [code for code, holds in found.items() if holds]
