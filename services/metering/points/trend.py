"""How usage of a service point moves over the months. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from services.metering.review import Past

_YEAR = 12
_PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Trend:
    """Usage of the newest twelve periods beside the twelve before them, in the unit of the periods.

    `change` is the fraction by which the year moved: 0.25 is a quarter more. It is None without a year to compare
    with.
    """

    periods: int
    average: Decimal
    median: Decimal
    most: Decimal
    most_on: date
    least: Decimal
    least_on: date
    estimated: int
    change: Decimal | None


def trend(periods: Sequence[Past]) -> Trend | None:
    """The trend of periods in any order; None where nothing is known."""
    newest_first = sorted(periods, key=lambda past: past.period_end, reverse=True)
    year, before = newest_first[:_YEAR], newest_first[_YEAR : 2 * _YEAR]
    if not year:
        return None
    most = max(year, key=lambda past: past.quantity)
    least = min(year, key=lambda past: past.quantity)
    return Trend(
        periods=len(year),
        average=_rounded(_total(year) / len(year)),
        median=_rounded(median(past.quantity for past in year)),
        most=most.quantity,
        most_on=most.period_end,
        least=least.quantity,
        least_on=least.period_end,
        estimated=sum(past.estimated for past in year),
        change=_change(year, before),
    )


def _change(year: Sequence[Past], before: Sequence[Past]) -> Decimal | None:
    if len(before) < len(year) or _total(before) == 0:
        return None
    return _rounded(_total(year) / _total(before) - 1)


def _total(periods: Sequence[Past]) -> Decimal:
    return sum((past.quantity for past in periods), Decimal(0))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)
