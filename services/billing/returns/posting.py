"""What a payment that came back undoes. Pure.

What it had paid is open again at its own due date; no later payment is moved. Its unused part leaves the account's
credit, a deposit the deposits held. What of it has left the account meanwhile, as a refund, is owed again.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from contracts.ids import derived_id
from contracts.payments import Purpose
from services.billing.ledger.book import ZERO, About, Allocated, Book, Item, Journal, Source, fiscal_period
from services.billing.ledger.posting import free, settle

KIND = "returned_payment"
SERVICE = "refunded"
"""The service of an item that no charge stands behind: money that was given back and then did not hold."""


class Return(NamedTuple):
    """A payment that came back. `deposit` is what is still held of it, if it was one."""

    return_id: UUID
    payment_id: UUID
    amount: Decimal
    purpose: str
    deposit: Decimal
    returned_on: date


class Taking(NamedTuple):
    """A payment to take back, and the book it is in. `paid` is what is allocated of it now; its items are there."""

    book: Book
    gone: Return
    paid: Sequence[Allocated]


def take_back(journal: Journal, taken: Sequence[Taking], day: date) -> None:
    """Undo payments: first all are taken off what they paid, so that none pays what another leaves open."""
    for book, gone, paid in taken:
        for row in paid:
            free(journal, book, _source(journal, gone, day), row)
    for book, gone, _ in taken:
        _withdraw(journal, book, gone, _source(journal, gone, day))
    for book, gone, _ in taken:
        settle(journal, book, _source(journal, gone, day))


def _withdraw(journal: Journal, book: Book, gone: Return, source: Source) -> None:
    match gone.purpose:
        case Purpose.DEPOSIT:
            short = gone.amount - _from_deposit(journal, book, source, gone)
        case Purpose.MISCELLANEOUS:
            chart = journal.chart
            cash = chart.of(chart.payments_fund).cash
            journal.move(source, chart.miscellaneous, cash, gone.amount, About(book.account_id))
            return
        case _:
            short = gone.amount - _from_credit(journal, book, source, gone)
            book.adjustments_since += gone.amount - short
    if short:
        _owe_again(journal, book, source, short)


def _from_deposit(journal: Journal, book: Book, source: Source, gone: Return) -> Decimal:
    accounts = journal.chart.of(journal.chart.payments_fund)
    if gone.deposit:
        journal.move(source, accounts.deposits, accounts.cash, gone.deposit, About(book.account_id))
    return gone.deposit


def _from_credit(journal: Journal, book: Book, source: Source, gone: Return) -> Decimal:
    taken = ZERO
    for credit in sorted(book.credits.values(), key=lambda one: one.fund):
        if credit.source_id == gone.payment_id and credit.remaining:
            cash = journal.chart.of(credit.fund).cash
            journal.move(source, credit.held_in, cash, credit.remaining, About(book.account_id))
            taken += credit.remaining
            journal.keep_credit(credit, ZERO)
    return taken


def _owe_again(journal: Journal, book: Book, source: Source, short: Decimal) -> None:
    accounts = journal.chart.of(journal.chart.payments_fund)
    item = Item(
        item_id=derived_id("returned", source.id),
        account_id=book.account_id,
        bill_id=None,
        service=SERVICE,
        kind=KIND,
        fund=accounts.receivable.fund,
        receivable=accounts.receivable.code,
        billed_date=source.effective_date,
        due_date=source.effective_date,
        amount=short,
        remaining=short,
    )
    journal.move(source, accounts.receivable, accounts.cash, short, item.about)
    journal.open(book, item)
    book.adjustments_since += short


def _source(journal: Journal, gone: Return, day: date) -> Source:
    period = fiscal_period(day, journal.chart.fiscal_year_starts)
    return Source("payment_return", gone.return_id, gone.return_id, gone.returned_on, day, period)
