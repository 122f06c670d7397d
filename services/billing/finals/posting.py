"""The movements of money that an ending brings: deposits released, credit moved, refunds owed and paid. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from contracts.ids import derived_id
from services.billing.finals.rules import Held
from services.billing.ledger.book import (
    ZERO,
    About,
    Book,
    Gl,
    Journal,
    LedgerError,
    Source,
    fiscal_period,
)
from services.billing.ledger.posting import grant, settle

Parts = Mapping[Gl, Decimal]
"""Dollars by the account of the general ledger that holds them."""


def source_of(journal: Journal, kind: str, id: UUID, day: date) -> Source:
    """Where a posting of a business day comes from."""
    group = derived_id(kind, id)
    return Source(kind, id, group, day, day, fiscal_period(day, journal.chart.fiscal_year_starts))


def release(journal: Journal, book: Book, deposit: Held, interest: Decimal, day: date) -> None:
    """Turn a deposit, and the interest it earned, into credit that pays what is open."""
    source = source_of(journal, "deposit_release", deposit.deposit_id, day)
    grant(journal, book, source, Gl(deposit.fund, deposit.code), deposit.amount, deposit.service)
    if interest:
        expense = _needed(journal.chart.of(deposit.fund).interest_expense, "interest_expense", deposit.fund)
        grant(journal, book, source, expense, interest, deposit.service)
    book.adjustments_since -= deposit.amount + interest
    settle(journal, book, source)


def owe_back(journal: Journal, book: Book, refund_id: UUID, amount: Decimal, day: date) -> Parts:
    """Take credit off an account and owe it as a refund; answers where."""

    def payable(fund: str) -> Gl:
        return _needed(journal.chart.of(fund).refunds_payable, "refunds_payable", fund)

    book.adjustments_since += amount
    return _take(journal, book, source_of(journal, "refund", refund_id, day), amount, payable)


def pay_out(journal: Journal, account_id: UUID, refund_id: UUID, parts: Parts, day: date) -> None:
    """A refund left the bank."""
    source = source_of(journal, "refund_paid", refund_id, day)
    for owed, amount in parts.items():
        journal.move(source, owed, journal.chart.of(owed.fund).cash, amount, About(account_id))


def put_back(journal: Journal, book: Book, refund_id: UUID, parts: Parts, day: date) -> None:
    """A refund won't be paid: it is credit again, and pays what is open."""
    source = source_of(journal, "refund_cancelled", refund_id, day)
    for owed, amount in parts.items():
        grant(journal, book, source, owed, amount, None)
        book.adjustments_since -= amount
    settle(journal, book, source)


def move_credit(journal: Journal, giver: Book, taker: Book, move_id: UUID, amount: Decimal, day: date) -> None:
    """Let credit of one account pay another's open items; each fund's cash gives and takes it in one posting."""
    source = source_of(journal, "credit_moved", move_id, day)
    parts = _take(journal, giver, source, amount, lambda fund: journal.chart.of(fund).cash)
    giver.adjustments_since += amount
    for cash, part in parts.items():
        grant(journal, taker, source, cash, part, None)
    taker.adjustments_since -= amount
    settle(journal, taker, source)


def _take(journal: Journal, book: Book, source: Source, amount: Decimal, to: Callable[[str], Gl]) -> dict[Gl, Decimal]:
    parts: dict[Gl, Decimal] = {}
    for credit in sorted(book.credits.values(), key=lambda one: (one.since, one.source_id, one.fund)):
        part = min(amount, credit.remaining)
        if part > ZERO:
            target = to(credit.fund)
            journal.move(source, credit.held_in, target, part, About(book.account_id))
            journal.keep_credit(credit, credit.remaining - part)
            parts[target] = parts.get(target, ZERO) + part
            amount -= part
    if amount:
        raise LedgerError(f"Account {book.account_id} has {amount} less credit than is to be taken off it.")
    return parts


def _needed(account: Gl | None, field: str, fund: str) -> Gl:
    if account is None:
        raise LedgerError(f"Fund {fund} has no account for `{field}` in the town pack. Add it under billing.ledger.")
    return account
