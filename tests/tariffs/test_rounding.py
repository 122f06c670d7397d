"""Cents are rounded where and how the tariff says."""

from decimal import Decimal

import pytest

from services.billing.tariffs import price
from tests.tariffs.builders import HEAD, month, used, water


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        ("{per: block}", ["1.01", "1.01", "1.01"]),
        ("{per: line}", ["1.01", "1.00", "1.01"]),
        ("{per: block, how: half_even}", ["1.00", "1.00", "1.00"]),
        ("{per: block, how: up}", ["1.01", "1.01", "1.01"]),
        ("{per: block, how: down}", ["1.00", "1.00", "1.00"]),
        ("{per: block, to: 0.05}", ["1.00", "1.00", "1.00"]),
        ("{per: service}", ["1.01", "1.00", "1.01"]),
    ],
)
def test_rounding_is_what_the_tariff_says(rounding: str, expected: list[str]) -> None:
    blocks = "blocks:\n  - {to: 1, price: 1.005}\n  - {to: 2, price: 1.005}\n  - {price: 1.005}\n"
    bill = price(water(HEAD + f"rounding: {rounding}\n" + blocks), used(3), {}, month())
    assert [f"{line.amount:.2f}" for line in bill.lines] == expected


def test_a_tax_rounds_once_on_its_base_or_on_each_line_of_it() -> None:
    text = HEAD + "base: 0.50\nprice: 0.50\ncharges:\n  tax: {percent: 1, of: [base, usage], taxed: TAXED}\n"
    assert price(water(text.replace("TAXED", "together")), used(1), {}, month()).amount("tax") == Decimal("0.01")
    assert price(water(text.replace("TAXED", "each_line")), used(1), {}, month()).amount("tax") == Decimal("0.02")
