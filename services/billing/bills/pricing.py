"""Items priced, period by period, in the order in which services need each other; lines in the order of the bill."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby

from services.billing.bills.inputs import Item
from services.billing.tariffs import CompiledTariffs, Line, Priced, Usage, price

PRINTED = ("water", "sewer", "reclaimed", "stormwater", "garbage")
"""The order of services on a bill; others follow by name."""
_RANKS = {service: f"{rank}" for rank, service in enumerate(PRINTED)}


def priced(tariffs: CompiledTariffs, items: Sequence[Item]) -> list[Line]:
    """The lines of some items of one account, in printed order. Raises PricingError."""
    order = _order(tariffs)
    by_need = sorted(items, key=lambda item: (item.span, order.get(item.service, len(order))))
    if not by_need or by_need[0].span == by_need[-1].span:
        lines = _of_one_period(tariffs, by_need, False)
    else:
        periods = groupby(by_need, key=lambda item: item.span)
        lines = [line for _, of_span in periods for line in _of_one_period(tariffs, list(of_span), True)]
    lines.sort(key=_place)
    return lines


def _place(line: Line) -> str:
    return _RANKS.get(line.service) or f"9{line.service}"


@lru_cache(maxsize=8)
def _order(tariffs: CompiledTariffs) -> dict[str, int]:
    """The services in the order in which their tariffs need each other."""
    return {name: place for place, name in enumerate(tariffs.services)}


def _of_one_period(tariffs: CompiledTariffs, items: Sequence[Item], dated: bool) -> list[Line]:
    usages = _usages(items)
    bills: dict[str, Priced] = {}
    lines: list[Line] = []
    for item in items:
        one = price(tariffs[item.service], item.usage, item.attributes, item.period, usages, bills)
        before = bills.get(item.service)
        bills[item.service] = one if before is None else before._replace(lines=before.lines + one.lines)
        lines += [_dated(line, item) for line in one.lines] if dated else one.lines
    return lines


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
