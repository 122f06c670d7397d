"""What an amount pays, and what an account owes on a day. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from services.billing.ledger.book import ZERO, Book, Item
from services.billing.policy import PaymentOrder


class Share(NamedTuple):
    """A part of an amount that pays one item."""

    item: Item
    amount: Decimal


def allocate(
    amount: Decimal, items: Iterable[Item], order: PaymentOrder, first: UUID | None = None
) -> tuple[Share, ...]:
    """How an amount pays open items in the town's payment order, the bill it names (`first`) before all others.

    Never more than the amount, and never more on an item than is left of it; what no share takes is surplus.
    """
    shares = []
    for item in sorted((one for one in items if one.remaining > ZERO), key=lambda one: _rank(one, order, first)):
        if amount <= ZERO:
            break
        share = min(amount, item.remaining)
        shares.append(Share(item, share))
        amount -= share
    return tuple(shares)


def _rank(item: Item, order: PaymentOrder, first: UUID | None) -> tuple[Any, ...]:
    named = 0 if first is not None and item.bill_id == first else 1
    service = order.services.index(item.service) if item.service in order.services else len(order.services)
    age = (item.due_date, item.billed_date)
    ranked = (age, service) if order.first == "oldest" else (service, age)
    return (named, *ranked, item.item_id)


class Standing(NamedTuple):
    """What an account owes on a day. `past_due` items were due before it."""

    owed: Decimal
    due_now: Decimal
    past_due: Decimal
    past_due_items: tuple[Item, ...]
    credit: Decimal
    next_due_date: date | None


def standing(book: Book, day: date) -> Standing:
    """What an account owes on a business day."""
    charged, past_due, late, next_due = ZERO, ZERO, [], date.max
    for item in book.items.values():
        if item.remaining > ZERO:
            charged += item.remaining
            if item.due_date < day:
                past_due += item.remaining
                late.append(item)
            elif item.due_date < next_due:
                next_due = item.due_date
    late.sort(key=lambda one: (one.due_date, one.item_id))
    credit = book.credit
    return Standing(
        owed=charged - credit,
        due_now=max(ZERO, charged - credit),
        past_due=past_due,
        past_due_items=tuple(late),
        credit=credit,
        next_due_date=next_due if next_due < date.max else None,
    )
