"""What an office and its auditors ask of the ledger."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from services.billing.ledger.book import ZERO
from services.billing.ledger.shown import (
    AccountLedger,
    AgedService,
    AllocationShown,
    CreditShown,
    DepositShown,
    FundTotal,
    GlBalance,
    ItemShown,
    JournalLine,
    Receivables,
    TransferShown,
    TrialBalance,
)

_ITEMS = """
select item_id, bill_id, service, kind, billed_date, due_date, amount, remaining, reversed from open_item
where item_id in (select item_id from transfer where account_id = :account_id) order by billed_date, due_date, item_id
"""
_TRANSFERS = "select * from transfer where account_id = :account_id order by id"
_ALLOCATIONS = "select * from allocation where account_id = :account_id order by id"
_CREDITS = "select * from credit where account_id = :account_id and remaining > 0 order by since, source_id, fund"
_DEPOSITS = (
    "select service, amount - released as amount, paid_on from deposit"
    " where account_id = :account_id and released < amount order by paid_on, deposit_id"
)
_STATEMENT = """
select id as account_id, number, last_amount_due - payments_since + adjustments_since as owed,
    last_amount_due as previous_balance, payments_since as payments, adjustments_since as adjustments
from account where id = :account_id
"""
_TRIAL_BALANCE = """
select fund, code, g.role, g.name, coalesce(sum(p.amount) filter (where p.amount > 0), 0) as debit,
    coalesce(-sum(p.amount) filter (where p.amount < 0), 0) as credit, sum(p.amount) as balance
from posting p join gl_account g using (fund, code) where p.business_date <= coalesce(:as_of, 'infinity'::date)
group by fund, code, g.role, g.name order by fund, code
"""
_JOURNAL = """
select p.business_date as date, p.fiscal_period, fund, code, g.name,
    coalesce(sum(p.amount) filter (where p.amount > 0), 0) as debit,
    coalesce(-sum(p.amount) filter (where p.amount < 0), 0) as credit
from posting p join gl_account g using (fund, code) where p.business_date between :first and :last
group by p.business_date, p.fiscal_period, fund, code, g.name order by 1, 2, 3, 4
"""
_AGED = """
select service, sum(remaining) as total,
    coalesce(sum(remaining) filter (where due_date >= :day), 0) as not_yet_due,
    coalesce(sum(remaining) filter (where :day - due_date between 1 and 30), 0) as days_1_to_30,
    coalesce(sum(remaining) filter (where :day - due_date between 31 and 60), 0) as days_31_to_60,
    coalesce(sum(remaining) filter (where :day - due_date between 61 and 90), 0) as days_61_to_90,
    coalesce(sum(remaining) filter (where :day - due_date > 90), 0) as over_90_days
from open_item where remaining > 0 group by service order by service
"""


async def account_ledger(tx: Transaction, account_id: UUID) -> AccountLedger:
    """Items, transfers and allocations of an account that is known."""
    (statement,) = await _rows(tx, _STATEMENT, account_id=account_id)
    return AccountLedger(
        **statement,
        items=[ItemShown(**row) for row in await _rows(tx, _ITEMS, account_id=account_id)],
        credits=[CreditShown(**row) for row in await _rows(tx, _CREDITS, account_id=account_id)],
        allocations=[AllocationShown(**row) for row in await _rows(tx, _ALLOCATIONS, account_id=account_id)],
        transfers=[TransferShown(**row) for row in await _rows(tx, _TRANSFERS, account_id=account_id)],
        deposits=[DepositShown(**row) for row in await _rows(tx, _DEPOSITS, account_id=account_id)],
    )


async def trial_balance(tx: Transaction, as_of: date | None) -> TrialBalance:
    """All postings up to a day by fund and account; every fund's debits equal its credits."""
    rows = await _rows(tx, _TRIAL_BALANCE, as_of=as_of)
    accounts = [GlBalance(**row) for row in rows]
    return TrialBalance(accounts=accounts, funds=[_fund_total(fund, accounts) for fund in _funds(accounts)])


def _funds(accounts: Iterable[GlBalance]) -> list[str]:
    return sorted({one.fund for one in accounts})


def _fund_total(fund: str, accounts: Iterable[GlBalance]) -> FundTotal:
    own = [one for one in accounts if one.fund == fund]
    debit, credit = sum((one.debit for one in own), ZERO), sum((one.credit for one in own), ZERO)
    return FundTotal(fund=fund, debit=debit, credit=credit, difference=debit - credit)


async def journal(tx: Transaction, first: date, last: date) -> list[JournalLine]:
    """What each day of a span posted to each account: what goes to the town's general ledger."""
    return [JournalLine(**row) for row in await _rows(tx, _JOURNAL, first=first, last=last)]


def journal_csv(lines: Iterable[JournalLine]) -> str:
    """The journal as a file that finance software takes."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(JournalLine.model_fields)
    writer.writerows(list(line.model_dump(mode="json").values()) for line in lines)
    return written.getvalue()


async def receivables(tx: Transaction, day: date) -> Receivables:
    """What customers owe as of a business day, by service and age."""
    services = [AgedService(**row) for row in await _rows(tx, _AGED, day=day)]
    ((credit,),) = [row.values() for row in await _rows(tx, "select coalesce(sum(remaining), 0) from credit")]
    total = sum((one.total for one in services), ZERO)
    return Receivables(as_of=day, services=services, total=total, credit=credit, customer_balances=total - credit)


async def _rows(tx: Transaction, statement: str, **parameters: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await tx.execute(text(statement), parameters)).mappings()]
