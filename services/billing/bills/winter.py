"""Which winter a bill is by: the last one that was over before its period began, billed here or imported.

How usage of a winter is averaged is the tariff's matter.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from services.billing.bills.inputs import Customer, Item, volume
from services.billing.tariffs import CompiledTariffs
from services.billing.tariffs.model import Tariff
from services.billing.tariffs.units import convert
from services.billing.tariffs.winter import Month as WinterMonth
from services.billing.tariffs.winter import average
from services.billing.usage.store import Month

LOOK_BACK = timedelta(days=430)
"""Back to the winter before, while the last is not over, and to the same month of last year for the picture."""

_PLACES = Decimal("0.000001")
_HALF_A_MONTH = 15
_A_SEASON = timedelta(days=330)
_USUAL_DAYS = 30


def asks_for_winter(tariffs: CompiledTariffs) -> bool:
    """Whether any tariff of the pack is by winter usage."""
    return any(service.tariff.winter_average is not None for service in tariffs.services.values())


def with_winter_average(item: Item, customer: Customer, tariffs: CompiledTariffs) -> Item:
    """The item with `winter_average` among its attributes, if its tariff asks for it. Raises PricingError."""
    service = tariffs.services.get(item.service)
    if service is None or service.tariff.winter_average is None or "winter_average" in item.attributes:
        return item
    months = [month for point in customer.months.values() for month in point if month.service == "water"]
    winter = last_winter(service.tariff, months, item.period.start)
    found = average(item.service, service.tariff, winter, item.attributes)
    return item._replace(attributes={**item.attributes, "winter_average": found.quantize(_PLACES)})


def last_winter(tariff: Tariff, months: Sequence[Month], before: date) -> list[WinterMonth]:
    """The months of the newest winter that was over on a day, as far as they are known, in the tariff's unit."""
    rule = tariff.winter_average
    named: Sequence[int] = rule.months if rule else []
    over = [
        (name, month) for month in months if month.period_end <= before and (name := _name(month.period_end)) in named
    ]
    if not over:
        return []
    ends = [month.period_end for name, month in over if name == named[-1]]
    newest = max(ends or [month.period_end for _, month in over])
    oldest = newest - _A_SEASON
    return [
        WinterMonth(name, _in_unit(month, tariff), _days(month.period_end, months))
        for name, month in over
        if oldest < month.period_end <= newest
    ]


@lru_cache(maxsize=1024)
def _name(end: date) -> int:
    """The month of the year that usage is of: the one its middle is in, whatever day the meter was read."""
    return end.month if end.day > _HALF_A_MONTH else (end.month - 2) % 12 + 1


def _in_unit(month: Month, tariff: Tariff) -> Decimal:
    unit = volume(month.unit)
    return convert(month.quantity, unit, tariff.unit or unit)


def _days(end: date, months: Sequence[Month]) -> int:
    before = max([month.period_end for month in months if month.period_end < end], default=None)
    return _USUAL_DAYS if before is None else (end - before).days
