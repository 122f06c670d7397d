"""What a short or a long period changes, and what it leaves."""

import pytest

from services.billing.tariffs import price
from tests.tariffs.builders import HEAD, amounts, month, used, water

PRORATED = (
    HEAD
    + """
base: 15.00
includes: 3
blocks:
  - {to: 9, price: 1.00}
  - {price: 2.00}
minimum: 18.00
maximum: 30.00
prorate:
  full_period: 30
  normal: {from: 27, to: 33}
"""
)


@pytest.mark.parametrize(
    ("days", "kgal", "expected"),
    [
        (30, 12, ["base 15.00", "usage 6.00", "usage 6.00"]),
        (27, 12, ["base 15.00", "usage 6.00", "usage 6.00"]),
        (33, 12, ["base 15.00", "usage 6.00", "usage 6.00"]),
        (20, 12, ["base 10.00", "usage 4.00", "usage 12.00", "maximum -6.00"]),
        (10, 1, ["base 5.00", "minimum 1.00"]),
        (60, 12, ["base 30.00", "usage 6.00"]),
    ],
)
def test_what_a_short_or_long_period_prorates(days: int, kgal: int, expected: list[str]) -> None:
    assert amounts(price(water(PRORATED), used(kgal), {}, month(days=days))) == expected


def test_only_what_the_tariff_lists_prorates() -> None:
    service = water(PRORATED.replace("  full_period", "  items: [base]\n  full_period"))
    assert amounts(price(service, used(12), {}, month(days=20))) == ["base 10.00", "usage 6.00", "usage 6.00"]


def test_a_charge_can_say_that_it_never_prorates() -> None:
    service = water(
        HEAD + "prorate: {full_period: 30}\nbase: 15\ncharges:\n  billing_fee: {amount: 2, prorate: false}\n"
    )
    assert amounts(price(service, used(0), {}, month(days=10))) == ["base 5.00", "billing_fee 2.00"]
