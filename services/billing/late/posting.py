"""A late charge becomes an open item, and is taken back whole. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from contracts.ids import derived_id
from services.billing.fees.posting import Fee, post_fee
from services.billing.late.rules import KIND
from services.billing.ledger.book import Allocated, Book, Journal, Movement, Source, fiscal_period
from services.billing.ledger.posting import free, reverse, settle

REVERSAL = "late_charge_reversal"


class Posted(NamedTuple):
    """A late charge as it stands in the ledger: what it charged, and what is allocated to its item now."""

    movements: list[Movement]
    allocated: list[Allocated]


def item_of(charge_id: UUID, revision: int) -> UUID:
    """The open item of a late charge; each time it is posted anew it is another one."""
    return derived_id(KIND, charge_id, revision)


def post(
    journal: Journal, book: Book, charge_id: UUID, revision: int, service: str, amount: Decimal, day: date, due: date
) -> None:
    """Charge it."""
    fee = Fee(KIND, KIND, charge_id, item_of(charge_id, revision), service, amount, day, due)
    post_fee(journal, book, fee, day)


def take_back(journal: Journal, book: Book, charge_id: UUID, revision: int, posted: Posted, day: date) -> None:
    """Take it back; what had paid it pays what else is open, or is credit."""
    item_id = item_of(charge_id, revision)
    period = fiscal_period(day, journal.chart.fiscal_year_starts)
    source = Source(REVERSAL, charge_id, derived_id(REVERSAL, item_id), day, day, period)
    for row in posted.allocated:
        free(journal, book, source, row)
    book.adjustments_since -= book.items[item_id].amount
    reverse(journal, book, source, _charging(posted.movements))
    settle(journal, book, source)


def _charging(movements: Iterable[Movement]) -> list[Movement]:
    return [one for one in movements if one.source_kind == KIND]
