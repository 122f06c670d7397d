"""Tariffs that calculate: water budgets, amounts and conditions by formula."""

from decimal import Decimal

from services.billing.tariffs import price
from tests.tariffs.builders import HEAD, month, total, used, water

QUAIL_HOLLOW = """
unit: gal
effective: 2020-01-01
source: Water budgets as a hillside district publishes them, per year; prices illustrative
definitions:
  indoor: = 4200 + 1000 * max(0, persons - 3)
  outdoor_year: = 19 * min(lot_area, 5000) + 17 * min(max(lot_area - 5000, 0), 9000) + 14 * max(lot_area - 14000, 0)
  weather: {by: month, 1: 0, 2: 0, 3: 2, 4: 8, 5: 14, 6: 18, 7: 20, 8: 18, 9: 12, 10: 6, 11: 2, 12: 0}
  outdoor: {of: outdoor_year, percent: weather, round: nearest}
  budget: = indoor + outdoor
blocks:
  - {to: indoor, price: 0.002}
  - {to: budget, price: 0.004}
  - {to: 150% of budget, price: 0.008}
  - {price: 0.016}
"""


def test_a_water_budget_by_persons_lot_and_weather() -> None:
    """12,500 square feet are 222,500 gallons a year; July has a fifth of them."""
    home, july = {"persons": "4", "lot_area": "12500"}, month("2024-06-15", billed="2024-07-20")
    bill = price(water(QUAIL_HOLLOW), used(80_000, "gal"), home, july)
    assert [(str(line.quantity), str(line.amount)) for line in bill.lines] == [
        ("5200", "10.40"),
        ("44500", "178.00"),
        ("24850.0", "198.80"),
        ("5450.0", "87.20"),
    ]


def test_a_formula_for_what_remains() -> None:
    service = water(HEAD + "base: 10\ncharges:\n  levy: = if(usage > 10, 0.1 * base_charge, 0)\n")
    assert [total(service, kgal) for kgal in (10, 11)] == [Decimal(10), Decimal(11)]


def test_a_condition_by_formula() -> None:
    service = water(HEAD + "charges:\n  levy: {amount: 3, when: = persons > 4}\n")
    assert [total(service, 0, persons=persons) for persons in "45"] == [Decimal(0), Decimal(3)]
