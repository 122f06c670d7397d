"""A service began or ended on another day than was billed: what is charged by the calendar is billed for other days.

Pure. What is charged by a meter follows its reads (`corrections.py`); this is about everything else.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.billing.bills.inputs import Correction, Item, Span
from services.billing.bills.written import Written, read


class Stay(NamedTuple):
    """The days of an agreement as they are known now; `end` is the first day not served."""

    start: date
    end: date | None


class Issued(NamedTuple):
    """A bill that stands. `start` is where its run's period began."""

    number: str
    bill_date: date
    pack_hash: str
    inputs: Written
    start: date
    through: date


class Left(NamedTuple):
    """A billed period as the last correction of it left it, and the days that it may cover."""

    number: str
    pack_hash: str
    items: tuple[Item, ...]
    span: Span


def as_left(bills: Sequence[Issued]) -> list[Left]:
    """An account's billed periods, corrections included. `bills` come in the order in which they were issued."""
    left: dict[tuple[str, int], Left] = {}
    before = date.min
    for bill in bills:
        items, corrections = read(bill.inputs, bill.bill_date)
        for one in corrections:
            key = one.bill_number, (*one.now, *one.then)[0].span
            if key in left:
                left[key] = left[key]._replace(items=one.now)
        for span in sorted({item.span for item in items}):
            own = tuple(item for item in items if item.span == span)
            left[bill.number, span] = Left(bill.number, bill.pack_hash, own, _span(bill, items, span, before))
        before = max(before, bill.through)
    return list(left.values())


def _span(bill: Issued, items: Sequence[Item], span: int, before: date) -> Span:
    """A bill of several periods says where the inner ones met by its items; the outer days are those of the bill."""
    own = [item.period for item in items if item.span == span]
    first, last = span == 0, span == max(item.span for item in items)
    start = min(period.start for period in own)
    end = max(period.end for period in own)
    return Span(min(start, max(bill.start, before)) if first else start, max(end, bill.through) if last else end)


def respanned(items: Sequence[Item], stays: Mapping[UUID, Stay], span: Span) -> tuple[Item, ...]:
    """Items with the days that their agreements have now; one that has none is no more."""
    changed = [item if item.reads else _within(item, stays.get(item.agreement_id), span) for item in items]
    return tuple(item for item in changed if item is not None)


def _within(item: Item, stay: Stay | None, span: Span) -> Item | None:
    if stay is None:
        return None
    start, end = max(span.start, stay.start), min(span.end, stay.end or span.end)
    if start >= end:
        return None
    return item._replace(period=item.period._replace(start=start, end=end, read_date=end))


def changed(left: Left, now: tuple[Item, ...], reads: tuple[UUID, ...]) -> Correction | None:
    """The correction of a billed period, if there is anything to correct."""
    return None if now == left.items else Correction(left.number, left.pack_hash, left.items, now, reads)
