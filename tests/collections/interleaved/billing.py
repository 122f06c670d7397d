"""Billing, as far as collections hears of it: what is owed, item by item, after what was paid."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.collections.timeline.standing import ZERO, Item
from tests.collections.interleaved.news import News, Payment


@dataclass
class Billing:
    """Items oldest first; payments posted in the order they are heard of, those taken back left out."""

    news: News
    items: list[Item] = field(default_factory=list)
    paid: dict[int, Decimal] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)
    version: int = 0

    def on_payment(self, _: datetime, payment: Payment) -> None:
        self.paid[payment.seq] = payment.amount
        self._tell_balance()

    def on_returned(self, _: datetime, seq: int) -> None:
        self.returned.add(seq)
        self._tell_balance()

    def begin_day(self) -> None:
        if self.news.rng.random() < 0.2:
            self.bill()
        else:
            self._tell_balance()

    def bill(self) -> None:
        rng, number = self.news.rng, len(self.items) + 1
        due = self.news.day - timedelta(rng.randrange(0, 9))
        self.items.append(Item(UUID(int=number), "charge", Decimal(rng.choice((20, 40, 60))), due))
        self._tell_balance()

    def _tell_balance(self) -> None:
        self.news.send(self._balance(self.news.day), "collections.balance")

    def _balance(self, day: date) -> dict[str, Any]:
        paid = sum((amount for seq, amount in self.paid.items() if seq not in self.returned), ZERO)
        still_open = open_items(self.items, paid)
        late = tuple(one for one in still_open if one.due < day)
        self.version += 1
        return {
            "version": self.version,
            "items": late,
            "past_due": sum((one.amount for one in late), ZERO),
            "owed": sum((one.amount for one in still_open), ZERO),
            "through": self._through(),
        }

    def _through(self) -> int:
        seq = 0
        while seq + 1 in self.paid:
            seq += 1
        return seq


def open_items(items: list[Item], paid: Decimal) -> list[Item]:
    """What is left of the items when so much was paid, oldest first."""
    left, found = paid, []
    for one in items:
        taken = min(left, one.amount)
        left -= taken
        if taken < one.amount:
            found.append(replace(one, amount=one.amount - taken))
    return found
