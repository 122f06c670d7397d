"""A check that the bank sends back: the payment is taken back, a fee charged, and the customer told."""

from datetime import date
from decimal import Decimal

from deploy.local.demo.month import Month
from deploy.local.demo.office import ANA

PART = "payments"
RETURNED_ON = date(2023, 3, 21)


def return_check(month: Month) -> None:
    """One of the checks of the last counter batch comes back for want of funds."""
    if not month.checks:
        return
    account = month.checks[-1]
    paid = month.office.get(ANA, "payments", f"/accounts/{account}/payments")[-1]
    body = {"kind": "bank_return", "code": "R01", "reason": "insufficient funds"}
    with month.diary.part(PART, "a check comes back"):
        done = month.office.post(ANA, "payments", f"/payments/{paid['payment_id']}/return", body)
        month.office.settle()
    amount, fee = Decimal(done["amount"]), Decimal(done["fee"])
    month.owed[account] = month.owed.get(account, Decimal(0)) + amount + fee
    month.mark("returned payment", f"{account}: a check over {amount:,.2f} came back; the fee is {fee:,.2f}")
    month.say(f"the bank sends back a check of {account} over {amount:,.2f}; a fee of {fee:,.2f} is charged")
