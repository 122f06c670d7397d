"""How much of a whole period a bill, or a section of it, bears."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from services.billing.tariffs.lines import Period, PricingError
from services.billing.tariffs.model import Prorated, Proration

UNIT_PLACES = Decimal("0.000001")
"""Usage and limits of blocks that are shared out by days are kept to a millionth of a unit."""

_ONE = Decimal(1)


class Scale(NamedTuple):
    """A ratio of days, applied as one multiplication and one division: a third of 3 is 1, not 0.9999."""

    top: Decimal
    bottom: Decimal

    def of(self, number: Decimal) -> Decimal:
        return number if self.top == self.bottom else number * self.top / self.bottom

    def of_units(self, quantity: Decimal) -> Decimal:
        """The share of a quantity; what is unlimited stays so."""
        if self.top == self.bottom or not quantity.is_finite():
            return quantity
        return (quantity * self.top / self.bottom).quantize(UNIT_PLACES)


ALL = Scale(_ONE, _ONE)


class Share(NamedTuple):
    """What one section bears. `whole` says that nothing is scaled at all."""

    whole: bool
    days: int
    last: bool
    section: Scale
    """The section's part of the bill."""
    full: Scale
    """What a charge bears that says `prorate: true`, whatever the tariff's rule lists."""
    items: Mapping[Prorated, Scale]
    words: str

    def of(self, item: Prorated) -> Scale:
        return self.items.get(item, self.section)


_NOTHING: Mapping[Prorated, Scale] = MappingProxyType({})


def share(rule: Proration | None, period: Period, start: date, end: date) -> Share:
    """The share of the days from `start` to before `end` in a period. Raises PricingError if it has no days."""
    days = (end - start).days
    whole = days if start is period.start and end is period.end else period.days
    if days <= 0:
        raise PricingError(f"The period ends on {period.end}, and must end after it starts on {period.start}.")
    if days == whole and (rule is None or is_normal(rule, whole)):
        return _whole_bill(days)
    section = Scale(Decimal(days), Decimal(whole))
    if rule is None or is_normal(rule, whole):
        words = f"; {_part(days, whole)}"
        return Share(False, days, end == period.end, section, section, _NOTHING, words)
    full = Scale(Decimal(days), rule.full_period)
    words = f"; {_part(days, whole)}, " if days != whole else "; "
    words += f"{whole} days of {rule.full_period}"
    return Share(False, days, end == period.end, section, full, dict.fromkeys(rule.items, full), words)


def is_normal(rule: Proration, days: int) -> bool:
    """Whether a period of so many days counts as whole."""
    window = rule.normal
    return days == rule.full_period or (window is not None and window.start <= days <= window.end)


@cache
def _whole_bill(days: int) -> Share:
    return Share(True, days, True, ALL, ALL, _NOTHING, "")


def _part(days: int, whole: int) -> str:
    return f"{days} of the {whole} days of the bill"
