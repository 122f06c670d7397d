"""What a late charge comes to, when, and what holds it back. Pure.

What was unpaid on the last penalty-free day is worked out as if every payment had been posted on its effective date:
so it does not matter in which order, or how late, payments arrive.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from chassis.calendar import Calendar
from contracts.payments import ChargeKind
from services.billing.late.policy import LateCharge
from services.billing.ledger.book import ZERO, Item
from services.billing.ledger.rules import allocate
from services.billing.policy import PaymentOrder

CENT = Decimal("0.01")
KIND = "late_charge"
BEAR_NONE = frozenset({KIND, "returned_payment", *map(str, ChargeKind)})
"""Kinds of items that bear no late charge: no charge grows on a charge."""


class Money(NamedTuple):
    """Money of a customer, on the day from which it counts. `first` is the bill that it names."""

    on: date
    seq: int
    id: UUID
    amount: Decimal
    first: UUID | None = None


@dataclass(frozen=True)
class History:
    """All that an account was charged and all that it paid, whenever it was posted."""

    items: Sequence[Item]
    money: Sequence[Money]


@dataclass(frozen=True)
class Debt:
    """What one bill charged, or one item that is on no bill: what a late charge is about."""

    debt_id: UUID
    due: date
    items: tuple[Item, ...]

    @property
    def remaining(self) -> Decimal:
        """What is unpaid of it now."""
        return sum((one.remaining for one in self.items), ZERO)


class Held(NamedTuple):
    """A person's hold on an account, or on some of its items."""

    kind: str
    items: frozenset[UUID] = frozenset()

    def is_about(self, items: Collection[UUID]) -> bool:
        """Whether it holds any of these items."""
        return not self.items or not self.items.isdisjoint(items)


class Pending(NamedTuple):
    """What else is known of an account that holds its late charges back."""

    holds: Sequence[Held]
    covered: Collection[UUID]
    pending: int
    unposted: int


def debts(items: Iterable[Item], policy: LateCharge) -> dict[UUID, Debt]:
    """What an account's items owe together, by bill; only what bears a late charge. What was taken back is no debt."""
    found: dict[UUID, list[Item]] = {}
    for one in items:
        if not one.reversed and bears(one, policy):
            found.setdefault(one.bill_id or one.item_id, []).append(one)
    return {key: Debt(key, max(one.due_date for one in mine), tuple(mine)) for key, mine in found.items()}


def bears(item: Item, policy: LateCharge) -> bool:
    """Whether an item is of a kind and service that bears late charges."""
    return item.kind not in BEAR_NONE and (not policy.services or item.service in policy.services)


def free_through(due: date, number: int, policy: LateCharge, calendar: Calendar) -> date:
    """The last day on which paying keeps the first, second, ... late charge away."""
    return calendar.rolled(_months_after(due, number - 1) + timedelta(policy.after_days))


def number_on(due: date, day: date, policy: LateCharge, calendar: Calendar) -> int:
    """Which late charge of a debt is due on a day: 0 for none yet, 1 for the first.

    A month that passed without one, because something held it back, is not charged afterwards.
    """
    if policy.due_from and due < policy.due_from:
        return 0
    number = 0
    while free_through(due, number + 1, policy, calendar) < day:
        number += 1
        if policy.repeat == "once":
            break
    return number


def charge_on(base: Decimal, policy: LateCharge) -> Decimal:
    """What is charged on so much unpaid, in cents, half a cent up; zero below the minimum."""
    if base < max(policy.minimum, CENT):
        return ZERO
    return (base * policy.percent / 100 + policy.flat).quantize(CENT, ROUND_HALF_UP)


def unpaid(history: History, debt: Debt, through: date, order: PaymentOrder) -> Decimal:
    """What of a debt was unpaid at the end of a day, had all money been posted on the day from which it counts."""
    left = _replayed(history, through, order)
    return sum((left[one.item_id] for one in debt.items if one.item_id in left), ZERO)


def held_by(debt: Debt, about: Pending) -> str:
    """Why a debt bears no late charge for now, in words for a list; empty when nothing holds it."""
    items = {one.item_id for one in debt.items}
    holds = [one.kind for one in about.holds if one.is_about(items)]
    if holds:
        return f"hold: {', '.join(holds)}"
    if not items.isdisjoint(about.covered):
        return "arrangement"
    if about.pending:
        return "a payment is pending"
    return "a payment is not posted yet" if about.unposted else ""


def _replayed(history: History, through: date, order: PaymentOrder) -> dict[UUID, Decimal]:
    """What was left of each item at the end of a day: charges come before money on the same day."""
    charges = sorted(
        (one for one in history.items if not one.reversed and one.billed_date <= through),
        key=lambda one: (one.billed_date, one.item_id),
        reverse=True,
    )
    there: dict[UUID, Item] = {}
    credit = ZERO

    def open_through(day: date) -> None:
        nonlocal credit
        while charges and charges[-1].billed_date <= day:
            item = charges.pop()
            there[item.item_id] = replace(item, remaining=item.amount)
            credit = _paid(credit, there.values(), order)

    for came in sorted(one for one in history.money if one.on <= through):
        open_through(came.on)
        credit = _paid(credit + came.amount, there.values(), order, came.first)
    open_through(through)
    return {key: item.remaining for key, item in there.items()}


def _paid(money: Decimal, items: Iterable[Item], order: PaymentOrder, first: UUID | None = None) -> Decimal:
    """Let money pay what is open; answers what is left of it."""
    for item, share in allocate(money, items, order, first):
        item.remaining -= share
        money -= share
    return money


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
