"""The winter average: what a household used when no lawn was watered, in the variants that tariffs state.

The billing run asks here and gives the answer back to `price` as the attribute `winter_average`.
"""

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from services.billing.tariffs.lines import Attributes, PricingError
from services.billing.tariffs.model import Tariff, WinterAverage
from services.billing.tariffs.numbers import Number
from services.billing.tariffs.resolve import Resolver
from services.billing.tariffs.rounding import round_to

_CONTEXT = Context(prec=28)


class Month(NamedTuple):
    """One read month of usage history, in the tariff's unit."""

    month: int
    quantity: Decimal
    days: int


def average(service: str, tariff: Tariff, history: Sequence[Month], attributes: Attributes) -> Decimal:
    """The winter average of an account from the reads of one winter, in the tariff's unit.

    `history` is what was read in the winter asked about, oldest first; months that the rule does not name are
    left out. Too few months left, and the default of the account's class stands in (or the lesser of both, or
    what there is, as the rule says for new customers). Raises PricingError if there is neither.
    """
    rule = tariff.winter_average
    if rule is None:
        raise PricingError(f"The {service} tariff states no winter average.")
    with localcontext(_CONTEXT):
        months = _counted(rule, history)
        found = _mean(rule, months) if months else None
        if len(months) < rule.fewest_months:
            found = _for_new(rule, found, _default(service, tariff, rule, attributes))
        if found is None:
            raise PricingError(f"The {service} tariff has no winter average for an account without winter reads.")
        return found if rule.round is None else round_to(found, rule.to, rule.round)


def _counted(rule: WinterAverage, history: Sequence[Month]) -> list[Month]:
    """The months that count: those named, without the highest, without months of no usage, as the rule says."""
    months = [month for month in history if month.month in rule.months]
    if rule.skip_zero:
        months = [month for month in months if month.quantity != 0]
    if rule.drop_highest and len(months) > rule.drop_highest:
        months = sorted(months, key=lambda month: month.quantity)[: -rule.drop_highest]
    return months


def _mean(rule: WinterAverage, months: Sequence[Month]) -> Decimal | None:
    used = sum((month.quantity for month in months), Decimal(0))
    if not rule.weighted_by_days:
        return used / len(months)
    days = sum(month.days for month in months)
    return used / days * rule.days if days else None


def _for_new(rule: WinterAverage, actual: Decimal | None, default: Decimal | None) -> Decimal | None:
    if rule.new_customer == "actual" and actual is not None:
        return actual
    if rule.new_customer == "lesser_of_actual_and_default" and actual is not None and default is not None:
        return min(actual, default)
    return default if default is not None else actual


def _default(service: str, tariff: Tariff, rule: WinterAverage, attributes: Attributes) -> Decimal | None:
    if rule.default is None:
        return None
    words = {name: str(value) for name, value in attributes.items()}
    number: Number = Resolver(service, tariff, words).number(rule.default)
    if not isinstance(number, Decimal):
        raise PricingError(f"The default winter average of the {service} tariff must be a number or a table.")
    return number
