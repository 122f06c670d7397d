"""Accounts that may not pay by check: asked before the office takes one. Vendors' money is never refused."""

from collections.abc import Sequence
from datetime import date

from chassis.database import Transaction
from contracts.payments import TenderKind
from services.payments.returns.rules import is_cash_only, no_checks
from services.payments.returns.store import cash_only_accounts
from services.payments.taking import Money


async def refused_checks(tx: Transaction, monies: Sequence[Money], today: date) -> dict[str, str]:
    """For each account that hands over a check and may not: the sentence that the cashier says."""
    numbers = {money.account_number for money in monies if money.tender == TenderKind.CHECK}
    return {
        account.number or "": no_checks(account.number or "", account.cash_only_until)
        for account in await cash_only_accounts(tx, numbers)
        if is_cash_only(account.cash_only, account.cash_only_until, today)
    }
