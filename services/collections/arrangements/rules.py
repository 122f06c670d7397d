"""Whether a promise to pay in parts is kept (pure), and what a person may agree to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from uuid import UUID

from chassis.calendar import Calendar
from services.collections.policy import Arrangements
from services.collections.timeline.standing import ZERO, Paid


class State(StrEnum):
    """How an arrangement stands. A person ends one by `cancelled`."""

    KEPT = "kept"
    PAID = "paid"
    BROKEN = "broken"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Installment:
    """So much by a day; a day the office is closed rolls to the next one it works."""

    due: date
    amount: Decimal


@dataclass(frozen=True)
class Agreed:
    """A promise. `from_seq` is the account's last payment when it was made; a down payment is the first installment."""

    id: UUID
    installments: tuple[Installment, ...]
    covers: frozenset[UUID]
    from_seq: int


def state_on(agreed: Agreed, payments: Sequence[Paid], day: date, calendar: Calendar) -> tuple[State, date | None]:
    """Kept, paid or broken on a day, and for a broken one the first day it was.

    It follows from the payments alone: one that was made in time and arrives late mends what seemed broken, and one
    that is taken back breaks what seemed kept.
    """
    counted = [one for one in payments if one.seq > agreed.from_seq]
    promised = accumulate(one.amount for one in agreed.installments)
    for installment, so_far in zip(agreed.installments, promised, strict=True):
        last = calendar.rolled(installment.due)
        paid = sum((one.amount for one in counted if one.effective <= last), ZERO)
        if last < day and paid < so_far:
            return State.BROKEN, last + timedelta(1)
    whole = sum((one.amount for one in agreed.installments), ZERO)
    return (State.PAID if sum((one.amount for one in counted), ZERO) >= whole else State.KEPT), None


def refused(policy: Arrangements, amount: Decimal, installments: Sequence[Installment], day: date) -> str:
    """Why the town does not agree to these installments for an amount; empty when it does."""
    total, down = sum((one.amount for one in installments), ZERO), installments[0].amount
    days = [one.due for one in installments]
    if total != amount:
        return f"The installments sum to {total}, but what they cover is {amount}."
    if days != sorted(set(days)) or days[0] < day:
        return "The installments fall due one after the other, none before today."
    if len(installments) > policy.most_installments:
        return f"The town agrees to at most {policy.most_installments} installments."
    if days[-1] > day + timedelta(policy.longest_days):
        return f"The last installment is due after {policy.longest_days} days, the longest the town agrees to."
    if policy.down_payment and (down < amount * policy.down_payment or days[0] != day):
        return f"The town asks for {policy.down_payment:.0%} down: {amount * policy.down_payment:.2f} today."
    return ""
