"""A charge that is on no bill becomes an open item, and is taken back whole. Pure."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.ledger.book import Book, Item, Journal, Source, fiscal_period
from services.billing.ledger.posting import charge, settle


class Fee(NamedTuple):
    """A charge by itself. `source_id` is what it follows from; `item_id` the item it becomes."""

    kind: str
    source_kind: str
    source_id: UUID
    item_id: UUID
    service: str
    amount: Decimal
    effective: date
    due: date


def post_fee(journal: Journal, book: Book, fee: Fee, day: date) -> None:
    """Charge an account; the service's fund earns it, and credit that is there pays it. Raises LedgerError."""
    source = source_of(journal, fee, day)
    owed_to = journal.chart.of(journal.chart.fund_of(fee.service)).receivable
    item = Item(
        item_id=fee.item_id,
        account_id=book.account_id,
        bill_id=None,
        service=fee.service,
        kind=fee.kind,
        fund=owed_to.fund,
        receivable=owed_to.code,
        billed_date=fee.effective,
        due_date=fee.due,
        amount=fee.amount,
        remaining=fee.amount,
    )
    charge(journal, book, source, item, journal.chart.revenue(fee.service))
    book.adjustments_since += fee.amount
    settle(journal, book, source)


def source_of(journal: Journal, fee: Fee, day: date) -> Source:
    """Where the posting of a fee comes from."""
    period = fiscal_period(day, journal.chart.fiscal_year_starts)
    return Source(fee.source_kind, fee.source_id, fee.item_id, fee.effective, day, period)
