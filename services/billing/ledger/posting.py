"""The few movements that everything in the ledger is made of: charge, pay, grant, settle, free, reverse. Pure.

An account never keeps unused credit beside open items: `settle` ends every posting.
"""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.book import (
    ZERO,
    About,
    Allocated,
    Book,
    Credit,
    Gl,
    Item,
    Journal,
    LedgerError,
    Movement,
    Source,
)
from services.billing.ledger.rules import allocate

APPLIED = "credit_applied"
"""Source of a movement that lets credit pay an item."""

FREED = "allocation_freed"
"""Source of a movement that takes money back off an item."""


def charge(journal: Journal, book: Book, source: Source, item: Item, against: Gl) -> None:
    """Open an item: the customer owes it, and `against` earns it."""
    journal.move(source, item.owed_to, against, item.amount, item.about)
    book.items[item.item_id] = item
    journal.new_items.append(item)


def grant(journal: Journal, book: Book, source: Source, given_by: Gl, amount: Decimal, service: str | None) -> None:
    """Owe the customer an amount, in the fund that gives it, until a charge uses it."""
    held_in = journal.chart.of(given_by.fund).customer_credit
    journal.move(source, given_by, held_in, amount, About(book.account_id, None, service))
    _add_credit(journal, book, source, held_in, amount)


def pay(journal: Journal, book: Book, source: Source, amount: Decimal, first: UUID | None = None) -> None:
    """Let money that came in pay what is open, the bill it names before others; the rest is credit."""
    for item, share in allocate(amount, book.items.values(), journal.chart.order, first):
        journal.move(source, journal.chart.of(item.fund).cash, item.owed_to, share, item.about)
        _allocated(journal, book, source, item, share)
        amount -= share
    if amount:
        grant(journal, book, source, journal.chart.of(journal.chart.payments_fund).cash, amount, None)


def settle(journal: Journal, book: Book, source: Source) -> None:
    """Let unused credit, the oldest first, pay what is open."""
    for credit in sorted(book.credits.values(), key=lambda one: (one.since, one.source_id, one.fund)):
        for item, share in allocate(credit.remaining, book.items.values(), journal.chart.order):
            origin = source.of(credit.source_kind, credit.source_id)
            journal.move(source.of(APPLIED, credit.source_id), credit.held_in, item.owed_to, share, item.about)
            _allocated(journal, book, origin, item, share)
            journal.keep_credit(credit, credit.remaining - share)


def free(journal: Journal, book: Book, source: Source, allocated: Allocated) -> None:
    """Take money back off an item: the item is open again, at its own due date, and the money is credit."""
    item = book.items[allocated.item_id]
    origin = source.of(allocated.source_kind, allocated.source_id)
    held_in = journal.chart.of(item.fund).customer_credit
    journal.move(source.of(FREED, allocated.source_id), item.owed_to, held_in, allocated.amount, item.about)
    _allocated(journal, book, origin, item, -allocated.amount)
    _add_credit(journal, book, origin, held_in, allocated.amount)


def reverse(journal: Journal, book: Book, source: Source, posted: Iterable[Movement]) -> None:
    """Post a bill's charges and credits again with the sides swapped. What paid them must have been freed before."""
    for one in posted:
        debit, credit = Gl(one.fund, one.credit), Gl(one.fund, one.debit)
        if one.item_id:
            _close(journal, book.items[one.item_id])
        else:
            _withdraw(journal, book, source, one.source_id, debit, one.amount)
        journal.move(source, debit, credit, one.amount, About(book.account_id, one.item_id, one.service))


def net_allocations(rows: Iterable[Allocated]) -> list[Allocated]:
    """What is allocated now: rows of one source and item summed, and those that were taken back left out."""
    sums: dict[tuple[UUID, UUID], Allocated] = {}
    for row in rows:
        before = sums.get((row.source_id, row.item_id))
        sums[row.source_id, row.item_id] = row._replace(amount=before.amount + row.amount) if before else row
    return [row for row in sums.values() if row.amount]


def _allocated(journal: Journal, book: Book, origin: Source, item: Item, amount: Decimal) -> None:
    journal.leave(item, item.remaining - amount)
    journal.allocations.append(
        Allocated(book.account_id, origin.kind, origin.id, item.item_id, amount, origin.business_date)
    )


def _add_credit(journal: Journal, book: Book, origin: Source, held_in: Gl, amount: Decimal) -> None:
    credit = book.credits.get((origin.id, held_in.fund)) or Credit(
        origin.id, held_in.fund, origin.kind, book.account_id, held_in.code, origin.business_date, ZERO
    )
    book.credits[origin.id, held_in.fund] = credit
    journal.keep_credit(credit, credit.remaining + amount)


def _close(journal: Journal, item: Item) -> None:
    if item.remaining != item.amount:
        raise LedgerError(f"Item {item.item_id} can't be closed: {item.remaining} of {item.amount} is unpaid.")
    item.reversed = True
    journal.leave(item, ZERO)


def _withdraw(journal: Journal, book: Book, source: Source, source_id: UUID, home: Gl, wanted: Decimal) -> None:
    """Take back a credit that was granted in `home`, from whichever funds its money has come to."""
    mine = [one for one in book.credits.values() if one.source_id == source_id]
    for credit in sorted(mine, key=lambda one: (one.fund != home.fund, one.fund)):
        part = min(wanted, credit.remaining)
        if part and credit.held_in != home:
            journal.move(source, credit.held_in, home, part, About(book.account_id))
        journal.keep_credit(credit, credit.remaining - part)
        wanted -= part
    if wanted:
        raise LedgerError(f"{wanted} of the credit that {source_id} granted is still in use.")
