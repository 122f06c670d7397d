"""Whose the usage between two readings is when the service changed hands in between: each day's to whoever had it.

Pure. A read at the change divides usage exactly; without one it is divided by days. A final read near the change
counts as taken on it. Nothing is lost: the parts of a read come to the read.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

_WHOLE = Decimal(1)
_LEAST = Decimal("0.000001")


class Claim(NamedTuple):
    """Days of a service point that an account has; `end` is the first day that it has not."""

    account_id: UUID
    start: date
    end: date | None


class Stretch(NamedTuple):
    """Usage from one reading, or change of hands, to the next. Nobody's when `account_id` is None."""

    account_id: UUID | None
    previous_on: date
    read_on: date
    previous_value: Decimal
    read_value: Decimal
    quantity: Decimal


class Two(Exception):
    """Two accounts claim the same days: a person must mend the agreements."""


def claims_of(agreements: Iterable[tuple[UUID, date, date | None]]) -> list[Claim]:
    """Agreements of one service point as claims: those of one account that follow each other are one."""
    claims: list[Claim] = []
    for account, start, end in sorted(agreements, key=lambda one: (one[0], one[1], one[2] or date.max)):
        last = claims[-1] if claims and claims[-1].account_id == account else None
        if last and (last.end is None or start <= last.end):
            claims[-1] = last._replace(end=None if last.end is None or end is None else max(last.end, end))
        elif end is None or end > start:
            claims.append(Claim(account, start, end))
    return sorted(claims, key=lambda one: (one.start, one.account_id))


def at_final_reads(claims: Iterable[Claim], finals: Sequence[date], within_days: int) -> list[Claim]:
    """Claims that begin and end with the final reads near them."""
    near = timedelta(within_days)

    def moved(day: date) -> date:
        found = [one for one in finals if abs(one - day) <= near]
        return min(found, key=lambda one: (abs(one - day), one), default=day)

    return [one._replace(start=moved(one.start), end=moved(one.end) if one.end else None) for one in claims]


def divided(whole: Stretch, claims: Sequence[Claim]) -> list[Stretch]:
    """A read's usage by who had the days. Raises Two when accounts claim the same ones."""
    days = [whole.previous_on, *_changes(whole, claims), whole.read_on]
    owners = [_owner(start, end, claims) for start, end in pairwise(days)]
    if len(owners) > 1 and owners[0] is None and not any(one.end and one.end <= days[1] for one in claims):
        owners[0] = owners[1]  # Nobody was there before the first who was: the meter was waiting for them.
    cuts = [
        (owner, end) for place, (owner, end) in enumerate(zip(owners, days[1:], strict=True))
        if place == len(owners) - 1 or owners[place + 1] != owner
    ]  # fmt: skip
    return _cut(whole, cuts)


def _changes(whole: Stretch, claims: Iterable[Claim]) -> list[date]:
    ends = {day for one in claims for day in (one.start, one.end) if day}
    return sorted(day for day in ends if whole.previous_on < day < whole.read_on)


def _owner(start: date, end: date, claims: Iterable[Claim]) -> UUID | None:
    last = max(end, start + timedelta(1))
    owners = {one.account_id for one in claims if one.start < last and (one.end is None or one.end > start)}
    if len(owners) > 1:
        raise Two
    return next(iter(owners), None)


def _cut(whole: Stretch, cuts: Sequence[tuple[UUID | None, date]]) -> list[Stretch]:
    total = (whole.read_on - whole.previous_on).days
    parts: list[Stretch] = []
    at = whole
    for owner, end in cuts:
        share = Decimal((end - whole.previous_on).days) / total if total else _WHOLE
        used = _rounded(whole.quantity * share, whole.quantity) - sum((one.quantity for one in parts), Decimal(0))
        value = whole.read_value if end == whole.read_on else _between(whole, share)
        parts.append(Stretch(owner, at.previous_on, end, at.previous_value, value, used))
        at = at._replace(previous_on=end, previous_value=value)
    return parts


def _between(whole: Stretch, share: Decimal) -> Decimal:
    """What the register would have shown; after a rollover nobody knows."""
    turned = whole.read_value - whole.previous_value
    return whole.previous_value + _rounded(turned * share, turned) if turned > 0 else whole.read_value


def _rounded(value: Decimal, like: Decimal) -> Decimal:
    return value.quantize(_WHOLE if like == like.to_integral_value() else _LEAST, ROUND_HALF_EVEN)
