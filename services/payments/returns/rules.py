"""What a returned payment brings with it: a fee, and for a while no more checks (pure)."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.payments.policy import CashOnly, ReturnFee

OF_THE_BANK = frozenset({"bank_return", "chargeback"})
"""Returns that someone else brought about; a void or a misposting is the office's own doing, and costs nothing."""

NO_FEE = Decimal("0.00")
_CENT = Decimal("0.01")


def fee_of(policy: ReturnFee | None, kind: str, amount: Decimal) -> Decimal:
    """The fee for a returned payment of this amount: its step or the percentage, whichever is greater."""
    if policy is None or kind not in OF_THE_BANK:
        return NO_FEE
    step = next(one for one in policy.steps if one.through is None or amount <= one.through)
    percent = (amount * policy.percent / 100).quantize(_CENT, ROUND_HALF_UP)
    return max(step.amount, percent).quantize(_CENT)


def makes_cash_only(policy: CashOnly | None, kind: str, earlier: Collection[date], today: date) -> bool:
    """Whether this return is one too many, after `earlier` ones of the bank's on these days."""
    if policy is None or kind not in OF_THE_BANK:
        return False
    since = today - timedelta(policy.within_days)
    return 1 + sum(day > since for day in earlier) >= policy.after


def cash_only_until(policy: CashOnly, today: date) -> date | None:
    """The last day without checks; None when only a person ends it."""
    return today + timedelta(policy.lasts_days) if policy.lasts_days else None


def is_cash_only(cash_only: bool, until: date | None, today: date) -> bool:
    """Whether an account may not pay by check today."""
    return cash_only and (until is None or today <= until)


def no_checks(number: str, until: date | None) -> str:
    """What the cashier tells a customer who hands over a check."""
    when = f"until {until:%Y-%m-%d}" if until else "until a coordinator lifts it"
    return (
        f"Account {number} pays by cash, money order or card only, {when}: payments of theirs were returned."
        " Give the check back and ask for another way to pay."
    )


def misdated(returned_on: date, taken_on: date, today: date) -> str:
    """Why a payment can't have come back on that day, in a sentence; empty when it can."""
    if returned_on > today:
        return f"The return is dated {returned_on:%Y-%m-%d}, and the town's day is {today:%Y-%m-%d} still."
    if returned_on < taken_on:
        return f"The return is dated {returned_on:%Y-%m-%d}, before the payment was taken on {taken_on:%Y-%m-%d}."
    return ""
