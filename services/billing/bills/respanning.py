"""A service began or ended on another day than was billed: what is charged by the calendar is billed for other days.

Pure. What is charged by a meter follows its reads (`corrections.py`); this is about everything else.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.bills.inputs import Correction, Item, Span
from services.billing.bills.written import Written, read
from services.billing.tariffs import Period, Usage


class Stay(NamedTuple):
    """An agreement as it is known now; `end` is the first day not served. One on hold charges no new days."""

    start: date
    end: date | None
    service: str
    attributes: Mapping[str, str]
    on_hold: bool = False


class Issued(NamedTuple):
    """A bill that stands. `start` is where its run's period began."""

    number: str
    bill_date: date
    pack_hash: str
    inputs: Written
    start: date
    through: date


class Left(NamedTuple):
    """A billed period as the last correction of it left it, the days that it may cover, and how it was billed first.

    `by_calendar` are the services that its pack charges by their days alone.
    """

    number: str
    pack_hash: str
    items: tuple[Item, ...]
    span: Span
    first: tuple[Item, ...]
    by_calendar: frozenset[str] = frozenset()


def as_left(bills: Sequence[Issued], by_calendar: Mapping[str, frozenset[str]]) -> list[Left]:
    """An account's billed periods, corrections included. `bills` come in the order in which they were issued;
    `by_calendar` says of each of their packs which services it charges by their days alone."""
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
            days, pack = _span(bill, items, span, before), bill.pack_hash
            left[bill.number, span] = Left(bill.number, pack, own, days, own, by_calendar[pack])
        before = max(before, bill.through)
    return list(left.values())


def _span(bill: Issued, items: Sequence[Item], span: int, before: date) -> Span:
    """A bill of several periods says where the inner ones met by its items; the outer days are those of the bill."""
    own = [item.period for item in items if item.span == span]
    first, last = span == 0, span == max(item.span for item in items)
    start = min(period.start for period in own)
    end = max(period.end for period in own)
    return Span(min(start, max(bill.start, before)) if first else start, max(end, bill.through) if last else end)


def respanned(
    left: Left, items: Sequence[Item], stays: Mapping[UUID, Stay], begun: Collection[UUID] = ()
) -> tuple[Item, ...]:
    """A period's items with the days that their agreements have now: one that has none is no more, one that had none
    for a while is there again, and an agreement that took another's place is billed like that one.

    Agreements that have `begun` without anybody knowing are billed too, if days are all they are charged by. One by
    volume begins with the next read.
    """
    there = {item.agreement_id for item in items}
    before = [item for item in left.first if not item.reads and item.agreement_id not in there]
    like = {item.service: item for item in (*left.first, *items) if not item.reads}
    known = there | {item.agreement_id for item in left.first}
    unknown = {one: stay for one, stay in stays.items() if one not in known and not stay.on_hold}
    after = [
        _instead(like[stay.service], agreement, stay, stays)
        if stay.service in like
        else _begun(left, agreement, stay, stays)
        for agreement, stay in unknown.items()
        if stay.service in like or (agreement in begun and stay.service in left.by_calendar)
    ]
    changed = [
        item if item.reads else _within(item, stays.get(item.agreement_id), left.span)
        for item in (*items, *before, *after)
    ]
    return tuple(item for item in changed if item is not None)


def _instead(item: Item, agreement: UUID, stay: Stay, stays: Mapping[UUID, Stay]) -> Item:
    """An item of the same service under another agreement."""
    return item._replace(agreement_id=agreement, attributes={**_of_the_account(item, stays), **stay.attributes})


def _begun(left: Left, agreement: UUID, stay: Stay, stays: Mapping[UUID, Stay]) -> Item:
    """An item of a service that the period was billed without."""
    beside = left.first[0]
    period = Period(left.span.start, left.span.end, beside.period.bill_date, left.span.end)
    attributes = {**_of_the_account(beside, stays), **stay.attributes}
    return Item(beside.span, stay.service, agreement, period, Usage(), attributes)


def _of_the_account(item: Item, stays: Mapping[UUID, Stay]) -> dict[str, str | Decimal]:
    """What the account itself brings to an item, such as its exemptions: all that its agreement does not have."""
    other = stays.get(item.agreement_id)
    if other is None:
        return {}
    return {name: value for name, value in item.attributes.items() if name not in other.attributes}


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
