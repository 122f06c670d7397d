"""Sewer by winter usage: what a household uses when no lawn is watered goes down the drain.

The average is of the last winter that was over before the period began, from billed and imported usage.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from services.billing.bills.inputs import Customer, Item
from services.billing.tariffs import CompiledTariffs
from services.billing.tariffs.model import Tariff, WinterAverage
from services.billing.tariffs.rounding import round_to
from services.billing.tariffs.units import convert
from services.billing.usage.store import Month

_PLACES = Decimal("0.000001")
_HALF_A_MONTH = timedelta(days=15)
_WITHIN = timedelta(days=330)
LOOK_BACK = timedelta(days=430)
"""Back to the winter before, while the last is not over, and to the same month of last year for the picture."""


def asks_for_winter(tariffs: CompiledTariffs) -> bool:
    """Whether any tariff of the pack is by winter usage."""
    return any(service.tariff.winter_average is not None for service in tariffs.services.values())


def with_winter_average(item: Item, customer: Customer, tariffs: CompiledTariffs) -> Item:
    """The item with `winter_average` among its attributes, if its tariff asks for it and it can be had."""
    service = tariffs.services.get(item.service)
    if service is None or service.tariff.winter_average is None or "winter_average" in item.attributes:
        return item
    months = [month for point in customer.months.values() for month in point if month.service == "water"]
    average = winter_average(service.tariff.winter_average, service.tariff, months, item.period.start)
    return item if average is None else item._replace(attributes={**item.attributes, "winter_average": average})


def winter_average(rule: WinterAverage, tariff: Tariff, months: Sequence[Month], before: date) -> Decimal | None:
    """Average usage of a winter month, in the tariff's unit; None where neither usage nor the rule gives one."""
    counted = _of_last_winter(rule, months, before)
    if rule.skip_zero:
        counted = [month for month in counted if month.quantity]
    if rule.drop_highest:
        counted = sorted(counted, key=lambda month: month.quantity)[: -rule.drop_highest]
    default = rule.default if isinstance(rule.default, Decimal) else None
    if len(counted) < rule.fewest_months:
        return default
    quantities = [convert(month.quantity, month.unit, tariff.unit or month.unit) for month in counted]
    average = sum(quantities, Decimal(0)) / _months_in(rule, counted, months)
    return round_to(average, rule.to, rule.round) if rule.round else average.quantize(_PLACES)


def _of_last_winter(rule: WinterAverage, months: Sequence[Month], before: date) -> list[Month]:
    """The months of the newest winter whose last month is known; of the newest there is, if none is whole."""
    known = [month for month in months if month.period_end <= before and _named(month) in rule.months]
    if not known:
        return []
    closing = [month.period_end for month in known if _named(month) == rule.months[-1]]
    newest = max(closing or [month.period_end for month in known])
    return [month for month in known if newest - _WITHIN < month.period_end <= newest]


def _named(month: Month) -> int:
    """The month of the year that usage is of: the one its middle is in, whatever day the meter was read."""
    return (month.period_end - _HALF_A_MONTH).month


def _months_in(rule: WinterAverage, counted: Sequence[Month], months: Sequence[Month]) -> Decimal:
    if not rule.weighted_by_days:
        return Decimal(len(counted))
    ends = sorted({month.period_end for month in months})
    days = sum(_days(month.period_end, ends) for month in counted)
    return Decimal(days) / rule.days


def _days(end: date, ends: Sequence[date]) -> int:
    earlier = [one for one in ends if one < end]
    return (end - earlier[-1]).days if earlier else 30
