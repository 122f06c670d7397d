"""The winter average in every variant that a tariff may state."""

from decimal import Decimal

import pytest

from services.billing.tariffs import PricingError
from services.billing.tariffs.winter import Month, average
from tests.tariffs.builders import water

WINTER = [
    Month(11, Decimal(9), 30),
    Month(12, Decimal(4), 31),
    Month(1, Decimal(6), 31),
    Month(2, Decimal(2), 29),
]


def _average(rule: str, months: list[Month] = WINTER, **attributes: str) -> Decimal:
    text = f"""
unit: kgal
effective: 2020-01-01
source: Ordinance 2020-1
winter_average: {rule}
price: 4.00
on: winter_average
"""
    return average("sewer", water(text).tariff, months, attributes)


def test_rio_rancho_divides_december_to_february_by_service_days() -> None:
    # 12 kgal in 91 days, times 30.42 days
    assert round(_average("{weighted_by_days: true, days: 30.42}"), 6) == Decimal("4.011429")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{}", "4"),
        ("{months: [11, 12, 1, 2]}", "5.25"),
        ("{months: [11, 12, 1, 2], drop_highest: 1}", "4"),
        ("{months: [1]}", "6"),
        ("{round: up, months: [12, 11]}", "7"),
    ],
)
def test_the_months_that_count(rule: str, expected: str) -> None:
    assert _average(rule) == Decimal(expected)


def test_months_of_no_usage_are_skipped_if_the_rule_says_so() -> None:
    away = [*WINTER[:3], Month(2, Decimal(0), 29)]
    assert _average("{skip_zero: true}", away) == Decimal(5)
    assert round(_average("{}", away), 4) == Decimal("3.3333")


def test_who_has_no_winter_has_the_default_of_the_class() -> None:
    rule = "{default: {by: class, home: 5, shop: 12}}"
    assert _average(rule, [], **{"class": "shop"}) == Decimal(12)


@pytest.mark.parametrize(("used", "expected"), [(3, 3), (8, 5)])
def test_a_new_customer_gets_the_lesser_of_actual_and_class_average(used: int, expected: int) -> None:
    rule = "{default: 5, fewest_months: 3, new_customer: lesser_of_actual_and_default}"
    assert _average(rule, [Month(2, Decimal(used), 29)]) == Decimal(expected)


def test_who_has_neither_winter_nor_default_is_told() -> None:
    with pytest.raises(PricingError, match="no winter average for an account without winter reads"):
        _average("{}", [])
