"""What a final bill waits for, and what becomes of deposits and of what is left over. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.bills.inputs import Customer, Hold, Span, Terms
from services.billing.policy import Finals
from services.billing.tariffs import CompiledTariffs

_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_YEAR = 365


class Ending(NamedTuple):
    """An account that has ended: `ends` is the first day not served, `begins` where its last bill left off."""

    account_id: UUID
    number: str
    cycle: str
    person_id: UUID | None
    ends: date
    begins: date
    billed: bool
    """Whether a bill of its own stands; else `begins` is where its billing here would have begun."""
    again: bool
    """Whether its final bill went out already: what comes now corrects it."""


class Mark(NamedTuple):
    """A day on which a meter was read, and how."""

    service_point_id: UUID
    read_on: date
    kind: str


class Held(NamedTuple):
    """A deposit, as far as it was not released yet."""

    deposit_id: UUID
    account_id: UUID
    service: str | None
    fund: str
    code: str
    amount: Decimal
    paid_on: date


class Debt(NamedTuple):
    """What the same customer owes on another account that is open."""

    account_id: UUID
    number: str
    owed: Decimal


class Left(NamedTuple):
    """What becomes of credit after a final bill, in dollars: moved, given back, or kept because it is too small."""

    moved: tuple[Debt, ...]
    refund: Decimal
    kept: Decimal


def read_through(ending: Ending, marks: Iterable[Mark], within_days: int) -> date:
    """The day up to which the account's usage counts: its end, or a final read taken a little later for it."""
    near = timedelta(within_days)
    finals = [one.read_on for one in marks if one.kind == "final" and abs(one.read_on - ending.ends) <= near]
    return max([ending.ends, *finals])


def require_final_reads(
    terms: Sequence[Terms], marks: Sequence[Mark], tariffs: CompiledTariffs, within_days: int
) -> None:
    """Raise Hold when a metered service was not read through its end."""
    for one in terms:
        metered = one.service_point_id and tariffs.by_volume(one.service)
        if metered and one.end and not _reached(one, marks, within_days):
            raise Hold(
                "no_final_read",
                f"There is no {one.service} read on or after {one.end}, the end of the service. Have the meter read, or"
                " post an estimate for that day.",
            )


def _reached(terms: Terms, marks: Sequence[Mark], within_days: int) -> bool:
    end = terms.end or date.max
    near = timedelta(within_days)
    return any(
        one.read_on >= end or (one.kind == "final" and end - one.read_on <= near)
        for one in marks
        if one.service_point_id == terms.service_point_id
    )


def last_spans(customer: Customer, through: date) -> list[Span]:
    """The periods of a final bill: those that were held, and the last, none beyond the account's end."""
    spans: list[Span] = []
    for span in customer.spans:
        start = max(span.start, spans[-1].end) if spans else span.start
        if start < min(span.end, through):
            spans.append(Span(start, min(span.end, through)))
    return spans or [Span(through, through)]


def interest(deposit: Held, rate: Decimal | None, day: date) -> Decimal:
    """Simple interest on a deposit from the day it was paid, in dollars."""
    days = max(0, (day - deposit.paid_on).days)
    return (deposit.amount * (rate or _ZERO) * days / _YEAR).quantize(_CENT, ROUND_HALF_UP)


def left_over(credit: Decimal, debts: Iterable[Debt], finals: Finals) -> Left:
    """What becomes of credit: first to other accounts that owe, if the town wants it so; the rest goes back."""
    moved = []
    if finals.credit_to == "other_accounts":
        for debt in sorted(debts, key=lambda one: (-one.owed, one.number)):
            part = min(debt.owed, credit)
            if part > _ZERO:
                moved.append(debt._replace(owed=part))
                credit -= part
    small = credit < finals.refund_minimum
    return Left(tuple(moved), _ZERO if small else credit, credit if small else _ZERO)
