"""Bills meet the ledger: what a bill begins with, posting it, and taking it back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid5

from chassis.bulk import lock
from chassis.database import Transaction
from contracts.ids import derived_id
from services.billing.customers.tables import Account
from services.billing.ledger import announce, store
from services.billing.ledger.book import (
    ZERO,
    Allocated,
    Book,
    Chart,
    Item,
    Journal,
    LedgerError,
    Movement,
    Source,
    fiscal_period,
)
from services.billing.ledger.posting import charge, free, grant, net_allocations, reverse, settle
from services.billing.ledger.rules import standing
from services.billing.ledger.store import PostedBill
from services.billing.policy import BillingPolicy


class Statement(NamedTuple):
    """What an account's next bill begins with. `owed` = previous balance - payments + adjustments, before it."""

    account_id: UUID
    previous_balance: Decimal
    payments: Decimal
    adjustments: Decimal
    past_due: Decimal
    owed: Decimal


@dataclass(frozen=True, slots=True)
class BillPosting:
    """A bill as the ledger takes it. An amount of `by_service` below zero is a credit to the customer."""

    bill_id: UUID
    account_id: UUID
    due_date: date
    bill_date: date
    by_service: Mapping[str, Decimal]
    amount_due: Decimal


async def statements(tx: Transaction, account_ids: Collection[UUID], day: date) -> dict[UUID, Statement]:
    """What the next bills of these accounts begin with; `past_due` as of `day`."""
    return {one: statement(book, day) for one, book in (await store.load_books(tx, account_ids)).items()}


def statement(book: Book, day: date) -> Statement:
    """What an account's next bill begins with; `past_due` as of `day`."""
    return Statement(
        book.account_id,
        book.last_amount_due,
        book.payments_since,
        book.adjustments_since,
        standing(book, day).past_due,
        book.expected,
    )


async def post_bills(
    tx: Transaction,
    bills: Sequence[BillPosting],
    policy: BillingPolicy,
    day: date,
    opened: Mapping[UUID, Book] | None = None,
) -> None:
    """Charge bills, at most one an account, use the credit there is, and announce the balances.

    The caller has locked the accounts, and may have `opened` their books in the same transaction. Raises LedgerError
    when a bill's amount due is not what the ledger comes to, or a service has no accounts in the policy; a bill that
    was posted before fails on its key.
    """
    books = await _books_of(tx, [bill.account_id for bill in bills], opened)
    if len(books) != len(bills):
        raise LedgerError("A chunk of bills names an account twice, or one that was not locked before.")
    journal = Journal(Chart(policy))
    await store.save_posted_bills(tx, [_begun(books[bill.account_id], bill) for bill in bills])
    for bill in bills:
        _post(journal, books[bill.account_id], bill, day)
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)


async def _books_of(
    tx: Transaction, accounts: Sequence[UUID], opened: Mapping[UUID, Book] | None
) -> Mapping[UUID, Book]:
    if opened is None:
        return await store.load_books(tx, accounts)
    return {account: opened[account] for account in accounts if account in opened}


async def reverse_bills(tx: Transaction, bill_ids: Collection[UUID], policy: BillingPolicy, day: date) -> None:
    """Take bills back: charges reversed, items closed, what had paid them freed and used for what else is open.

    An account's newest bill leaves no trace on its next statement; an older one becomes an adjustment there. A bill
    that was reversed before is left alone. Raises LedgerError when one was never posted.
    """
    bills = await store.load_posted_bills(tx, bill_ids)
    if len(bills) != len(set(bill_ids)):
        raise LedgerError(f"{len(set(bill_ids)) - len(bills)} of the bills to take back were never posted.")
    accounts = {bill.account_id for bill in bills}
    await lock(tx, Account, accounts)
    # Read again under the lock: someone may have taken them back meanwhile.
    bills = [bill for bill in await store.load_posted_bills(tx, bill_ids) if bill.reversed_on is None]
    accounts = {bill.account_id for bill in bills}
    books = await store.load_books(tx, accounts)
    journal = Journal(Chart(policy))
    movements = await store.load_bill_movements(tx, accounts, [bill.bill_id for bill in bills])
    sources = {bill.bill_id: _reversal(bill, journal.chart, day) for bill in bills}
    await _free_all(tx, journal, books, movements, sources)
    for bill in _newest_first(bills, books):
        mine = [one for one in movements if one.source_id == bill.bill_id]
        reverse(journal, books[bill.account_id], sources[bill.bill_id], mine)
        _put_back(books[bill.account_id], bill)
    for bill in bills:
        settle(journal, books[bill.account_id], sources[bill.bill_id])
    await store.mark_reversed(tx, [bill.bill_id for bill in bills], day)
    await announce.finish(tx, journal, books, day, announce.NO_CAUSES)


def _begun(book: Book, bill: BillPosting) -> PostedBill:
    return PostedBill(
        bill_id=bill.bill_id,
        account_id=bill.account_id,
        bill_before=book.last_bill_id,
        previous_balance=book.last_amount_due,
        payments=book.payments_since,
        adjustments=book.adjustments_since,
        amount_due=bill.amount_due,
        reversed_on=None,
    )


def _post(journal: Journal, book: Book, bill: BillPosting, day: date) -> None:
    period = fiscal_period(day, journal.chart.fiscal_year_starts)
    source = Source("bill", bill.bill_id, bill.bill_id, bill.bill_date, day, period)
    for service, amount in bill.by_service.items():
        if amount > ZERO:
            charge(journal, book, source, _item(journal.chart, bill, service, amount), journal.chart.revenue(service))
        elif amount < ZERO:
            grant(journal, book, source, journal.chart.revenue(service), -amount, service)
    settle(journal, book, source)
    if bill.amount_due != book.owed:
        raise LedgerError(
            f"Bill {bill.bill_id} of account {bill.account_id} asks for {bill.amount_due}; the ledger has {book.owed}."
        )
    book.last_amount_due, book.payments_since, book.adjustments_since = bill.amount_due, ZERO, ZERO
    book.last_bill_id = bill.bill_id


def _item(chart: Chart, bill: BillPosting, service: str, amount: Decimal) -> Item:
    owed_to = chart.of(chart.fund_of(service)).receivable
    return Item(
        uuid5(bill.bill_id, service),
        bill.account_id,
        bill.bill_id,
        service,
        "bill",
        owed_to.fund,
        owed_to.code,
        bill.bill_date,
        bill.due_date,
        amount,
        amount,
    )


def _reversal(bill: PostedBill, chart: Chart, day: date) -> Source:
    period = fiscal_period(day, chart.fiscal_year_starts)
    return Source("bill_reversal", bill.bill_id, derived_id("bill_reversal", bill.bill_id), day, day, period)


async def _free_all(
    tx: Transaction,
    journal: Journal,
    books: dict[UUID, Book],
    movements: Sequence[Movement],
    sources: Mapping[UUID, Source],
) -> None:
    """Free what paid the bills' items, and what the bills' own credits paid."""
    charged = {one.item_id: one.source_id for one in movements if one.item_id}
    rows = [
        one
        for one in net_allocations(await store.load_allocations(tx, books))
        if one.item_id in charged or one.source_id in sources
    ]
    await store.load_items(tx, books, {one.item_id for one in rows} | charged.keys())
    for row in rows:
        free(journal, books[row.account_id], sources[_bill_of(row, charged)], row)


def _bill_of(row: Allocated, charged: Mapping[UUID, UUID]) -> UUID:
    return charged.get(row.item_id, row.source_id)


def _newest_first(bills: Sequence[PostedBill], books: Mapping[UUID, Book]) -> list[PostedBill]:
    """An account's bills from its last one back, so that each is the newest when its turn comes."""
    by_id = {bill.bill_id: bill for bill in bills}
    ordered = []
    for book in books.values():
        newest = book.last_bill_id
        while newest in by_id:
            ordered.append(by_id.pop(newest))
            newest = ordered[-1].bill_before
    return [*ordered, *by_id.values()]


def _put_back(book: Book, bill: PostedBill) -> None:
    """Let the statement stand as before the bill; payments and adjustments since then stay."""
    if book.last_bill_id == bill.bill_id:
        book.last_amount_due, book.last_bill_id = bill.previous_balance, bill.bill_before
        book.payments_since += bill.payments
        book.adjustments_since += bill.adjustments
    else:
        book.adjustments_since -= bill.amount_due - bill.previous_balance + bill.payments - bill.adjustments
