"""From an account to what is to be priced: which reads and which days belong to which billing period."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from services.billing.bills.inputs import Customer, Hold, Item, Read, Span, Terms, volume
from services.billing.bills.winter import with_winter_average
from services.billing.tariffs import CompiledTariffs, Period, Usage
from services.billing.tariffs.units import UnknownUnitError, convert

METERED_AS = "water"
"""Sewer and its like are priced by what the water meter says went in."""
_DAY = timedelta(days=1)
_NOTHING = Usage()


def items_of(customer: Customer, tariffs: CompiledTariffs, bill_date: date) -> tuple[Item, ...]:
    """Everything to price for an account, in its periods. Raises Hold."""
    spans = _since_last_bill(customer)
    metered: list[Terms] = []
    others: list[Terms] = []
    for terms in customer.terms:
        (metered if terms.service_point_id and tariffs.by_volume(terms.service) else others).append(terms)
    reads = {terms.agreement_id: _by_span(_reads_of(terms, customer.reads), spans) for terms in metered}
    _require_reads(metered, reads, spans[-1])
    items: list[Item] = []
    for number, span in enumerate(spans):
        measured = [
            _measured(number, terms, reads[terms.agreement_id][number], bill_date)
            for terms in metered
            if reads[terms.agreement_id][number]
        ]
        water = _water_of(measured)
        items += measured
        for terms in others:
            if metered and not measured and tariffs.by_volume(terms.service):
                continue  # A read that came later covers these days too, and is billed in its own period.
            item = _unmetered(number, terms, span, bill_date, tariffs, water)
            if item is not None:
                items.append(item)
    return tuple([with_winter_average(_reduced(item, customer), customer, tariffs) for item in items])


def _since_last_bill(customer: Customer) -> list[Span]:
    """The spans, with the first one that was not billed beginning where the last bill ended.

    An account may have changed its cycle. A span before the last bill was missed: the service began earlier than
    was known when its days were billed.
    """
    spans = list(customer.spans)
    through = customer.billed_through
    if through is not None:
        first = next((place for place, span in enumerate(spans) if span.end > through), len(spans) - 1)
        spans[first] = Span(min(through, spans[first].end), spans[first].end)
    return spans


def serves(terms: Terms, start: date, end: date) -> bool:
    """Whether an agreement covers any of the days from `start` until the day before `end`."""
    return terms.start < max(end, start + _DAY) and (terms.end is None or terms.end > start)


def _reads_of(terms: Terms, reads: Iterable[Read]) -> list[Read]:
    own = [
        read
        for read in reads
        if read.service_point_id == terms.service_point_id and serves(terms, read.previous_on, read.read_on)
    ]
    if len(own) > 1:
        own.sort(key=lambda read: (read.read_on, read.previous_on))
    for read in own:
        _check(read, terms)
    for before, after in pairwise(own):
        if before.meter_number == after.meter_number and after.previous_on < before.read_on:
            raise Hold(
                "overlapping_reads",
                f"Meter {after.meter_number} has reads for the same days: to {before.read_on} and again from"
                f" {after.previous_on}. Post a read that replaces one of them.",
            )
    return own


def _check(read: Read, terms: Terms) -> None:
    if read.accounts > 1:
        raise Hold(
            "two_accounts",
            f"The {terms.service} usage from {read.previous_on} to {read.read_on} of meter {read.meter_number} falls to"
            f" {read.accounts} accounts. Post a read of the day it changed hands, or mend the agreements' dates.",
        )
    if read.quantity < 0:
        raise Hold(
            "negative_usage",
            f"Meter {read.meter_number} ran backwards from {read.previous_on} to {read.read_on}: {read.quantity}"
            f" {read.unit}. Post a read that replaces it.",
        )


def _by_span(reads: Sequence[Read], spans: Sequence[Span]) -> list[list[Read]]:
    """Each span's reads. An exchange closes no span: the old meter's last usage is billed with the new one's first."""
    groups: list[list[Read]] = []
    left = list(reads)
    for span in spans:
        mine = [read for read in left if read.read_on <= span.end]
        while mine and mine[-1].kind == "exchange":
            mine.pop()
        left = left[len(mine) :]
        groups.append(mine)
    return groups


def _require_reads(metered: Sequence[Terms], reads: dict[UUID, list[list[Read]]], last: Span) -> None:
    for terms in metered:
        if serves(terms, last.start, last.end) and not reads[terms.agreement_id][-1]:
            raise Hold(
                "no_read",
                f"There is no {terms.service} read that closes the period to {last.end}. Post one, or an estimate.",
            )


def _measured(number: int, terms: Terms, reads: Sequence[Read], bill_date: date) -> Item:
    start = min(read.previous_on for read in reads)
    end = reads[-1].read_on
    ids = tuple([read.read_id for read in reads])
    return Item(
        number,
        terms.service,
        terms.agreement_id,
        Period(start, end, bill_date, end),
        _total(reads),
        terms.attributes,
        ids,
    )


def _total(reads: Sequence[Read]) -> Usage:
    unit = volume(reads[0].unit)
    if len(reads) == 1:
        return Usage(reads[0].quantity, unit)
    try:
        return Usage(sum((convert(read.quantity, volume(read.unit), unit) for read in reads), Decimal(0)), unit)
    except UnknownUnitError as error:
        raise Hold("unit", str(error)) from None


def _water_of(measured: Sequence[Item]) -> Item | None:
    """The water that went into the house: what only waters the lawn goes down no drain."""
    inside = [
        item for item in measured if item.service == METERED_AS and item.attributes.get("irrigation", "no") != "yes"
    ]
    if len(inside) < 2:
        return inside[0] if inside else None
    first = inside[0]
    total = sum((item.usage.quantity or Decimal(0) for item in inside), Decimal(0))
    return first._replace(usage=Usage(total, first.usage.unit), reads=sum((item.reads for item in inside), ()))


def _unmetered(
    number: int,
    terms: Terms,
    span: Span,
    bill_date: date,
    tariffs: CompiledTariffs,
    water: Item | None,
) -> Item | None:
    """A service without a meter of its own: by the water's usage and days, or by the calendar."""
    if water is not None and tariffs.by_volume(terms.service):
        if not serves(terms, water.period.start, water.period.end):
            raise Hold(
                "just_begun",
                f"The {terms.service} service is not in force on any day from {water.period.start} to"
                f" {water.period.end}, the days of the water usage it is billed by. It is billed with the next read.",
            )
        return Item(number, terms.service, terms.agreement_id, water.period, water.usage, terms.attributes, water.reads)
    start, end = max(span.start, terms.start), min(span.end, terms.end or span.end)
    if start >= end:
        return None
    return Item(
        number, terms.service, terms.agreement_id, Period(start, end, bill_date, end), _NOTHING, terms.attributes
    )


def _reduced(item: Item, customer: Customer) -> Item:
    """With the flags of the account's exemptions, which the agreements don't carry."""
    if not customer.reductions:
        return item
    return item._replace(attributes={**item.attributes, **dict.fromkeys(customer.reductions, "yes")})
