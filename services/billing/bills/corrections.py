"""A billed read was corrected: the next bill charges the difference, under the rates of the bill it corrects."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from services.billing.bills.inputs import Correction, Item, volume
from services.billing.bills.pricing import priced
from services.billing.tariffs import CompiledTariffs, Line, Usage
from services.billing.tariffs.units import convert

Charge = tuple[str, str]
"""A service and the code of one of its charges."""


class Replacement(NamedTuple):
    """A read that was billed, and the one that takes its place."""

    old_id: UUID
    old_previous_on: date
    old_read_on: date
    old_quantity: Decimal
    old_unit: str
    new_id: UUID
    new_previous_on: date
    new_read_on: date
    new_quantity: Decimal
    new_unit: str


def replaced(items: Sequence[Item], replacements: Sequence[Replacement]) -> tuple[Item, ...]:
    """The items of a billed period with the corrected reads in their places; all else stays as it was then.

    An item all of whose days went to somebody else is no more.
    """
    for one in replacements:
        items = [_with(item, one) if one.old_id in item.reads else item for item in items]
    return tuple(item for item in items if not item.reads or item.period.start < item.period.end)


def _with(item: Item, one: Replacement) -> Item:
    period = item.period
    if period.start == one.old_previous_on:
        period = period._replace(start=one.new_previous_on)
    if period.end == one.old_read_on:
        period = period._replace(end=one.new_read_on, read_date=one.new_read_on)
    unit = item.usage.unit or one.new_unit
    change = convert(one.new_quantity, volume(one.new_unit), unit) - convert(
        one.old_quantity, volume(one.old_unit), unit
    )
    return item._replace(
        period=period,
        usage=Usage((item.usage.quantity or Decimal(0)) + change, unit),
        reads=tuple(one.new_id if read == one.old_id else read for read in item.reads),
    )


def correcting_lines(correction: Correction, tariffs: CompiledTariffs) -> Iterator[Line]:
    """One line for each charge that comes to another amount with the corrected reads. Raises PricingError."""
    then, now = _by_charge(tariffs, correction.then), _by_charge(tariffs, correction.now)
    for charge in dict.fromkeys((*then, *now)):
        before, after = _amount(then.get(charge, [])), _amount(now.get(charge, []))
        if before != after:
            like = (now.get(charge) or then[charge])[0]
            yield _difference(correction, like, before, after)


def _by_charge(tariffs: CompiledTariffs, items: Sequence[Item]) -> dict[Charge, list[Line]]:
    charges: dict[Charge, list[Line]] = {}
    for line in priced(tariffs, items):
        charges.setdefault((line.service, line.code), []).append(line)
    return charges


def _amount(lines: Sequence[Line]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _difference(correction: Correction, like: Line, before: Decimal, after: Decimal) -> Line:
    label = like.description.split(",", 1)[0]
    return like._replace(
        description=f"{label}, corrected from bill {correction.bill_number}",
        quantity=None,
        unit=None,
        rate=None,
        amount=after - before,
        rule=f"{after} with the corrected {_what(correction)} less {before} billed before",
    )


def _what(correction: Correction) -> str:
    return f"{'read' if correction.reads else 'days'} ({_period(correction.now or correction.then)})"


def _period(items: Sequence[Item]) -> str:
    start: date = min(item.period.start for item in items)
    end: date = max(item.period.end for item in items)
    return f"{start} to {end}"
