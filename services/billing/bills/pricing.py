"""Items priced, period by period, in the order in which services need each other; lines in the order of the bill."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from services.billing.bills.inputs import Item
from services.billing.tariffs import CompiledTariffs, Line, Priced, Usage, price

PRINTED = ("water", "sewer", "reclaimed", "stormwater", "garbage")
"""The order of services on a bill; others follow by name."""
_RANKS = {service: f"{rank}" for rank, service in enumerate(PRINTED)}


def priced(tariffs: CompiledTariffs, items: Sequence[Item]) -> Iterator[Line]:
    """The lines of some items of one account, in printed order. Raises PricingError."""
    order = {name: place for place, name in enumerate(tariffs.services)}
    by_need = sorted(items, key=lambda item: (item.span, order.get(item.service, len(order))))
    several = bool(by_need) and by_need[0].span != by_need[-1].span
    lines: list[Line] = []
    for _, of_span in groupby(by_need, key=lambda item: item.span):
        lines += _of_one_period(tariffs, list(of_span), several)
    return iter(sorted(lines, key=lambda line: _RANKS.get(line.service) or f"9{line.service}"))


def _of_one_period(tariffs: CompiledTariffs, items: Sequence[Item], dated: bool) -> Iterator[Line]:
    usages = _usages(items)
    bills: dict[str, Priced] = {}
    for item in items:
        one = price(tariffs[item.service], item.usage, item.attributes, item.period, usages, bills)
        before = bills.get(item.service)
        bills[item.service] = one if before is None else before._replace(lines=before.lines + one.lines)
        yield from (_dated(line, item) for line in one.lines) if dated else one.lines


def _usages(items: Sequence[Item]) -> dict[str, Usage]:
    """Each service's usage in the period as other services' tariffs see it; what only waters lawns is left out."""
    usages: dict[str, Usage] = {}
    for item in items:
        if item.attributes.get("irrigation", "no") != "yes":
            before = usages.get(item.service)
            usages[item.service] = item.usage if before is None else _sum(before, item.usage)
    for item in items:
        usages.setdefault(item.service, item.usage)
    return usages


def _sum(one: Usage, other: Usage) -> Usage:
    if one.quantity is None or other.quantity is None:
        return one if other.quantity is None else other
    return Usage(one.quantity + other.quantity, one.unit)


def _dated(line: Line, item: Item) -> Line:
    return line._replace(description=f"{line.description} ({_short(item.period.start)} to {_short(item.period.end)})")


def _short(day: date) -> str:
    return f"{day:%b} {day.day}"


def total(lines: Sequence[Line]) -> Decimal:
    """Dollars."""
    return sum((line.amount for line in lines), Decimal(0))
