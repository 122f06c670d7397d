"""The cases that break billing systems, in a table."""

from datetime import date
from decimal import Decimal

import pytest

from services.billing.tariffs import Period, PricingError, Usage, price
from tests.tariffs.builders import amounts, month, total, used, water

WELL_KNOWN = """
unit: kgal
effective: 2020-01-01
source: A published example that many systems price wrongly
blocks:
  - {from: 0, to: 10, price: 2}
  - {from: 10, to: 20, price: 2.5}
  - {from: 20, to: 30, price: 8}
  - {from: 30, to: 40, price: 12}
  - {from: 40, price: 15}
"""
TWO_BLOCKS = """
unit: kgal
effective: 2020-01-01
source: Ordinance 2020-1
base: 10.00
blocks:
  - {to: 5, price: 2.00}
  - {price: 3.00}
"""
CHANGE = """
unit: kgal
chosen_by: days
versions:
  - {effective: 2020-01-01, source: Ordinance 1, base: 30.00, price: 1.00}
  - {effective: 2024-03-01, source: Ordinance 2, base: 60.00, price: 2.00}
"""


@pytest.mark.parametrize(("units", "expected"), [(25, "85.00"), (50, "395.00")])
def test_the_well_known_wrong_answer(units: int, expected: str) -> None:
    assert total(water(WELL_KNOWN), units) == Decimal(expected)


@pytest.mark.parametrize(
    ("usage", "unit", "lines"),
    [
        ("5", "kgal", ["base 10.00", "usage 10.00"]),  # exactly on the edge
        ("0", "kgal", ["base 10.00"]),
        ("5001", "gal", ["base 10.00", "usage 10.00", "usage 0.00"]),  # one gallon over: 0.003 rounds to nothing
        ("5002", "gal", ["base 10.00", "usage 10.00", "usage 0.01"]),
        ("-7", "kgal", ["base 10.00", "usage -10.00", "usage -6.00"]),  # gives back what 7 cost
        ("1000000000", "gal", ["base 10.00", "usage 10.00", "usage 2999985.00"]),
        ("0.000001", "kgal", ["base 10.00", "usage 0.00"]),
    ],
)
def test_usage(usage: str, unit: str, lines: list[str]) -> None:
    assert amounts(price(water(TWO_BLOCKS), used(usage, unit), {}, month())) == lines


@pytest.mark.parametrize(
    ("start", "end", "lines"),
    [
        ("2024-02-15", "2024-03-16", ["base 15.00", "usage 15.00", "base 30.00", "usage 30.00"]),  # mid-period
        ("2024-03-01", "2024-03-31", ["base 60.00", "usage 60.00"]),  # starts on the first day
        ("2024-01-31", "2024-03-01", ["base 30.00", "usage 30.00"]),  # starts after the last
        ("2024-02-29", "2024-03-01", ["base 30.00", "usage 30.00"]),  # one day, the leap day
        ("2024-02-29", "2024-03-02", ["base 15.00", "usage 15.00", "base 30.00", "usage 30.00"]),
        ("2023-03-01", "2024-03-01", ["base 30.00", "usage 30.00"]),  # a year with a leap day
    ],
)
def test_a_version_that_starts_mid_period(start: str, end: str, lines: list[str]) -> None:
    period = Period(date.fromisoformat(start), date.fromisoformat(end), date(2024, 4, 1), date.fromisoformat(end))
    assert amounts(price(water(CHANGE), used(30), {}, period)) == lines


def test_usage_over_a_change_is_shared_by_days_and_none_is_lost() -> None:
    bill = price(water(CHANGE), used("10"), {}, month("2024-02-20", 23))
    assert [str(line.quantity) for line in bill.lines if line.quantity] == ["4.347826", "5.652174"]


def test_a_period_of_one_day_prorates_to_a_thirtieth() -> None:
    service = water(TWO_BLOCKS + "prorate: {full_period: 30}\n")
    assert amounts(price(service, used(1), {}, month(days=1))) == ["base 0.33", "usage 0.33", "usage 2.50"]


@pytest.mark.parametrize("days", [0, -3])
def test_a_period_without_days_is_refused(days: int) -> None:
    with pytest.raises(PricingError, match="must end after it starts"):
        price(water(TWO_BLOCKS), used(1), {}, month(days=days))


def test_usage_in_another_unit_is_converted_exactly() -> None:
    bill = price(water(TWO_BLOCKS), Usage(Decimal(7), "ccf"), {}, month())
    assert bill.usage == Usage(Decimal("5.236364"), "kgal")
    assert amounts(bill) == ["base 10.00", "usage 10.00", "usage 0.71"]


def test_a_tariff_may_state_its_own_ccf() -> None:
    bill = price(water("gallons_per_ccf: 748\n" + TWO_BLOCKS.strip()), Usage(Decimal(100), "ccf"), {}, month())
    assert bill.usage.quantity == Decimal("74.8")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "many", ""])
def test_a_measure_that_is_no_number_is_refused(value: str) -> None:
    service = water("effective: 2020-01-01\nsource: Ordinance 1\nbase: {amount: 1, per: persons}\n")
    with pytest.raises(PricingError, match=r"`persons` must be a number"):
        price(service, Usage(), {"persons": value}, month())
